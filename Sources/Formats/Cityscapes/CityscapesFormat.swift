import Labels
import Notation

extension DatasetFormat {
  package static let cityscapes = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "cityscapes", name: "Cityscapes",
      layout: """
        `gtFine/SUBSET/CITY/NAME_gtFine_polygons.json`, `leftImg8bit/SUBSET/CITY/NAME_leftImg8bit.png`, \
        `classes.txt`
        """,
      source: "github.com/mcordts/cityscapesScripts", holds: [.polygon],
      carries: [.crowd],
      subsetOfNone: "train",
      notes: """
        Outlines in whole pixels, drawn one over the other in their order. A class with `group` at its end \
        stands for many objects. Pictures of ids are made from the outlines by Cityscapes' own scripts; \
        holes are filled. Where there are no outlines such pictures are read (`…_gtFine_instanceIds.png`, or \
        `…_labelIds.png`), as masks; `label_colors.txt` may name the ids otherwise than Cityscapes does.
        """, isFilePerItem: true),
    matches: { !Cityscapes.files($0).isEmpty || !CityscapesPictures.files($0).isEmpty },
    read: { folder, diagnostics in
      let files = Cityscapes.files(folder)
      let pictures = files.isEmpty ? CityscapesPictures.files(folder) : []
      if !pictures.isEmpty {
        let set = CityscapesPictures(folder)
        return ItemFiles(pictures, folder, set.schema, diagnostics, item: set.item)
      }
      return ItemFiles(
        files, folder, Cityscapes.schema(folder), diagnostics, item: Cityscapes.item)
    },
    write: { sink, options, diagnostics in CityscapesWriter(sink, options, diagnostics) })
}

enum Cityscapes {
  static let ending = "_gtFine_polygons.json"
  static let imageEnding = "_leftImg8bit"
  static let group = "group"
  /// Names that end as groups do, and are none.
  static let ownGroups: Set<String> = ["group"]

  /// Where classes are named that no outline may be of.
  static let list = "classes.txt"

  static func files(_ folder: DatasetFolder) -> [String] { folder.files(ending: ending) }

  static func schema(_ folder: DatasetFolder) -> DatasetSchema {
    let lines = folder.has(list) ? (try? folder.text(list))?.split(separator: "\n") : nil
    return DatasetSchema(names: (lines ?? []).map(\.trimmingASCIISpace).filter { !$0.isEmpty })
  }
}
