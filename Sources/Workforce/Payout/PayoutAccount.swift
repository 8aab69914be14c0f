/// Where somebody is paid.
package enum PayoutAccount: Hashable, Sendable {
  /// An international bank account number, without spaces, in capitals.
  case iban(String)
  /// A number or name that a payment provider knows; 1 to 34 characters.
  case other(String)

  package static let otherLimit = 34

  /// - Returns: nil for what looks like an IBAN and is mistyped, and for what is empty or too long.
  package init?(_ text: String) {
    let letters = text.filter { !$0.isWhitespace }.uppercased()
    if Self.looksLikeIBAN(letters) {
      guard Self.isIBAN(letters) else { return nil }
      self = .iban(letters)
      return
    }
    let plain = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    // What a spreadsheet would take for a formula would reach the payment provider changed.
    guard (1...Self.otherLimit).contains(plain.unicodeScalars.count),
      plain.unicodeScalars.allSatisfy(Self.isPlain), !"=+-@".contains(plain.first ?? "=")
    else { return nil }
    self = .other(plain)
  }

  /// Whether a bank's file can hold it: no control, format or private characters, and none that are none.
  package static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
      false
    default: true
    }
  }

  package var text: String {
    switch self {
    case .iban(let text), .other(let text): text
    }
  }

  /// Two letters and two digits, then letters and digits: 15 to 34 in all.
  private static func looksLikeIBAN(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return (15...34).contains(bytes.count) && bytes[..<2].allSatisfy(isLetter)
      && bytes[2..<4].allSatisfy(isDigit) && bytes[4...].allSatisfy { isLetter($0) || isDigit($0) }
  }

  /// Whether the check digits are right: the number with its first four characters at its end, letters being
  /// 10 to 35, leaves 1 when divided by 97 (ISO 13616, ISO 7064).
  private static func isIBAN(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    var rest = 0
    for byte in bytes[4...] + bytes[..<4] {
      rest = isDigit(byte)
        ? (rest * 10 + Int(byte - 48)) % 97 : (rest * 100 + Int(byte - 55)) % 97
    }
    return rest == 1
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) }
  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

  /// Whether it is the code of a bank: 8 or 11 letters and digits, the first six of them letters (ISO 9362).
  package static func isBIC(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return (bytes.count == 8 || bytes.count == 11) && bytes[..<6].allSatisfy(isLetter)
      && bytes[6...].allSatisfy { isLetter($0) || isDigit($0) }
  }
}
