import Notation

extension DatasetFormat {
  package static let csv = separated(
    "csv", "CSV", by: [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "|"), 0x09], "RFC 4180",
    " Of others' tables `;`, `|` and tabs may stand between the values as well."
  ) {
    RecordTableWriter<CSVTable>($0, "csv", $1, $2)
  }
  package static let tsv = separated(
    "tsv", "TSV", by: [0x09], "iana.org/assignments/media-types/text/tab-separated-values"
  ) {
    RecordTableWriter<TSVTable>($0, "tsv", $1, $2)
  }

  /// What others write an object a line, or as one list.
  package static let jsonRecords = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "json-records", name: "Records in JSON",
      layout: "`*.jsonl`, or `*.json` that is a list of objects",
      source: "jsonlines.org; huggingface.co, `metadata.jsonl` of imagefolder",
      holds: [.whole, .box],
      notes: RecordItems.notes + " It is only read: `jsonl` is what is written."),
    matches: { folder in
      (try? TextLines.files(folder) { RecordItems.understands(($0.members ?? []).map(\.name)) })?
        .isEmpty == false
    },
    read: { folder, diagnostics in
      let files = try TextLines.files(folder, diagnostics) {
        RecordItems.understands(($0.members ?? []).map(\.name))
      }
      return RecordItems(files, folder, diagnostics) {
        try JSONRecords(folder.open($0), diagnostics, $0)
      }
    }, write: nil)

  private static func separated(
    _ id: String, _ name: String, by separators: [UInt8], _ source: String, _ note: String = "",
    _ writer: @escaping @Sendable (any DatasetSink, WritingOptions, Diagnostics) ->
      any DatasetWriting
  ) -> DatasetFormat {
    /// The first by which the columns say what an item is.
    @Sendable func separator(_ bytes: MappedBytes) -> UInt8? {
      separators.first { separator in
        var lines = CSVReader(table: bytes, separator: separator)
        return lines.next().map { RecordItems.understands($0) } ?? false
      }
    }
    @Sendable func files(_ folder: DatasetFolder) -> [String] {
      folder.files(ending: ".\(id)").filter { file in
        (try? folder.open(file)).flatMap(separator) != nil
      }
    }
    return DatasetFormat(
      facts: DatasetFormatFacts(
        id: id, name: name,
        layout: "`SUBSET.\(id)`: an item a line, below the names of the columns",
        source: source, holds: Set(DatasetLabelKind.allCases),
        carries: .everything, carriesOfClasses: .everything,
        subsetOfNone: "data",
        notes: RecordItems.notes + note + """
           A text that a spreadsheet would take for a formula is written with an apostrophe before it, and \
           read without.
          """),
      matches: { !files($0).isEmpty },
      read: { folder, diagnostics in
        RecordItems(files(folder), folder, diagnostics) { file in
          let bytes = try folder.open(file)
          return try SeparatedRecords(bytes, separator(bytes) ?? separators[0], file, diagnostics)
        }
      }, write: writer)
  }
}

extension RecordItems {
  /// Columns whose values are words, whatever they look like.
  fileprivate static let words = Set(names + texts + classes + pictures + subsets)

  /// Whether any of the columns says what an item is.
  static func understands(_ columns: [String]) -> Bool {
    let known = Set(names + texts + dialogues + pictures)
    let names = Set(columns.map { $0.trimmingASCIISpace.lowercased() })
    return !names.isDisjoint(with: known) || names.contains("tokens") && !names.isDisjoint(with: tags)
  }
}

extension CSVReader {
  /// - Parameter table: may tell a spreadsheet its separator, in a line `sep=;` before the columns.
  fileprivate init(table bytes: MappedBytes, separator: UInt8) {
    self.init(bytes, separator: separator)
    var ahead = self
    guard let first = ahead.next(), first.count <= 2, first[0].lowercased().hasPrefix("sep=") else {
      return
    }
    self = ahead
  }
}

/// Lines of values. Of tables of others, the values of a column are numbers or truths where all of them look
/// so.
private struct SeparatedRecords: RecordReading {
  let classes: [String: [String]] = [:]
  private var lines: CSVReader
  private let names: [String]
  private let isOwn: Bool
  /// Of each column, whether its values are words, whatever some of them look like.
  private var isWords: [Bool] = []
  private let file: String
  private let diagnostics: Diagnostics

  init(
    _ bytes: MappedBytes, _ separator: UInt8, _ file: String, _ diagnostics: Diagnostics
  ) throws {
    (self.file, self.diagnostics) = (file, diagnostics)
    lines = CSVReader(table: bytes, separator: separator)
    guard let head = lines.next() else {
      throw RecordFault(
        place: "line \(lines.fault?.line ?? 1)",
        problem: lines.fault?.problem ?? "there are no columns")
    }
    isOwn = Set(["name", "labels", "metadata"]).isSubset(of: head)
    names = isOwn ? head : Self.distinct(head.map(\.trimmingASCIISpace))
    isWords = isOwn ? names.map { _ in true } : Self.wordColumns(names, lines, file)
  }

