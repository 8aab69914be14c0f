import Notation

extension JSON {
  static func optional(_ value: Int?) -> JSON { value.map { .int(Int64($0)) } ?? .null }
  static func optional(_ value: Double?) -> JSON { value.map { .shortest($0) } ?? .null }
  static func optional(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }
}
