import Foundation
import Labels
import Notation

extension DatasetFormat {
  /// COCO panoptic: a picture for each image in which each segment has a number of its own.
  package static let cocoPanoptic = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "coco-panoptic", name: "COCO panoptic",
      layout: "`annotations/panoptic_SUBSET.json`, `annotations/panoptic_SUBSET/*.png`, `images/…`",
      source: "cocodataset.org, Data format §4", holds: [.polygon, .pieces, .mask],
      carries: [.crowd], carriesOfClasses: [.supercategory],
      subsetOfNone: "default",
      notes: """
        A pixel belongs to one segment: where labels lie over each other the later one is kept. Its number \
        is red + 256 green + 65536 blue, 0 for none. Classes that are no things have the attribute `stuff` \
        on their labels.
        """),
    matches: { !Panoptic.files($0).isEmpty },
    read: { folder, diagnostics in
      try folder.reportBrokenJSON(besides: Panoptic.files(folder), diagnostics)
      return ChainedReader(
        Panoptic.files(folder).map { file in
          { schema in try PanopticReader(file, folder, schema, diagnostics) }
        })
    },
    write: { sink, options, diagnostics in PanopticWriter(sink, options, diagnostics) })
}

enum Panoptic {
  static let stuff = "stuff"

  static func files(_ folder: DatasetFolder) -> [String] {
    folder.files(ending: ".json").filter { name in
      (try? folder.open(name)).map { COCOFiles.kind($0, named: name) } == .panoptic
    }
  }

  static func subset(of file: String) -> String {
    let stem = DatasetItem.stem(of: file.split(separator: "/").last.map(String.init) ?? file)
    guard stem.hasPrefix("panoptic_") else { return "" }
    return DatasetFormat.cocoPanoptic.facts.subset(of: String(stem.dropFirst("panoptic_".count)))
  }
}