  mutating func next() throws -> [RecordField]? {
    while let row = lines.next() {
      if row.count != names.count {
        let isLong = row.count > names.count
        try diagnostics.report(
          file, "line \(lines.line)",
          "it has \(row.count) fields, and there are \(names.count) columns",
          remedy: isLong
            ? "Put texts with separators in them into quotes; it is left out."
            : "Write them all; those that are missing are read as empty.")
        if isLong { continue }
      }
      return row.indices.map { column in
        let value: JSON =
          isOwn
          ? .string(Self.whole(row[column]))
          : Self.value(row[column], in: names[column], isWords: isWords[column])
        return RecordField(name: names[column], value: .json(value))
      }
    }
    if let fault = lines.fault {
      throw RecordFault(place: "line \(fault.line)", problem: fault.problem)
    }
    return nil
  }

  /// A column that has another's name gets a number, as pandas gives it: `share`, `share.1`.
  private static func distinct(_ names: [String]) -> [String] {
    var used = Set(names)
    var counts: [String: Int] = [:]
    return names.map { name in
      guard !name.isEmpty, let count = counts[name] else {
        counts[name] = 0
        return name
      }
      var number = count + 1
      while !used.insert("\(name).\(number)").inserted { number += 1 }
      counts[name] = number
      return "\(name).\(number)"
    }
  }

  /// Without the apostrophe that keeps it from being a formula.
  private static func whole(_ text: String) -> String {
    text.hasPrefix("'") && CSVTable.isGuarded(text.dropFirst()) ? String(text.dropFirst()) : text
  }

  private static func value(_ text: String, in column: String, isWords: Bool) -> JSON {
    if text.isEmpty { return .null }
    if RecordItems.texts.contains(column.lowercased()) { return .string(text) }
    let trimmed = text.trimmingASCIISpace
    if RecordItems.words.contains(column.lowercased()) { return .string(trimmed) }
    if isWords { return .string(text) }
    return nothing.contains(trimmed) ? .null : number(trimmed) ?? .string(text)
  }

  /// What is written among numbers where there is none.
  private static let nothing: Set<String> = ["NA", "N/A", "NaN", "nan", "null", "NULL", "None", "-"]

  /// Looks through a table for the columns that have a value which is no number, or no truth beside truths.
  ///
  /// - Complexity: O(bytes of the table)
  private static func wordColumns(
    _ names: [String], _ lines: CSVReader, _ file: String
  ) -> [Bool] {
    // Those that are read as numbers, whatever stands beside them.
    let numbers = Set(["width", "height"] + RecordItems.scores)
    let areFlags = file.hasSuffix("_classes.csv")
    enum Kind { case number, truth, words }
    var kinds: [Kind?] = names.map { RecordItems.words.contains($0.lowercased()) ? .words : nil }
    let isFixed = names.map { areFlags || numbers.contains($0.lowercased()) }
    var open = zip(kinds, isFixed).count { $0 != .words && !$1 }
    var lines = lines
    while open > 0, let row = lines.next() {
      guard row.count <= names.count else { continue }
      for (column, text) in row.enumerated()
      where kinds[column] != .words && !isFixed[column] && !text.isEmpty {
        let trimmed = text.trimmingASCIISpace
        if nothing.contains(trimmed) { continue }
        let kind: Kind =
          switch number(trimmed) {
          case .int, .double: .number
          case .bool: .truth
          default: .words
          }
        kinds[column] = kinds[column] == nil || kinds[column] == kind ? kind : .words
        if kinds[column] == .words { open -= 1 }
      }
    }
    return zip(kinds, isFixed).map { !$1 && ($0 == nil || $0 == .words) }
  }

  private static func number(_ text: String) -> JSON? {
    // What begins with a zero is a name, not a number.
    let isNumber = text.utf8.first.map { (48...57).contains($0) || [45, 46].contains($0) } ?? false
    if isNumber, !text.hasPrefix("0") || text.utf8.count == 1 || text.hasPrefix("0.") {
      if let number = Int64(text) { return .int(number) }
      // What no number holds digit by digit is a name.
      if !text.contains("."), text.utf8.dropFirst().allSatisfy({ (48...57).contains($0) }) {
        return .string(text)
      }
      if let number = Double(text), number.isFinite { return .double(number) }
    }
    if text == "true" || text == "True" { return true }
    if text == "false" || text == "False" { return false }
    return nil
  }
}

/// Objects, one after the other or in a list.
private struct JSONRecords: RecordReading {
  let classes: [String: [String]] = [:]
  private let bytes: MappedBytes
  private let file: String
  private let diagnostics: Diagnostics
  private var cursor: JSONCursor
  private let isArray: Bool
  private var isFirst = true

  init(_ bytes: MappedBytes, _ diagnostics: Diagnostics, _ file: String) throws {
    (self.bytes, self.diagnostics, self.file) = (bytes, diagnostics, file)
    cursor = bytes.cursor()
    isArray = cursor.peek() == UInt8(ascii: "[")
    if isArray { try? cursor.enterArray() }
  }

  mutating func next() throws -> [RecordField]? {
    while true {
      let object = cursor.position
      do throws(JSONError) {
        if isArray {
          guard try cursor.nextElement(isFirst: isFirst) else { return nil }
        } else if cursor.peek() == nil {
          return nil
        }
        isFirst = false
        return (try cursor.value().members ?? []).map {
          RecordField(name: $0.name, value: .json($0.value))
        }
      } catch {
        let (error, goesOn) = isArray ? (error, nil) : bytes.goingOn(after: error, in: object)
        let fault = bytes.fault(error, in: file, isLine: !isArray)
        guard let next = goesOn else {
          throw RecordFault(place: fault.place, problem: fault.reason)
        }
        try diagnostics.report(fault)
        cursor = bytes.cursor(from: next)
      }
    }
  }
}
