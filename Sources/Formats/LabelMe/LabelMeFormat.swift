import Labels
import Notation

extension DatasetFormat {
  package static let labelMe = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "labelme", name: "LabelMe", layout: "one JSON file beside each image, in folders of subsets",
      source: "github.com/wkentaro/labelme",
      holds: [.box, .polygon, .polyline, .point, .ellipse, .mask, .whole],
      carries: [.attributes, .group], carriesOf: [.whole: []],
      subsetsAreFolders: true,
      notes: """
        Circles are ellipses with one radius; ellipses with two are written as polygons. Holes are \
        filled. Flags that are true are classes of the whole image. Boxes that are turned and lists of \
        points are read, and written as polygons or left out, as most who read LabelMe know none.
        """, isFilePerItem: true, hasClassList: false),
    matches: { !LabelMe.files($0).isEmpty },
    read: { folder, diagnostics in
      WithUnlabelledImages(
        ItemFiles(LabelMe.files(folder), folder, DatasetSchema(), diagnostics, item: LabelMe.item),
        folder, labels: LabelMe.files(folder), DatasetItem.place)
    },
    write: { sink, options, diagnostics in
      LabelMeWriter(sink: sink, options: options, diagnostics: diagnostics)
    })
}

enum LabelMe {
  static func files(_ folder: DatasetFolder) -> [String] {
    let files = folder.files(ending: ".json")
    // What cannot be read, or is of another kind, is told when its turn comes.
    let isOne = files.prefix(lookLimit).contains { name in
      // A list, however long, need not be read to tell that it is none.
      guard let bytes = try? folder.open(name) else { return false }
      var cursor = bytes.cursor()
      guard cursor.peek() == UInt8(ascii: "{") else { return false }
      let json = try? bytes.json()
      return json?["shapes"]?.array != nil && json?["imagePath"] != nil
    }
    return isOne ? files : []
  }

  /// Files that are looked at for one that can be read.
  private static let lookLimit = 20
}
