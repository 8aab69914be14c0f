/// Comma- or tab-separated values (RFC 4180), safe to open in a spreadsheet.
package struct CSVWriter: Sendable {
  package private(set) var bytes: [UInt8] = []

  private let separator: UInt8
  private let isForSpreadsheets: Bool

  /// - Parameters:
  ///   - separator: between fields.
  ///   - isForSpreadsheets: whether formulas are defused; a file that only programs read keeps each field as
  ///     it is.
  package init(separator: UInt8 = UInt8(ascii: ","), isForSpreadsheets: Bool = true) {
    (self.separator, self.isForSpreadsheets) = (separator, isForSpreadsheets)
  }

  package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  package mutating func row(_ fields: [String]) {
    for (index, field) in fields.enumerated() {
      if index > 0 { bytes.append(separator) }
      append(isForSpreadsheets ? Self.defused(field) : field)
    }
    bytes.append(contentsOf: [0x0D, 0x0A])
  }

  private mutating func append(_ field: String) {
    let needsQuotes = field.utf8.contains { byte in
      byte == separator || byte == UInt8(ascii: "\"") || byte == 0x0A || byte == 0x0D
    }
    guard needsQuotes else {
      bytes.append(contentsOf: field.utf8)
      return
    }
    bytes.append(UInt8(ascii: "\""))
    for byte in field.utf8 {
      if byte == UInt8(ascii: "\"") { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// A text that a spreadsheet would run as a formula gets an apostrophe before it (OWASP, *CSV
  /// Injection*); numbers stay as they are.
  private static func defused(_ field: String) -> String {
    isFormula(field) ? "'" + field : field
  }

  package static func isFormula(_ field: some StringProtocol) -> Bool {
    guard let first = field.utf8.first, "=+-@\t\r".utf8.contains(first) else { return false }
    return Double(field) == nil
  }
}
