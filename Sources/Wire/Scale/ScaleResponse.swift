import Notation

/// Native annotations, by name, and the `response` of Scale's API: each made from the other.
package struct ScaleResponse {
  private let type: ScaleType
  private let params: JSON
  private let answer: ScaleType.Answer

  /// - Parameter params: of the task, with its project's.
  package init(_ type: ScaleType, _ params: JSON) {
    self.type = type
    self.params = params
    answer = type.answer(params)
  }

  // MARK: From annotations

  /// - Parameter task: the task's id, from which the objects' uuids are made: the same each time.
  package func response(_ annotations: [JSON], task: String) -> JSON {
    func value(_ name: String) -> JSON? { annotations.first { $0["class"]?.string == name } }
    switch answer {
    case .boxes: return boxes(annotations, task)
    case .categories:
      let found = value(ScaleForm.categoryClass)
      return ["category": found?["option"] ?? found?["options"] ?? .null]
    case .choice: return ["choice": value(ScaleForm.choiceClass)?["option"] ?? .null]
    case .fields: return fields(annotations)
    case .values:
      let members = annotations.compactMap { annotation in
        annotation["class"]?.string.map { JSON.Member($0, annotation["text"] ?? .null) }
      }
      let fields = JSON.Member("fields", .object(members))
      return .object(
        type.name == "transcription" ? [fields, .init("repeatable_fields", [])] : [fields])
    case .response:
      let text = value(ScaleForm.responseClass)?["text"]?.string ?? "{}"
      return (try? JSON(parsing: Array(text.utf8))) ?? .string(text)
    }
  }

  private func boxes(_ annotations: [JSON], _ task: String) -> JSON {
    let isOld = type.name == "annotation"
    let objects = annotations.enumerated().map { index, annotation -> JSON in
      let box = annotation["box"]?.array ?? []
      func number(_ place: Int) -> JSON { place < box.count ? box[place] : 0 }
      let place: [JSON.Member] = [
        .init("left", number(0)), .init("top", number(1)), .init("width", number(2)),
        .init("height", number(3)),
      ]
      let label = JSON.Member("label", annotation["class"] ?? .null)
      if isOld { return .object(place + [label]) }
      return .object(
        [.init("type", "box"), label, .init("attributes", annotation["attributes"] ?? [:])]
          + place + [.init("uuid", .string(Self.uuid(task, index)))])
    }
    if isOld { return ["annotations": .array(objects)] }
    return [
      "annotations": .array(objects), "global_attributes": [:], "links": [],
      "is_customer_fix": false,
    ]
  }

  private func fields(_ annotations: [JSON]) -> JSON {
    let kinds = Dictionary(
      (params["fields"]?.array ?? []).compactMap { field in
        field["field_id"]?.string.map { ($0, field["type"] ?? "text") }
      }, uniquingKeysWith: { first, _ in first })
    let members = annotations.compactMap { annotation -> JSON.Member? in
      guard let name = annotation["class"]?.string else { return nil }
      let values =
        annotation["options"]?.array
        ?? [annotation["option"] ?? annotation["text"] ?? .null]
      return .init(
        name,
        [
          "type": kinds[name] ?? "text", "field_id": .string(name),
          "response": [.array(values)],
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
    case .boxes:
      let objects = response["annotations"]?.array ?? response.array ?? []
      return .array(objects.compactMap(box))
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
        })
    case .response:
      return [["class": .string(ScaleForm.responseClass), "text": .string(response.text)]]
    }
  }

  private func box(_ json: JSON) -> JSON? {
    guard json["type"] == nil || json["type"]?.string == "box", let label = json["label"],
      let left = json["left"], let top = json["top"], let width = json["width"],
      let height = json["height"]
    else { return nil }
    var members: [JSON.Member] = [
      .init("class", label), .init("box", [left, top, width, height]),
    ]
    if let attributes = json["attributes"], attributes.members?.isEmpty == false {
      members.append(.init("attributes", attributes))
    }
    return .object(members)
  }

  private func field(_ member: JSON.Member) -> JSON? {
    guard let values = member.value["response"]?.array?.first?.array, let first = values.first
    else { return nil }
    let field = (params["fields"]?.array ?? []).first { $0["field_id"]?.string == member.name }
    guard field?["type"]?.string == "category" else {
      return ["class": .string(member.name), "text": .string(first.string ?? first.text)]
    }
    return ["class": .string(member.name), "option": first]
  }

  /// What a test key's task is answered with: well-formed, and said by nobody.
  package var canned: JSON {
    switch answer {
    case .boxes:
      let label = ScaleForm.names(
        params["geometries"]?["box"]?["objects_to_annotate"] ?? params["objects_to_annotate"]
      ).first
      return label.map { [["class": .string($0), "box": [0, 0, 1, 1]]] } ?? []
    case .categories:
      let first = ScaleForm.names(params["categories"]).first ?? ""
      return annotations(["category": .string(first)])
    case .choice:
      return annotations(["choice": .string(ScaleForm.names(params["choices"]).first ?? "")])
    case .fields:
      return .array(
        (params["fields"]?.array ?? []).compactMap { field in
          guard let name = field["field_id"]?.string else { return nil }
          let choice = field["choices"]?.array?.first.map { $0["value"] ?? $0 }
          return field["type"]?.string == "category" && choice != nil
            ? ["class": .string(name), "option": choice ?? .null]
            : ["class": .string(name), "text": "test response"]
        })
    case .values:
      return .array(
        (params["fields"]?.members ?? []).map {
          ["class": .string($0.name), "text": "test response"]
        })
    case .response: return annotations(["annotations": []])
    }
  }
}
