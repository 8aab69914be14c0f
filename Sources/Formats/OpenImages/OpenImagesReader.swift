import Geometry
import Labels
import Notation

/// Rows of an image stand together in the files that are published; where they do not, the image comes again
/// (`GatheredItems` puts them together).
struct OpenImagesReader: DatasetReading {
  private(set) var schema = DatasetSchema()
  private let folder: DatasetFolder
  private let diagnostics: Diagnostics
  private let files: [String]
  private let sizes: [String: ImageSize]
  private var names: [String: String] = [:]
  private var file = -1
  private var rows: CSVReader?
  private var columns: [String: Int] = [:]
  private var ahead: [String]?
  /// Classes of whole images, by subset and image, until their image has come.
  private var wholes: [String: [DatasetLabel]] = [:]
  private var rest: [String] = []

  init(_ folder: DatasetFolder, _ diagnostics: Diagnostics) throws {
    (self.folder, self.diagnostics) = (folder, diagnostics)
    let boxes = OpenImages.boxes(folder)
    guard !boxes.isEmpty || !OpenImages.wholes(folder).isEmpty else {
      throw FormatFault(
        folder.path, "", "there is no CSV file of boxes or of classes of images",
        remedy: "Name a folder with *-annotations-bbox.csv or *-annotations-human-imagelabels.csv.")
    }
    files = boxes
    sizes = OpenImages.sizes(folder)
    for list in folder.files(ending: ".csv") where list.contains("class-descriptions") {
      for row in CSVReader(try folder.open(list)) where row.count >= 2 && row[0] != "LabelName" {
        names[row[0]] = row[1]
        _ = schema.index(of: row[1])
      }
    }
    try readWholes()
  }

  private mutating func readWholes() throws {
    for list in OpenImages.wholes(folder) {
      var rows = CSVReader(try folder.open(list))
      let header = rows.next() ?? []
      guard let id = header.firstIndex(of: "ImageID"),
        let name = header.firstIndex(of: "LabelName"),
        let confidence = header.firstIndex(of: "Confidence")
      else {
        try diagnostics.report(
          list, "line 1", "columns are missing of ImageID, LabelName, Confidence",
          remedy: "Write the header as Open Images has it; the file is left out.")
        continue
      }
      while let row = rows.next() {
        guard row.count == header.count, let share = Double(row[confidence]),
          (0...1).contains(share)
        else {
          try diagnostics.report(
            list, "line \(rows.line)", "Confidence must be a number of 0…1",
            remedy: "Put it right; it is left out.")
          continue
        }
        guard share > 0 else {
          diagnostics.lose("classes left out that an image has not")
          continue
        }
        let index = schema.index(of: names[row[name]] ?? row[name])
        wholes["\(OpenImages.subset(list))/\(row[id])", default: []].append(
          DatasetLabel(index, .whole, score: share == 1 ? nil : share))
      }
    }
    rest = wholes.keys.sorted(by: >)
  }

  /// The next image that has no boxes but a class.
  private mutating func wholeItem() -> DatasetItem? {
    while let key = rest.popLast() {
      guard let labels = wholes.removeValue(forKey: key), let slash = key.firstIndex(of: "/") else {
        continue
      }
      var item = begin(String(key[key.index(after: slash)...]), String(key[..<slash]))
      item.labels = labels
      return item
    }
    return nil
  }

  mutating func next() throws -> DatasetItem? {
    while true {
      if rows != nil, var item = try item() {
        item.labels += wholes.removeValue(forKey: "\(item.subset)/\(item.stem)") ?? []
        return item
      }
      file += 1
      guard file < files.count else { return wholeItem() }
      var rows = CSVReader(try folder.open(files[file]))
      let header = rows.next() ?? []
      columns = Dictionary(
        header.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { a, _ in a })
      guard
        ["ImageID", "LabelName", "XMin", "XMax", "YMin", "YMax"].allSatisfy({ columns[$0] != nil })
      else {
        try diagnostics.report(
          files[file], "line 1",
          "columns are missing of ImageID, LabelName, XMin, XMax, YMin, YMax",
          remedy: "Write the header as Open Images has it; the file is left out.")
        continue
      }
      for name in header where !Self.known.contains(name) && !name.isEmpty {
        diagnostics.lose("columns `\(name)` left out, which are not read")
      }
      self.rows = rows
    }
  }

  /// Columns that are read, or say how a row came about.
  private static let known = Set(
    ["ImageID", "LabelName", "XMin", "XMax", "YMin", "YMax", "Confidence", "IsGroupOf", "Source"]
      + OpenImages.flags.map(\.0))

  private mutating func item() throws -> DatasetItem? {
    var item: DatasetItem?
    while let row = try row() {
      let id = field("ImageID", row)
      if let item, item.stem != id {
        ahead = row
        return item
      }
      if item == nil { item = begin(id, OpenImages.subset(files[file])) }
      do {
        if let label = try label(row, item?.size) { item?.labels.append(label) }
      } catch {
        try diagnostics.report(
          files[file], "line \(rows?.line ?? 0)", error.problem,
          remedy: "Put it right; it is left out.")
      }
    }
    if let fault = rows?.fault {
      try diagnostics.report(
        files[file], "line \(fault.line)", fault.problem,
        remedy: "Put it right; all after it is left out.")
    }
    rows = nil
    return item
  }

  private mutating func row() throws -> [String]? {
    if let ahead {
      self.ahead = nil
      return ahead
    }
    return rows?.next()
  }

  private func field(_ name: String, _ row: [String]) -> String {
    guard let column = columns[name], row.indices.contains(column) else { return "" }
    return row[column]
  }

  private func begin(_ id: String, _ subset: String) -> DatasetItem {
    let media = folder.image(named: id, like: "images/\(subset)/\(id)")
    let kind =
      media.flatMap { path in path.lastIndex(of: ".").map { String(path[$0...]) } } ?? ".jpg"
    return DatasetItem(
      name: DatasetFolder.isImage(id) ? id : id + kind, subset: subset,
      size: media.flatMap(folder.size) ?? sizes[id],
      media: media.map(folder.fullPath))
  }

  private mutating func label(_ row: [String], _ size: ImageSize?) throws(NotationFault)
    -> DatasetLabel?
  {
    guard let size else {
      throw NotationFault(
        path: "",
        problem:
          "the size of image \(field("ImageID", row)) is not known, of which the numbers are shares"
      )
    }
    var edges: [Double] = []
    for name in ["XMin", "YMin", "XMax", "YMax"] {
      guard let number = Double(field(name, row)), (-1e-6...1 + 1e-6).contains(number) else {
        throw NotationFault(path: "", problem: "\(name) must be a number of 0…1")
      }
      edges.append(number)
    }
    guard edges[2] >= edges[0], edges[3] >= edges[1] else {
      throw NotationFault(path: "", problem: "the box ends before it begins")
    }
    let machine = field("LabelName", row)
    let (width, height) = (Double(size.width), Double(size.height))
    var label = DatasetLabel(
      schema.index(of: names[machine] ?? machine),
      .shape(
        .box(
          Box(
            x: edges[0] * width, y: edges[1] * height, width: (edges[2] - edges[0]) * width,
            height: (edges[3] - edges[1]) * height))))
    if let confidence = Double(field("Confidence", row)), confidence != 1 {
      label.score = confidence
    }
    label.isCrowd = field("IsGroupOf", row) == "1"
    for (column, name) in OpenImages.flags where field(column, row) == "1" {
      label.attributes.append(.init(name, true))
    }
    return label
  }
}
