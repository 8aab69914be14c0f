import Notation

extension Diagnostics {
  /// Counts members of an object that say something, and that a reader knows nothing of.
  ///
  /// - Parameters:
  ///   - known: those that it reads, and those that mean nothing elsewhere, as numbers of records.
  ///   - what: of which kind the object is, in the plural.
  func loseMembers(of json: JSON, besides known: Set<String>, _ what: String) {
    for member in json.members ?? [] where member.value.saysSomething && !known.contains(member.name) {
      lose("`\(member.name)` of \(what) left out, which is not read")
    }
  }
}

extension JSON {
  /// Whether it is more than a place that was left empty: no null, nothing without a part, no zero and no no.
  fileprivate var saysSomething: Bool {
    switch self {
    case .null: false
    case .bool(let value): value
    case .int(let value): value != 0
    case .double(let value): value != 0
    case .string(let value): !value.isEmpty
    case .array(let values): !values.isEmpty
    case .object(let members): !members.isEmpty
    }
  }
}
