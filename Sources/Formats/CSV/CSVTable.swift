/// Items as lines of separated values, below the names of their columns.
struct CSVTable: RecordTable {
  private var row: [String]
  private var writer: CSVWriter
  private let put: ([UInt8]) throws -> Void

  init(_ columns: [RecordColumn], put: @escaping ([UInt8]) throws -> Void) throws {
    try self.init(columns, separator: UInt8(ascii: ","), put: put)
  }

  fileprivate init(
    _ columns: [RecordColumn], separator: UInt8, put: @escaping ([UInt8]) throws -> Void
  ) throws {
    (row, self.put) = (columns.map(\.name), put)
    writer = CSVWriter(separator: separator)
    try endRow()
  }

  /// Whether a text is written with an apostrophe before it: a formula, and what looks like one that has it.
  static func isGuarded(_ text: some StringProtocol) -> Bool {
    CSVWriter.isFormula(text.drop { $0 == "'" })
  }

  mutating func set(_ column: Int, _ value: String) {
    // The writer itself sees to what begins as a formula.
    row[column] = value.hasPrefix("'") && Self.isGuarded(value) ? "'" + value : value
  }

  mutating func set(_ column: Int, _ value: Int) { row[column] = value == 0 ? "" : "\(value)" }

  mutating func endRow() throws {
    writer.row(row)
    try put(writer.bytes)
    writer.removeAll()
  }

  mutating func finish() {}
}

struct TSVTable: RecordTable {
  private var table: CSVTable

  init(_ columns: [RecordColumn], put: @escaping ([UInt8]) throws -> Void) throws {
    table = try CSVTable(columns, separator: 0x09, put: put)
  }

  mutating func set(_ column: Int, _ value: String) { table.set(column, value) }
  mutating func set(_ column: Int, _ value: Int) { table.set(column, value) }
  mutating func endRow() throws { try table.endRow() }
  mutating func finish() {}
}
