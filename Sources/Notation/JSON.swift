/// A JSON value (RFC 8259) that keeps what a data engine must not lose: the order of an object's
/// members, and the difference between `3` and `3.0`.
package enum JSON: Hashable, Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)
  case array([JSON])
  case object([Member])

  /// One `"name": value` of an object.
  package struct Member: Hashable, Sendable {
    package var name: String
    package var value: JSON

    package init(_ name: String, _ value: JSON) {
      self.name = name
      self.value = value
    }
  }
}

extension JSON {
  /// The value of the last member of that name, as RFC 8259 §4 lets readers choose; nil where this
  /// is no object or has no such member.
  ///
  /// - Complexity: O(members)
  package subscript(_ name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    let length = name.utf8.count
    var place = members.count
    while place > 0 {
      place -= 1
      // Most names differ in length, which is told faster.
      guard members[place].name.utf8.count == length, members[place].name == name else { continue }
      return members[place].value
    }
    return nil
  }

  package var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  package var isNull: Bool {
    if case .null = self { true } else { false }
  }

  package var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// The number as an integer, where it is one (`3` and `3.0` both are).
  package var integer: Int64? {
    switch self {
    case .int(let value): value
    case .double(let value): Int64(exactly: value)
    default: nil
    }
  }

  package var number: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  package var array: [JSON]? {
    if case .array(let value) = self { value } else { nil }
  }

  package var members: [Member]? {
    if case .object(let value) = self { value } else { nil }
  }

  /// What kind of value this is, in the words of the JSON specification, for messages.
  package var kindName: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .int, .double: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int64) { self = .int(value) }
  package init(floatLiteral value: Double) { self = .double(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: JSON...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(elements.map { Member($0.0, $0.1) })
  }
}

#if !hasFeature(Embedded)
  /// So that a `Codable` wire shape can carry values whose form only the project's ontology knows.
  extension JSON: Codable {
    private struct Name: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    package init(from decoder: any Decoder) throws {
      if let object = try? decoder.container(keyedBy: Name.self) {
        self = .object(
          try object.allKeys.map {
            Member($0.stringValue, try object.decode(JSON.self, forKey: $0))
          })
      } else if var array = try? decoder.unkeyedContainer() {
        var elements: [JSON] = []
        while !array.isAtEnd { elements.append(try array.decode(JSON.self)) }
        self = .array(elements)
      } else {
        let single = try decoder.singleValueContainer()
        if single.decodeNil() {
          self = .null
        } else if let value = try? single.decode(Bool.self) {
          self = .bool(value)
        } else if let value = try? single.decode(Int64.self) {
          self = .int(value)
        } else if let value = try? single.decode(Double.self) {
          self = .double(value)
        } else {
          self = .string(try single.decode(String.self))
        }
      }
    }

    package func encode(to encoder: any Encoder) throws {
      switch self {
      case .null:
        var single = encoder.singleValueContainer()
        try single.encodeNil()
      case .bool(let value): try value.encode(to: encoder)
      case .int(let value): try value.encode(to: encoder)
      case .double(let value): try value.encode(to: encoder)
      case .string(let value): try value.encode(to: encoder)
      case .array(let value): try value.encode(to: encoder)
      case .object(let members):
        var object = encoder.container(keyedBy: Name.self)
        for member in members {
          try object.encode(member.value, forKey: Name(stringValue: member.name))
        }
      }
    }
  }
#endif
