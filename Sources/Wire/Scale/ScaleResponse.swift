import Notation

/// Native annotations, by name, and the `response` of Scale's API: each made from the other.
package struct ScaleResponse {
  private let type: ScaleType
  private let params: JSON
  private let answer: ScaleType.Answer
  /// What may be marked, and what is asked; found once, used for every annotation.
  private let knownObjects: [ScaleObject]
  private let knownFields: [ScaleField]

  /// - Parameter params: of the task, with its project's.
  package init(_ type: ScaleType, _ params: JSON) {
    self.type = type
    self.params = params
    answer = type.answer(params)
    knownObjects = answer == .objects ? type.objects(params) : []
    knownFields = answer == .fields ? ScaleField.all(params) : []
  }

  // MARK: From annotations

  /// - Parameter task: the task's id, from which the objects' uuids are made: the same each time.
  package func response(
    _ annotations: [JSON], task: String, links: ScaleLinks = .none
  ) -> JSON {
    if type.name == "segmentannotation", answer == .objects {
      return ScaleSegmentation(params, annotations).response(color: links.color, url: links.url)
    }
    func value(_ name: String) -> JSON? { annotations.first { $0["class"]?.string == name } }
    switch answer {
    case .objects: return objects(annotations, task)
    case .categories:
      let found = value(ScaleForm.categoryClass)
      return ["category": found?["option"] ?? found?["options"] ?? .null]
    case .choice: return ["choice": value(ScaleForm.choiceClass)?["option"] ?? .null]
    case .fields: return fields(annotations)
    case .values:
      let repeatable = ScaleForm.repeatable(params)
      let members = annotations.compactMap { annotation in
        annotation["class"]?.string.map { JSON.Member($0, annotation["text"] ?? .null) }
      }
      let fields = members.filter { !repeatable.contains($0.name) }
      let entries = members.filter { repeatable.contains($0.name) }.flatMap { member in
        (member.value.string ?? "").split(separator: "\n").map { line -> JSON in
          .object([.init(member.name, .string(String(line)))])
        }
      }
      let head = JSON.Member("fields", .object(fields))
      return .object(
        type.name == "transcription" || !repeatable.isEmpty
          ? [head, .init("repeatable_fields", .array(entries))] : [head])
    case .response:
      let text = value(ScaleForm.responseClass)?["text"]?.string ?? "{}"
      return (try? JSON(parsing: Array(text.utf8))) ?? .string(text)
    }
  }

  private func objects(_ annotations: [JSON], _ task: String) -> JSON {
    var found: [JSON] = []
    var uuids: [Int: String] = [:]
    var global: [JSON.Member] = []
    for (place, annotation) in annotations.enumerated() {
      let name = annotation["class"]?.string
      if let object = knownObjects.first(where: { $0.name == name }) {
        let uuid = Self.uuid(task, found.count)
        uuids[place] = uuid
        found.append(self.object(annotation, object, uuid))
      } else if let name, annotation["relation"] == nil {
        let value = annotation["options"] ?? annotation["option"] ?? annotation["text"]
        global.append(.init(name, value ?? .null))
      }
    }
    switch type.name {
    case "imageannotation":
      return [
        "annotations": .array(found), "global_attributes": .object(global),
        "links": .array(links(annotations, uuids) { ["label": $0, "from": $1, "to": $2] }),
        "is_customer_fix": false,
      ]
    case "namedentityrecognition":
      let relations = links(annotations, uuids) {
        ["name": $0, "source_ref": $1, "target_ref": $2]
      }
      let numbered = relations.enumerated().map { index, relation -> JSON in
        let id = JSON.string(Self.uuid(task, found.count + index))
        return .object([.init("id", id)] + (relation.members ?? []))
      }
      return ["annotations": .array(found), "relationships": .array(numbered)]
    default: return ["annotations": .array(found)]
    }
  }

  private func links(
    _ annotations: [JSON], _ uuids: [Int: String],
    _ write: (_ name: JSON, _ from: JSON, _ to: JSON) -> JSON
  ) -> [JSON] {
    annotations.compactMap { annotation in
      let ends = annotation["relation"]?.array?.compactMap { $0.integer.map { Int($0) } } ?? []
      guard ends.count == 2, let name = annotation["class"], let from = uuids[ends[0]],
        let to = uuids[ends[1]]
      else { return nil }
      return write(name, .string(from), .string(to))
    }
  }

  private func object(_ annotation: JSON, _ object: ScaleObject, _ uuid: String) -> JSON {
    let place = object.geometry.members(annotation[object.geometry.kind] ?? .null)
    let label = JSON.Member("label", .string(object.label))
    let attributes = numbered(annotation["attributes"] ?? [:])
    switch type.name {
    case "imageannotation":
      return .object(
        [
          .init("type", .string(object.geometry.rawValue)), label,
          .init("attributes", attributes),
        ] + place + [.init("uuid", .string(uuid))])
    case "namedentityrecognition":
      let text = Self.piece(of: params["text"]?.string ?? "", annotation["span"])
      return .object(
        [.init("id", .string(uuid))] + place
          + [.init("text", .string(text)), label, .init("attributes", attributes)])
    case "documenttranscription":
      let location = [JSON.Member("type", .string(object.geometry.rawValue))] + place
      return [
        "uuid": .string(uuid), "page": 0, "label": .string(object.label),
        "text": attributes["text"] ?? "", "location": .object(location), "refs": [],
      ]
    default: return .object(place + [label])
    }
  }

  /// Attributes of the types number and angle as numbers.
  private func numbered(_ attributes: JSON) -> JSON {
    .object(
      (attributes.members ?? []).map { member in
        let kind = params["annotation_attributes"]?[member.name]?["type"]?.string
        guard kind == "number" || kind == "angle", let text = member.value.string,
          let number = Double(text), number.isFinite
        else { return member }
        return .init(member.name, .double(number))
      })
  }

  private static func piece(of text: String, _ span: JSON?) -> String {
    let scalars = text.unicodeScalars
    guard let ends = span?.array, ends.count == 2, let start = ends[0].integer,
      let end = ends[1].integer, start >= 0, start <= end
    else { return "" }
    return String(
      String.UnicodeScalarView(scalars.dropFirst(Int(start)).prefix(Int(end - start))))
  }

  private func fields(_ annotations: [JSON]) -> JSON {
    let members = annotations.compactMap { annotation -> JSON.Member? in
      guard let field = knownFields.first(where: { $0.name == annotation["class"]?.string }) else {
        return nil
      }
      let chosen =
        annotation["options"]?.array ?? [annotation["option"] ?? annotation["text"] ?? .null]
      return .init(
        field.id,
        [
          "type": .string(field.type), "field_id": .string(field.id),
          "response": [.array(chosen.map { field.isCategory ? field.value(of: $0) : $0 })],
        ])
    }
    return ["annotations": .object(members)]
  }

  /// A version 4 shaped uuid out of an id of 24 digits and the object's place.
  static func uuid(_ task: String, _ index: Int) -> String {
    var digits = Array(task.utf8.prefix(24)) + Array(repeating: 0x30, count: 8)
    var rest = index
    for place in stride(from: 31, through: 24, by: -1) {
      digits[place] = Array("0123456789abcdef".utf8)[rest & 15]
      rest >>= 4
    }
    digits[12] = UInt8(ascii: "4")
    digits[16] = UInt8(ascii: "8")
    let text = String(decoding: digits, as: UTF8.self)
    var parts: [Substring] = []
    var start = text.startIndex
    for count in [8, 4, 4, 4, 12] {
      let end = text.index(start, offsetBy: count)
      parts.append(text[start..<end])
      start = end
    }
    return parts.joined(separator: "-")
  }

  // MARK: To annotations

  /// Annotations that say what a response, a hypothesis or base annotations say.
  package func annotations(_ response: JSON) -> JSON {
    switch answer {
    case .objects:
      let objects = response["annotations"]?.array ?? response.array ?? []
      let known = objects.map { (id: $0["uuid"] ?? $0["id"], annotation: annotation($0)) }
        .filter { $0.annotation != nil }
      return .array(
        known.compactMap(\.annotation) + relations(response, known.map(\.id))
          + questions(response["global_attributes"]))
    case .categories:
      guard let chosen = response["category"] ?? response["categories"] else { return [] }
      let name = params["allow_multiple"]?.bool == true ? "options" : "option"
      let value: JSON = name == "options" && chosen.array == nil ? [chosen] : chosen
      return [.object([.init("class", .string(ScaleForm.categoryClass)), .init(name, value)])]
    case .choice:
      guard let chosen = response["choice"] else { return [] }
      return [["class": .string(ScaleForm.choiceClass), "option": chosen]]
    case .fields: return .array((response["annotations"]?.members ?? []).compactMap(field))
    case .values:
      return .array(
        (response["fields"]?.members ?? []).compactMap { member in
          member.value.string.map { ["class": .string(member.name), "text": .string($0)] }
        }
          + ScaleForm.repeatable(params).compactMap { name in
            let lines = (response["repeatable_fields"]?.array ?? []).compactMap {
              $0[name]?.string
            }
            return lines.isEmpty
              ? nil
              : ["class": .string(name), "text": .string(lines.joined(separator: "\n"))]
          })
    case .response:
      return [["class": .string(ScaleForm.responseClass), "text": .string(response.text)]]
    }
  }

  /// Links between annotations that are named by their ids.
  private func relations(_ response: JSON, _ ids: [JSON?]) -> [JSON] {
    let links = (response["links"]?.array ?? []) + (response["relationships"]?.array ?? [])
    return links.compactMap { link in
      guard let name = link["label"] ?? link["name"],
        let from = ids.firstIndex(of: link["from"] ?? link["source_ref"]),
        let to = ids.firstIndex(of: link["to"] ?? link["target_ref"])
      else { return nil }
      return .object([
        .init("class", name), .init("relation", [.int(Int64(from)), .int(Int64(to))]),
      ])
    }
  }

  private func annotation(_ json: JSON) -> JSON? {
    let geometry = (json["type"] ?? json["location"]?["type"])?.string
    let object = knownObjects.first {
      $0.label == json["label"]?.string && (geometry == nil || geometry == $0.geometry.rawValue)
    }
    guard let object, let value = object.geometry.value(json["location"] ?? json) else {
      return nil
    }
    var members: [JSON.Member] = [
      .init("class", .string(object.name)), .init(object.geometry.kind, value),
    ]
    var attributes = json["attributes"]?.members ?? []
    if type.name == "documenttranscription", let text = json["text"] {
      attributes.append(.init("text", text))
    }
    if !attributes.isEmpty {
      members.append(.init("attributes", .object(attributes.map(written))))
    }
    return .object(members)
  }

  /// Numbers are kept as text here.
  private func written(_ member: JSON.Member) -> JSON.Member {
    member.value.number == nil ? member : .init(member.name, .string(member.value.text))
  }

  private func questions(_ answers: JSON?) -> [JSON] {
    ScaleType.globalAttributes(params).compactMap { question in
      guard let answer = answers?[question.name] else { return nil }
      let name =
        question.value["choices"] == nil
        ? "text" : question.value["allow_multiple"]?.bool == true ? "options" : "option"
      return .object([.init("class", .string(question.name)), .init(name, answer)])
    }
  }

  private func field(_ member: JSON.Member) -> JSON? {
    guard let values = member.value["response"]?.array?.first?.array, let first = values.first,
      let field = knownFields.first(where: { $0.id == member.name })
    else { return nil }
    let name = JSON.Member("class", .string(field.name))
    guard field.isCategory else {
      return .object([name, .init("text", .string(first.string ?? first.text))])
    }
    return .object([
      name,
      field.isMultiple
        ? .init("options", .array(values.map(field.label(of:))))
        : .init("option", field.label(of: first)),
    ])
  }

  /// Well-formed for the types whose annotations lie in a file: an empty one.
  private var cannedResponse: JSON {
    let inFiles = type.name.hasPrefix("video") || type.name.hasPrefix("lidar")
    if inFiles || type.name == "sensorfusion" || type.name == "federal2dvideoannotation" {
      return ["annotations": ["url": "data:application/json,%5B%5D"]]
    }
    if type.name.contains("chat") { return ["threads": [], "responses": []] }
    if type.name == "audiotranscription" {
      return ["transcript": "test response", "duration": 0, "alignment": []]
    }
    return ["annotations": []]
  }

  /// What a test key's task is answered with: well-formed, and said by nobody.
  package var canned: JSON {
    switch answer {
    case .objects:
      guard let object = knownObjects.first else { return [] }
      var members: [JSON.Member] = [
        .init("class", .string(object.name)), .init(object.geometry.kind, object.geometry.canned),
      ]
      if type.name == "documenttranscription" {
        members.append(.init("attributes", ["text": "test response"]))
      }
      return [.object(members)]
    case .categories:
      let first = ScaleForm.names(params["categories"]).first ?? ""
      return annotations(["category": .string(first)])
    case .choice:
      return annotations(["choice": .string(ScaleForm.names(params["choices"]).first ?? "")])
    case .fields:
      return .array(
        knownFields.map { field in
          let name = JSON.Member("class", .string(field.name))
          guard field.isCategory, let first = field.choices.first else {
            return .object([name, .init("text", "test response")])
          }
          let label = JSON.string(first.label)
          return .object([
            name, field.isMultiple ? .init("options", [label]) : .init("option", label),
          ])
        })
    case .values:
      return .array(
        ((params["fields"]?.members ?? []).map(\.name) + ScaleForm.repeatable(params)).map {
          ["class": .string($0), "text": "test response"]
        })
    case .response: return annotations(cannedResponse)
    }
  }
}
