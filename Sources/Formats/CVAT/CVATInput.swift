import Notation

/// Of what type the values of an attribute are, as CVAT's labels declare it.
enum CVATInput: String {
  case text, number, checkbox
  // Values of a list.
  case select, radio

  /// - Parameter value: one of an attribute's.
  init(_ value: JSON) {
    self =
      switch value {
      case .bool: .checkbox
      case .int, .double: .number
      default: .text
      }
  }

  /// As text where values are of several types.
  mutating func widen(to other: CVATInput) {
    if self != other { self = .text }
  }

  /// A value as it was; text where it is not what was declared.
  func value(_ text: String) -> JSON {
    switch self {
    case .number:
      if let number = Int64(text) { return .int(number) }
      return Double(text).flatMap { $0.isFinite ? .double($0) : nil } ?? .string(text)
    case .text, .checkbox, .select, .radio:
      return text == "true" || text == "false" ? .bool(text == "true") : .string(text)
    }
  }
}
