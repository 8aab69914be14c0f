import Notation

extension JSONWriter {
  /// A number as short as it can be written: whole ones without a fraction.
  mutating func number(_ value: Double) {
    if value.magnitude < 1e15, let whole = Int64(exactly: value) {
      self.value(whole)
    } else {
      self.value(value)
    }
  }

  mutating func numbers(_ values: [Double]) {
    beginArray()
    for value in values { number(value) }
    endArray()
  }
}

extension JSON {
  /// As `JSONWriter.number` writes it.
  static func shortest(_ value: Double) -> JSON {
    if value.magnitude < 1e15, let whole = Int64(exactly: value) { return .int(whole) }
    return .double(value)
  }
}
