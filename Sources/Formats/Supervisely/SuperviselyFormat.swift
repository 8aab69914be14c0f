import Labels
import Notation

extension DatasetFormat {
  package static let supervisely: DatasetFormat = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "supervisely", name: "Supervisely",
      layout: "`meta.json`, `DATASET/ann/IMAGE.json`, `DATASET/img/IMAGE`",
      source: "docs.supervisely.com, annotation JSON format",
      holds: [.box, .polygon, .polyline, .point, .mask, .whole],
      carries: [.attributes], carriesOf: [.whole: []],
      subsetOfNone: "ds",
      notes: """
        The folder of a dataset is the subset. Tags of an object are its attributes, tags of an image \
        classes of the whole. Masks are bitmaps; an alpha mask counts where it is not clear.
        """, isFilePerItem: true),
    matches: { $0.has("meta.json") && !Supervisely.files($0).isEmpty },
    read: { folder, diagnostics in
      WithUnlabelledImages(
        ItemFiles(
          Supervisely.files(folder), folder, Supervisely.schema(folder), diagnostics,
          item: Supervisely.item), folder, labels: Supervisely.files(folder)
      ) { image in
        let parts = image.split(separator: "/").map(String.init)
        guard parts.count >= 2, parts[parts.count - 2] == "img" else { return nil }
        let subset = parts.count >= 3 ? parts[parts.count - 3] : ""
        return (parts[parts.count - 1], DatasetFormat.supervisely.facts.subset(of: subset))
      }
    },
    write: { sink, options, diagnostics in
      SuperviselyWriter(sink: sink, options: options, diagnostics: diagnostics)
    })
}

enum Supervisely {
  static func files(_ folder: DatasetFolder) -> [String] {
    folder.files(ending: ".json").filter { $0.contains("/ann/") }
  }

  static func schema(_ folder: DatasetFolder) -> DatasetSchema {
    let meta = (try? folder.text("meta.json")).flatMap { try? JSON(parsing: $0) }
    return DatasetSchema(names: (meta?["classes"]?.array ?? []).compactMap { $0["title"]?.string })
  }
}
