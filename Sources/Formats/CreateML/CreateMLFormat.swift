import Labels
import Notation

extension DatasetFormat {
  package static let createML = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "createml", name: "Create ML", layout: "one JSON file with the images beside it",
      source: "developer.apple.com/documentation/createml", holds: [.box],
      hasSubsets: false,
      notes:
        "Boxes by their middle in pixels. Sizes of images, groups, scores and attributes are not kept.",
      singleFile: "annotations.json", hasClassList: false),
    matches: { !CreateML.files($0).isEmpty },
    read: { folder, diagnostics in
      let files = CreateML.files(folder)
      guard !files.isEmpty else {
        throw FormatFault(
          folder.title, "", "there is no JSON list of images with annotations",
          remedy: "Name Create ML's file, or a folder with it.")
      }
      return try GatheredItems(diagnostics) { diagnostics in
        ChainedReader(files: files) { file, schema in
          try JSONItems(file, folder, schema, diagnostics) { json, number, schema in
            [
              try CreateML.item(json, &schema, folder, file, diagnostics) { fault in
                try diagnostics.report(
                  file, "element \(number), \(fault.path)", fault.problem,
                  remedy: "Put it right; it is left out.")
              }
            ]
          }
        }
      }
    }, write: { sink, options, _ in CreateMLWriter(sink, options) })
}

enum CreateML {
  /// What the file of an image and the list of its boxes are called: by its app, and by Apple's pages.
  static let (image, annotations) = (["image", "imagefilename"], ["annotations", "annotation"])

  static func files(_ folder: DatasetFolder) -> [String] {
    folder.files(ending: ".json").filter { name in
      guard let bytes = try? folder.open(name) else { return false }
      var cursor = bytes.cursor()
      guard cursor.peek() == UInt8(ascii: "["), (try? cursor.enterArray()) != nil,
        (try? cursor.nextElement(isFirst: true)) == true, let first = try? cursor.value()
      else { return false }
      return image.contains { first[$0]?.string != nil } && annotations.contains { first[$0]?.array != nil }
    }
  }
}
