import Labels
import Notation

extension DatasetFormat {
  /// What TensorFlow's object detection API made of VOC, and Roboflow exports still.
  package static let boxTable = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "boxes-csv", aliases: ["tensorflow-csv", "roboflow-csv"], name: "CSV of boxes",
      layout:
        "`[SUBSET/]*.csv` with a box a line: `filename,width,height,class,xmin,ymin,xmax,ymax`",
      source: "github.com/tensorflow/models, object_detection; docs.roboflow.com, *TensorFlow CSV*",
      holds: [.box],
      notes: """
        Numbers are pixels. Lines of an image may stand anywhere; a line without numbers is an image without \
        boxes. `image`, `label`, and `x1`, `y1`, `x2`, `y2` are understood too, as are \
        `score`, `confidence` and `probability`. It is only read.
        """),
    matches: { !BoxTable.files($0).isEmpty },
    read: { folder, diagnostics in
      let files = BoxTable.files(folder)
      let refused = RefusedLines()
      return WithUnlabelledImages(
        BoxTableReader(files, folder, diagnostics, refused), folder, labels: [],
        isSet: !files.isEmpty
      ) { refused.isOf($0) ? nil : ($0, RecordItems.subset($0)) }
    }, write: nil)
}

/// Where a table's columns are.
struct BoxTable {
  let image, name: Int
  /// Of xmin, ymin, xmax, ymax.
  let edges: [Int]
  /// Of width and height.
  let size: [Int]?
  /// Of how sure a model is.
  let score: Int?
  let count: Int
  /// Names of columns that are not read.
  let others: [String]

  init?(_ header: [String]) {
    let header = header.map { $0.trimmingASCIISpace.lowercased() }
    func first(_ names: [String]) -> Int? { names.lazy.compactMap(header.firstIndex(of:)).first }
    guard let image = first(["filename", "file_name", "image", "image_path", "path"]),
      let name = first(["class", "label", "class_name"])
    else { return nil }
    let edges = [
      ["xmin", "x_min", "x1"], ["ymin", "y_min", "y1"], ["xmax", "x_max", "x2"],
      ["ymax", "y_max", "y2"],
    ]
    .compactMap(first)
    guard edges.count == 4 else { return nil }
    let size = ["width", "height"].compactMap(header.firstIndex(of:))
    (self.image, self.name, self.edges, count) = (image, name, edges, header.count)
    self.size = size.count == 2 ? size : nil
    score = first(RecordItems.scores)
    let read = [image, name] + edges + size + [score].compactMap(\.self)
    others = header.indices.filter { !read.contains($0) && !header[$0].isEmpty }.map { header[$0] }
  }

  static func files(_ folder: DatasetFolder) -> [String] {
    folder.files(ending: ".csv").filter { file in
      guard let bytes = try? folder.open(file) else { return false }
      var rows = CSVReader(bytes)
      return rows.next().flatMap(BoxTable.init) != nil
    }
  }
}
