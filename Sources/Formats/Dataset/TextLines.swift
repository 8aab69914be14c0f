import Labels
import Notation

/// A format of texts as JSON objects, one a line, read and written alike.
struct TextLinesWriter: DatasetWriting {
  private let sink: any DatasetSink
  private let diagnostics: Diagnostics
  private let line: (DatasetItem, DatasetSchema) -> JSON
  private var files: [String: any DatasetStream] = [:]
  private var count = 0

  init(
    _ sink: any DatasetSink, _ diagnostics: Diagnostics,
    line: @escaping (DatasetItem, DatasetSchema) -> JSON
  ) {
    (self.sink, self.diagnostics, self.line) = (sink, diagnostics, line)
  }

  private mutating func file(_ subset: String) throws -> any DatasetStream {
    if let known = files[subset] { return known }
    let stream = try sink.open("\(subset.isEmpty ? "data" : subset).jsonl")
    files[subset] = stream
    return stream
  }

  mutating func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    guard item.text != nil else { return diagnostics.lose("items left out that are no texts") }
    count += 1
    try file(item.subset).append(line(item, schema).utf8 + [0x0A])
  }

  mutating func finish(_ schema: DatasetSchema) throws {
    if files.isEmpty { _ = try file("") }
    for stream in files.values { try stream.close() }
  }
}

enum TextLines {
  /// The files of a set whose first object has these members.
  static func files(_ folder: DatasetFolder, where isOne: (JSON) -> Bool) -> [String] {
    (folder.files(ending: ".jsonl") + folder.files(ending: ".json")).sorted().filter { name in
      guard let bytes = try? folder.open(name) else { return false }
      var cursor = bytes.cursor()
      if cursor.peek() == UInt8(ascii: "[") {
        try? cursor.enterArray()
        guard (try? cursor.nextElement(isFirst: true)) == true else { return false }
      }
      guard let first = try? cursor.value() else { return false }
      return isOne(first)
    }
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
  private var place = 0
  private(set) var schema = DatasetSchema()

  /// - Parameter makers: each is given the classes that are known when its turn comes.
  init(_ makers: [(DatasetSchema) throws -> any DatasetReading]) {
    (self.makers, readers) = (makers, [])
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
      if let item { return item }
      readers = []
    }
  }
}
