import Notation

/// A member of the JSON object that a route takes: what its handler may read, and what the API's
/// description says of it.
package struct BodyMember: Sendable {
  package let name: String
  /// JSON Schema.
  package let schema: JSON
  package let isRequired: Bool

  private init(_ name: String, _ schema: JSON, _ isRequired: Bool) {
    self.name = name
    self.schema = schema
    self.isRequired = isRequired
  }

  static func string(_ name: String, isRequired: Bool = false) -> BodyMember {
    BodyMember(name, ["type": "string"], isRequired)
  }

  static func strings(_ name: String, isRequired: Bool = false) -> BodyMember {
    BodyMember(name, ["type": "array", "items": ["type": "string"]], isRequired)
  }

  static func numbers(_ name: String, isRequired: Bool = false) -> BodyMember {
    BodyMember(name, ["type": "array", "items": ["type": "number"]], isRequired)
  }

  static func integers(_ name: String, isRequired: Bool = false) -> BodyMember {
    BodyMember(name, ["type": "array", "items": ["type": "integer"]], isRequired)
  }

  static func integer(_ name: String, isRequired: Bool = false) -> BodyMember {
    BodyMember(name, ["type": "integer"], isRequired)
  }

  static func number(_ name: String, isRequired: Bool = false) -> BodyMember {
    BodyMember(name, ["type": "number"], isRequired)
  }

  static func bool(_ name: String, isRequired: Bool = false) -> BodyMember {
    BodyMember(name, ["type": "boolean"], isRequired)
  }

  static func object(_ name: String, isRequired: Bool = false) -> BodyMember {
    BodyMember(name, ["type": "object"], isRequired)
  }

  /// What an answer says (`AnnotationNotation`).
  static func objects(_ name: String, isRequired: Bool = false) -> BodyMember {
    BodyMember(name, ["type": "array", "items": ["type": "object"]], isRequired)
  }

  static func annotations(_ name: String, isRequired: Bool = false) -> BodyMember {
    let item: JSON = ["$ref": "#/components/schemas/Annotation"]
    return BodyMember(name, ["type": "array", "items": item], isRequired)
  }

  static func choice<T: CaseIterable & RawRepresentable>(
    _ name: String, _ type: T.Type, isRequired: Bool = false
  ) -> BodyMember where T.RawValue == String {
    let values = T.allCases.map { JSON.string($0.rawValue) }
    return BodyMember(name, ["type": "string", "enum": .array(values)], isRequired)
  }

  /// The whole body's schema.
  static func schema(_ members: [BodyMember]) -> JSON {
    [
      "type": "object", "additionalProperties": false,
      "properties": .object(members.map { .init($0.name, $0.schema) }),
      "required": .array(members.filter(\.isRequired).map { .string($0.name) }),
    ]
  }
}
