/// Ids for what has none: of a form that others expect, and the same each time a set is written.
enum CountedID {
  /// A UUID of version 4's form.
  static func uuid(_ number: UInt64) -> String {
    "00000000-0000-4000-8000-" + hexadecimal(number, digits: 12)
  }

  static func hexadecimal(_ number: UInt64, digits: Int) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
