import Notation

/// A parameter of a route's query: what its handler may read, and what the API's description says of it.
/// Another one is refused, since what is misspelt must not count as not said.
package struct QueryMember: Sendable {
  package let name: String
  /// JSON Schema.
  let schema: JSON
  let about: String

  private init(_ name: String, _ schema: JSON, _ about: String) {
    (self.name, self.schema, self.about) = (name, schema, about)
  }

  static func text(_ name: String, _ about: String) -> QueryMember {
    QueryMember(name, ["type": "string"], about)
  }

  static func id(_ name: String, _ about: String) -> QueryMember {
    QueryMember(name, ["type": "string", "pattern": "^[0-9a-f]{24}$"], about)
  }

  static func day(_ name: String, _ about: String) -> QueryMember {
    QueryMember(name, ["type": "string", "format": "date"], about)
  }

  static func integer(_ name: String, _ about: String) -> QueryMember {
    QueryMember(name, ["type": "integer", "minimum": 0], about)
  }

  static func share(_ name: String, _ about: String) -> QueryMember {
    QueryMember(name, ["type": "number", "minimum": 0, "maximum": 1], about)
  }

  static func bool(_ name: String, _ about: String) -> QueryMember {
    QueryMember(name, ["type": "boolean"], about)
  }

  static func word(_ name: String, _ words: [String], _ about: String) -> QueryMember {
    QueryMember(name, ["type": "string", "enum": .array(words.map { .string($0) })], about)
  }

  static let limit = QueryMember(
    "limit", ["type": "integer", "minimum": 1, "maximum": 1000, "default": 100], "Rows of a page.")
  static let query = text("query", "Which items, in the query language; all where it is empty.")
  static let offset = integer("offset", "How many came before.")
  static let wait = integer("wait", "Seconds to wait at most.")

  /// The parameter as OpenAPI describes it.
  var parameter: JSON {
    ["name": .string(name), "in": "query", "schema": schema, "description": .string(about)]
  }
}
