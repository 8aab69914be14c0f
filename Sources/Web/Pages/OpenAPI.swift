import Notation
import Platform

/// The API's description, made from the route table itself.
enum OpenAPI {
  static func document(_ routes: [Route]) -> JSON {
    var paths: [JSON.Member] = []
    for route in routes where route.path.hasPrefix("/api") || route.path.hasPrefix("/media") {
      let operation = JSON.Member("\(route.method)".lowercased(), operation(route))
      let path = path(of: route)
      if let index = paths.firstIndex(where: { $0.name == path }) {
        paths[index].value = paths[index].value.adding([operation])
      } else {
        paths.append(.init(path, .object([operation])))
      }
    }
    return [
      "openapi": "3.1.0",
      "info": [
        "title": "Assay", "version": "0.1.0",
        "description": "A neutral data engine: gather, organise, label, assure, feed.",
      ],
      "paths": .object(paths),
      "components": [
        "securitySchemes": [
          "bearer": ["type": "http", "scheme": "bearer"],
          "session": ["type": "apiKey", "in": "cookie", "name": .string(Gate.cookieName)],
        ],
        "schemas": ["Problem": problem, "Annotation": annotation],
      ],
    ]
  }

  private static let problem: JSON = [
    "type": "object", "required": ["type", "title", "status", "detail"],
    "properties": [
      "type": ["type": "string"], "title": ["type": "string"], "status": ["type": "integer"],
      "detail": ["type": "string"], "place": ["type": "string"], "remedy": ["type": "string"],
    ],
  ]

  /// As `AnnotationNotation` reads and writes it: one of the values, by the kind of the class.
  private static let annotation: JSON = [
    "type": "object", "required": ["class"],
    "description": """
    One statement of an answer. Shapes are in pixels of the image, spans in Unicode scalars of the \
    text; a relation names the places in the array of the objects it joins.
    """,
    "properties": [
      "class": [
        "description": "The name or number of a class.",
        "oneOf": [["type": "string"], ["type": "integer"]],
      ],
      "box": numbers("[x, y, width, height]", 4, 4),
      "polygon": [
        "type": "array", "description": "[[x, y], …], or rings of it, the outline first.",
      ],
      "polyline": ["type": "array", "description": "[[x, y], …]"],
      "point": numbers("[x, y]", 2, 2),
      "ellipse": numbers("[x, y, radiusX, radiusY, rotation in radians]", 4, 5),
      "cuboid": ["type": "array", "description": "Six points.", "minItems": 6, "maxItems": 6],
      "span": numbers("[start, end)", 2, 2), "relation": numbers("[from, to]", 2, 2),
      "option": [
        "description": "Of a category.", "oneOf": [["type": "string"], ["type": "integer"]],
      ],
      "options": ["type": "array", "description": "Of a multiLabel."],
      "rating": ["type": "number"], "text": ["type": "string"],
      "attributes": ["type": "object", "description": "Values by the names of attributes."],
    ],
  ]

  private static func numbers(_ description: String, _ least: Int64, _ most: Int64) -> JSON {
    [
      "type": "array", "description": .string(description), "items": ["type": "number"],
      "minItems": .int(least), "maxItems": .int(most),
    ]
  }

  /// What is open at the end of a path has a name there.
  package static func path(of route: Route) -> String { route.path.replacing("**", with: "{path}") }

  private static func operation(_ route: Route) -> JSON {
    let names = path(of: route).split(separator: "/").filter { $0.hasPrefix("{") }
      .map { String($0.dropFirst().dropLast()) }
    let parameters = names.map { name -> JSON in
      [
        "name": .string(name), "in": "path", "required": true,
        "schema": ["invitation", "path"].contains(name)
          ? ["type": "string"] : ["type": "string", "pattern": "^[0-9a-f]{24}$"],
      ]
    }
    var members: [JSON.Member] = [
      .init("summary", .string(route.summary)),
      .init("operationId", .string(operationID(route))),
      .init("parameters", .array(parameters + route.query.map(\.parameter))),
      .init(
        "responses",
        [
          "2XX": ["description": "Done."],
          "default": [
            "description": "A problem (RFC 9457).",
            "content": [
              "application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]
            ],
          ],
        ]),
    ]
    if !route.body.isEmpty {
      members.append(
        .init(
          "requestBody",
          [
            "required": .bool(route.body.contains(where: \.isRequired)),
            "content": ["application/json": ["schema": BodyMember.schema(route.body)]],
          ]))
    }
    if route.access != .anyone {
      members.append(.init("security", [["bearer": []], ["session": []]]))
      members.append(.init("x-access", .string(words(route.access))))
    }
    return .object(members)
  }

  private static func operationID(_ route: Route) -> String {
    let parts = path(of: route).split(separator: "/").dropFirst().map {
      $0.hasPrefix("{") ? "by-" + $0.dropFirst().dropLast() : String($0)
    }
    return ("\(route.method)".lowercased() + "-" + parts.joined(separator: "-"))
  }

  static func words(_ access: Access) -> String {
    switch access {
    case .anyone: "anybody"
    case .signedIn: "signed in"
    case .client(let roles), .staff(let roles):
      Role.allCases.filter(roles.contains).map(\.rawValue).joined(separator: ", ")
    case .workers: "worker"
    case .work: "worker, member"
    }
  }
}
