import Labels
import Notation

extension DatasetFormat {
  package static let labelbox = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "labelbox", name: "Labelbox NDJSON", layout: "one file of JSON objects, one a line",
      source: "docs.labelbox.com, import annotations; export v2",
      holds: [.box, .polygon, .polyline, .point, .whole, .caption, .span],
      carries: [.score], carriesOf: [.whole: [], .caption: []],
      hasSubsets: false,
      notes: """
        Written as annotations to import, by the name of each image as its global key; read as those or \
        as rows of an export (v2). The end of a place in text is the last character, inside. Holes are \
        filled; crowds and attributes are left out.
        """, singleFile: "annotations.ndjson", hasClassList: false),
    matches: { !Labelbox.files($0).isEmpty },
    read: { folder, diagnostics in
      let files = Labelbox.files(folder)
      guard !files.isEmpty else {
        throw FormatFault(
          folder.title, "", "there is no file of Labelbox's JSON lines",
          remedy: "Name Labelbox's NDJSON file, or a folder with it.")
      }
      return try GatheredItems(diagnostics) { diagnostics in
        ChainedReader(files: files) { try LabelboxReader($0, folder, $1, diagnostics) }
      }
    }, write: { try LabelboxWriter($0, $1, $2) })
}

enum Labelbox {
  static func files(_ folder: DatasetFolder) -> [String] {
    (folder.files(ending: ".ndjson") + folder.files(ending: ".jsonl")
      + folder.files(ending: ".json")).filter { name in
        guard let bytes = try? folder.open(name) else { return false }
        var cursor = bytes.cursor()
        if cursor.peek() == UInt8(ascii: "[") {
          try? cursor.enterArray()
          guard (try? cursor.nextElement(isFirst: true)) == true else { return false }
        }
        guard let first = try? cursor.value() else { return false }
        return first["dataRow"] != nil || (first["data_row"] != nil && first["projects"] != nil)
      }
  }
}
