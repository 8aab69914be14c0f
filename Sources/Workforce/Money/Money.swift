/// An amount in one currency, in integer micro-units: 1,000,000 are one dollar, one euro, one yen.
package struct Money: Hashable, Sendable {
  package var micros: Int64
  package var currency: Currency

  package init(micros: Int64, _ currency: Currency) {
    self.micros = micros
    self.currency = currency
  }

  /// What does not fit into 64 bits.
  package struct Overflow: Error, Hashable, Sendable {}

  /// `amount × factor ÷ divisor`, to the nearest whole number, halves away from zero.
  ///
  /// - Precondition: `divisor > 0`.
  package static func scaled(
    _ amount: Int64, by factor: Int64, over divisor: Int64
  ) throws(Overflow) -> Int64 {
    precondition(divisor > 0)
    let product = amount.magnitude.multipliedFullWidth(by: factor.magnitude)
    guard product.high < divisor.magnitude else { throw Overflow() }
    let (whole, rest) = divisor.magnitude.dividingFullWidth(product)
    let rounded = whole.addingReportingOverflow(rest >= divisor.magnitude - rest ? 1 : 0)
    guard !rounded.overflow, let magnitude = Int64(exactly: rounded.partialValue) else {
      throw Overflow()
    }
    return (amount < 0) != (factor < 0) ? -magnitude : magnitude
  }

  /// The largest amount not above this one that can be paid, and what is left of it.
  package var payable: (paid: Int64, rest: Int64) {
    let rest = micros % currency.minorMicros
    return (micros - rest, rest)
  }

  /// As a decimal number with all its digits that say something, two at least where the currency has them:
  /// `0.035`, `12.50`, `7`.
  package var decimal: String {
    let magnitude = String(micros.magnitude)
    let padded = String(repeating: "0", count: max(0, 7 - magnitude.count)) + magnitude
    let split = padded.index(padded.endIndex, offsetBy: -6)
    var fraction = padded[split...]
    while fraction.count > currency.minorDigits, fraction.last == "0" { fraction.removeLast() }
    let sign = micros < 0 ? "-" : ""
    return sign + padded[..<split] + (fraction.isEmpty ? "" : "." + fraction)
  }

  /// Reads a decimal number like `0.035` exactly.
  ///
  /// - Returns: nil for what is no such number, has more than six decimal places, or is too large.
  package static func micros(decimal text: String) -> Int64? {
    let isNegative = text.hasPrefix("-")
    let digits = isNegative ? text.dropFirst() : text[...]
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), !parts[0].isEmpty, parts.count == 1 || !parts[1].isEmpty,
      parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } })
    else { return nil }
    let fraction = parts.count == 2 ? parts[1] : ""
    guard fraction.count <= 6 else { return nil }
    let zeros = String(repeating: "0", count: 6 - fraction.count)
    return Int64("\(isNegative ? "-" : "")\(parts[0])\(fraction)\(zeros)")
  }
}
