import Foundation
import Notation

extension JSON {
  package static func count(_ value: Int) -> JSON { .int(Int64(value)) }
  package static func optional(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }
  package static func optional(_ value: Int?) -> JSON { value.map { .int(Int64($0)) } ?? .null }
  package static func optional(_ value: Double?) -> JSON { value.map { .double($0) } ?? .null }
  package static func time(_ milliseconds: Int64) -> JSON { .string(Timestamp.text(milliseconds)) }
  package static func optionalTime(_ milliseconds: Int64?) -> JSON {
    milliseconds.map { time($0) } ?? .null
  }

  /// One page of a list; `next` is what `after` takes to get the following one.
  package static func page(_ items: [JSON], next: String?) -> JSON {
    ["items": .array(items), "next": .optional(next)]
  }

  func without(_ name: String) -> JSON {
    .object((members ?? []).filter { $0.name != name })
  }

  package func adding(_ members: [Member]) -> JSON { .object((self.members ?? []) + members) }
}
