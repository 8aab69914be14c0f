import Geometry
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
        boxes. `image`, `label`, and `x1`, `y1`, `x2`, `y2` are understood too. It is only read.
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

/// What could not be read: an image that it may be of is not one that nothing is seen on.
private final class RefusedLines {
  /// Paths of images.
  var images: Set<String> = []
  /// Whether a table has an end that nobody knows.
  var isCutOff = false

  func isOf(_ image: String) -> Bool { isCutOff || images.contains(image) }
}

/// Where a table's columns are.
private struct BoxTable {
  let image, name: Int
  /// Of xmin, ymin, xmax, ymax.
  let edges: [Int]
  /// Of width and height.
  let size: [Int]?
  let count: Int

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
  }

  static func files(_ folder: DatasetFolder) -> [String] {
    folder.files(ending: ".csv").filter { file in
      guard let bytes = try? folder.open(file) else { return false }
      var rows = CSVReader(bytes)
      return rows.next().flatMap(BoxTable.init) != nil
    }
  }
}

/// Reads each table twice: once to note where the lines of each image are, runs of them as one.
private struct BoxTableReader: DatasetReading {
  /// Lines of one image that follow each other.
  private struct Run {
    let start: Int
    let line: Int
    var count: Int
  }

  private(set) var schema = DatasetSchema()
  private let folder: DatasetFolder
  private let diagnostics: Diagnostics
  private let files: [String]
  private var file = -1
  private var rows: CSVReader?
  private var table: BoxTable?
  private var images: [(name: String, runs: [Run])] = []
  private var place = 0
  private let refused: RefusedLines

  init(
    _ files: [String], _ folder: DatasetFolder, _ diagnostics: Diagnostics, _ refused: RefusedLines
  ) {
    (self.files, self.folder, self.diagnostics) = (files, folder, diagnostics)
    self.refused = refused
  }

  mutating func next() throws -> DatasetItem? {
    while place == images.count {
      file += 1
      guard file < files.count else { return nil }
      try begin()
    }
    place += 1
    return try item(images[place - 1].name, images[place - 1].runs)
  }

  private mutating func begin() throws {
    var rows = CSVReader(try folder.open(files[file]))
    (images, place) = ([], 0)
    guard let table = rows.next().flatMap(BoxTable.init) else { return }
    var known: [String: Int] = [:]
    var last: Int?
    while let row = rows.next() {
      guard row.count == table.count, !row[table.image].isEmpty else {
        try diagnostics.report(
          files[file], "line \(rows.line)",
          "it has \(row.count) fields for \(table.count) columns, or no name of an image",
          remedy: "Put it right; it is left out.")
        last = nil
        if row.indices.contains(table.image),
          let image = folder.image(named: row[table.image], like: files[file])
        {
          refused.images.insert(image)
        }
        continue
      }
      let image = known[row[table.image]] ?? images.count
      if image == images.count {
        known[row[table.image]] = image
        images.append((row[table.image], []))
      }
      if image == last {
        images[image].runs[images[image].runs.count - 1].count += 1
      } else {
        images[image].runs.append(Run(start: rows.start, line: rows.line, count: 1))
      }
      last = image
    }
    if let fault = rows.fault {
      refused.isCutOff = true
      try diagnostics.report(
        files[file], "line \(fault.line)", fault.problem,
        remedy: "Put it right; all after it is left out.")
    }
    (self.rows, self.table) = (rows, table)
  }

  private mutating func item(_ name: String, _ runs: [Run]) throws -> DatasetItem? {
    guard let table, var rows else { return nil }
    let media = folder.image(named: name, like: files[file])
    // Below the folder, as the images without lines are called.
    let above = files[file].lastIndex(of: "/").map { String(files[file][...$0]) } ?? ""
    var item = DatasetItem(
      name: media ?? above + name, subset: RecordItems.subset(files[file]),
      media: media.map(folder.fullPath))
    for run in runs {
      rows.go(to: run.start, line: run.line)
      for _ in 0..<run.count {
        guard let row = rows.next() else { break }
        if item.size == nil, let sides = table.size?.compactMap({ Int(row[$0]) }), sides.count == 2,
          sides.allSatisfy({ $0 > 0 })
        {
          item.size = ImageSize(width: sides[0], height: sides[1])
        }
        let edges = table.edges.map { row[$0].trimmingASCIISpace }
        if edges.allSatisfy(\.isEmpty) { continue }
        if let fault = add(edges.map { Double($0) ?? .nan }, row[table.name], to: &item) {
          try diagnostics.report(
            files[file], "line \(rows.line)", fault, remedy: "Put it right; it is left out.")
        }
      }
    }
    if item.size == nil { item.size = media.flatMap(folder.size) }
    return item
  }

  /// - Returns: what is wrong with the box, which is then left out.
  private mutating func add(
    _ edges: [Double], _ name: String, to item: inout DatasetItem
  ) -> String? {
    guard edges.allSatisfy(\.isFinite) else { return "xmin, ymin, xmax and ymax must be numbers" }
    guard edges[2] >= edges[0], edges[3] >= edges[1] else { return "the box ends before it begins" }
    guard !name.isEmpty else { return "it has no class" }
    item.labels.append(
      DatasetLabel(
        schema.index(of: name),
        .shape(
          .box(
            Box(x: edges[0], y: edges[1], width: edges[2] - edges[0], height: edges[3] - edges[1])))
      ))
    return nil
  }
}
