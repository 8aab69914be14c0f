import Labels
import Notation

/// A format of texts as JSON objects, one a line, read and written alike.
struct TextLinesWriter: DatasetWriting {
  private let format: DatasetFormat
  private let sink: any DatasetSink
  private let diagnostics: Diagnostics
  private let line: (DatasetItem, DatasetSchema) -> JSON
  private var files: [String: any DatasetStream] = [:]
  private var count = 0

  init(
    _ format: DatasetFormat, _ sink: any DatasetSink, _ diagnostics: Diagnostics,
    line: @escaping (DatasetItem, DatasetSchema) -> JSON
  ) {
    (self.format, self.sink, self.diagnostics, self.line) = (format, sink, diagnostics, line)
  }

  private mutating func file(_ subset: String) throws -> any DatasetStream {
    if let known = files[subset] { return known }
    let stream = try sink.open("\(format.facts.fileName(of: subset)).jsonl")
    files[subset] = stream
    return stream
  }

  mutating func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    guard diagnostics.text(of: item) != nil else { return }
    count += 1
    try file(item.subset).append(line(item, schema).utf8 + [0x0A])
  }

  mutating func finish(_ schema: DatasetSchema) throws {
    if files.isEmpty { _ = try file("") }
    for stream in files.values { try stream.close() }
  }
}

enum TextLines {
  /// Lines of a file that are looked at: the first may be damaged.
  private static let lookLimit = 10

  /// The files of a set whose first object that can be read has these members.
  ///
  /// - Parameter diagnostics: takes what is left out: files of lines that cannot be read, or are of another
  ///   kind; nil where it is only asked whether there are any.
  static func files(
    _ folder: DatasetFolder, _ diagnostics: Diagnostics? = nil, where isOne: (JSON) -> Bool
  ) throws -> [String] {
    try (folder.files(ending: ".jsonl") + folder.files(ending: ".json")).sorted().filter { name in
      let bytes = try? folder.open(name)
      let first = bytes.flatMap(firstObject)
      if first.map(isOne) == true { return true }
      guard let diagnostics, !name.lowercased().hasSuffix(".json"), (bytes?.count ?? 0) > 0 else {
        return false
      }
      if first == nil {
        try diagnostics.report(
          name, "line 1", "neither it nor what follows is JSON",
          remedy: "Put the file right; it is left out.")
      } else {
        diagnostics.lose("files left out whose first line is of another kind (\(name))")
      }
      return false
    }
  }

  private static func firstObject(_ bytes: MappedBytes) -> JSON? {
    var cursor = bytes.cursor()
    if cursor.peek() == UInt8(ascii: "[") {
      try? cursor.enterArray()
      guard (try? cursor.nextElement(isFirst: true)) == true else { return nil }
      return try? cursor.value()
    }
    if let first = try? cursor.value() { return first }
    var lines = bytes.lines()
    for _ in 0..<lookLimit {
      guard let line = lines.next() else { return nil }
      if let json = try? JSON(parsing: Array(line)), json.members != nil { return json }
    }
    return nil
  }

  static func subset(_ file: String) -> String {
    let stem = DatasetItem.stem(of: file.split(separator: "/").last.map(String.init) ?? file)
    return ["train", "val", "dev", "test"].first { stem == $0 || stem.hasSuffix("_" + $0) }
      .map { $0 == "dev" ? "val" : $0 } ?? ""
  }

  /// A place in a text.
  static func range(
    _ start: JSON?, _ end: JSON?, in text: String, _ path: String
  ) throws(NotationFault) -> Range<Int> {
    let count = text.unicodeScalars.count
    guard let start = start?.integer, let end = end?.integer, start >= 0, start < end,
      end <= Int64(count)
    else {
      throw NotationFault(
        path: path,
        problem: "must be a place in the text of \(count) characters, its end after its start")
    }
    return Int(start)..<Int(end)
  }
}

/// Reads several files one after the other.
struct ChainedReader: DatasetReading {
  private var readers: [any DatasetReading]
  private let makers: [(DatasetSchema) throws -> any DatasetReading]
  /// Of each maker's items; empty where they say it themselves.
  private var subsets: [String] = []
  private var place = 0
  private(set) var schema = DatasetSchema()

  /// - Parameter makers: each is given the classes that are known when its turn comes.
  init(_ makers: [(DatasetSchema) throws -> any DatasetReading]) {
    (self.makers, readers) = (makers, [])
  }

  /// Reads files of one kind; of several, one says by its path which subset it is.
  ///
  /// - Parameter read: one file, with the classes that are known by then.
  init(
    files: [String], _ read: @escaping (String, DatasetSchema) throws -> any DatasetReading
  ) {
    self.init(files.map { file in { try read(file, $0) } })
    if files.count > 1 { subsets = files.map(RecordItems.subset) }
  }

  mutating func next() throws -> DatasetItem? {
    while true {
      if readers.isEmpty {
        guard place < makers.count else { return nil }
        readers = [try makers[place](schema)]
        place += 1
      }
      let item = try readers[0].next()
      schema = readers[0].schema
      if var item {
        if item.subset.isEmpty, !subsets.isEmpty { item.subset = subsets[place - 1] }
        return item
      }
      readers = []
    }
  }
}
