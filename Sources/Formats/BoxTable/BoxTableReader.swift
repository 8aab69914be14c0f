import Geometry
import Labels

/// What could not be read: an image that it may be of is not one that nothing is seen on.
final class RefusedLines {
  /// Paths of images.
  var images: Set<String> = []
  /// Whether a table has an end that nobody knows.
  var isCutOff = false

  func isOf(_ image: String) -> Bool { isCutOff || images.contains(image) }
}

/// Reads each table twice: once to note where the lines of each image are, runs of them as one.
struct BoxTableReader: DatasetReading {
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
    for name in table.others { diagnostics.lose("columns `\(name)` left out, which are not read") }
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
        let score = table.score.map { row[$0].trimmingASCIISpace } ?? ""
        let share = Double(score).flatMap { (0...1).contains($0) ? $0 : nil }
        if !score.isEmpty, share == nil { diagnostics.lose("scores left out that are not 0…1") }
        if let fault = add(edges.map { Double($0) ?? .nan }, share, row[table.name], to: &item) {
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
    _ edges: [Double], _ score: Double?, _ name: String, to item: inout DatasetItem
  ) -> String? {
    guard edges.allSatisfy(\.isFinite) else { return "xmin, ymin, xmax and ymax must be numbers" }
    guard edges[2] >= edges[0], edges[3] >= edges[1] else { return "the box ends before it begins" }
    guard !name.isEmpty else { return "it has no class" }
    item.labels.append(
      DatasetLabel(
        schema.index(of: name),
        .shape(
          .box(
            Box(x: edges[0], y: edges[1], width: edges[2] - edges[0], height: edges[3] - edges[1]))),
        score: score))
    return nil
  }
}
