import Notation

/// Why a request of Scale's API cannot be taken: the text its clients are shown, status 400.
package struct ScaleFault: Error, Hashable, Sendable {
  package let text: String
  package init(_ text: String) { self.text = text }
}

/// A task type of Scale's API.
package struct ScaleType: Hashable, Sendable {
  package let name: String

  /// What its tasks are answered with here.
  package enum Answer: Hashable, Sendable {
    /// Shapes on an image or spans of a text, with attributes.
    case objects
    /// One of the categories, or some.
    case categories
    /// One of the choices.
    case choice
    /// Named fields of a form.
    case fields
    /// Values under the keys of `fields`.
    case values
    /// The response itself, as JSON: until there is a surface for the type.
    case response
  }

  static let known: Set<String> = [
    "annotation", "categorization", "comparison", "cuboidannotation", "datacollection",
    "documentmodel", "documenttranscription", "imageannotation", "laneannotation",
    "lidarannotation", "lidarlinking", "lidarsegmentation", "lidartopdown", "lineannotation",
    "namedentityrecognition", "pointannotation", "polygonannotation", "segmentannotation",
    "transcription", "textcollection", "videoannotation", "videoboxannotation",
    "videoplaybackannotation", "videocuboidannotation", "sensorfusion", "chat",
    "chatexperimental", "chatlite", "multichat", "multistage", "federal2dvideoannotation",
    "audiotranscription",
  ]

  private static let withAttachment: Set<String> = [
    "annotation", "categorization", "cuboidannotation", "datacollection", "documenttranscription",
    "imageannotation", "lineannotation", "pointannotation", "polygonannotation",
    "segmentannotation", "transcription", "videoannotation", "videoplaybackannotation",
    "lidarannotation", "audiotranscription",
  ]

  /// - Returns: nil for a type nobody knows.
  package init?(_ name: String) {
    guard Self.known.contains(name) else { return nil }
    self.name = name
  }

  /// What Scale's own tests expect to be refused.
  package func check(_ params: JSON, instruction: String?) throws(ScaleFault) {
    if Self.withAttachment.contains(name), params["attachment"] == nil,
      (params["attachments"]?.array ?? []).isEmpty
    {
      throw ScaleFault("Please include an attachment or attachments parameter.")
    }
    switch name {
    case "imageannotation":
      guard params["geometries"]?.members?.isEmpty == false else {
        throw ScaleFault("Please include a geometries parameter.")
      }
    case "categorization":
      guard params["categories"]?.array?.isEmpty == false else {
        throw ScaleFault("Please include a categories parameter.")
      }
      guard instruction != nil else {
        throw ScaleFault("Please include an instruction parameter.")
      }
    case "namedentityrecognition":
      guard params["text"]?.string != nil else {
        throw ScaleFault("Please include a text parameter.")
      }
    case "comparison":
      guard params["choices"]?.array?.isEmpty == false else {
        throw ScaleFault("Please include a choices parameter.")
      }
    default: break
    }
  }

  /// - Parameter params: of the task, with its project's.
  package func answer(_ params: JSON) -> Answer {
    switch name {
    case "categorization": return .categories
    case "comparison": return .choice
    case "textcollection": return params["fields"]?.array?.isEmpty == false ? .fields : .response
    case "transcription", "datacollection":
      return params["fields"]?.members?.isEmpty == false ? .values : .response
    default: return objects(params).isEmpty ? .response : .objects
    }
  }

  /// Params as Scale echoes them: with its defaults.
  package func withDefaults(_ params: JSON) -> JSON {
    guard var members = params.members else { return params }
    func fill(_ name: String, _ value: JSON) {
      if params[name] == nil { members.append(.init(name, value)) }
    }
    if params["attachment"] != nil || params["attachments"] != nil {
      fill("attachment_type", .string(name == "categorization" ? "website" : "image"))
    }
    switch name {
    case "imageannotation":
      fill("with_labels", true)
      members = members.map { member in
        member.name == "geometries" ? .init(member.name, Self.geometries(member.value)) : member
      }
    case "annotation":
      fill("with_labels", true)
      fill("min_width", 0)
      fill("min_height", 0)
    case "categorization": fill("allow_multiple", false)
    case "lineannotation": fill("splines", false)
    case "segmentannotation": fill("allow_unlabeled", false)
    default: break
    }
    return .object(members)
  }

  private static func geometries(_ json: JSON) -> JSON {
    guard let members = json.members else { return json }
    return .object(
      members.map { member in
        guard member.name == "box", var inner = member.value.members else { return member }
        for name in ["min_height", "min_width"] where member.value[name] == nil {
          inner.append(.init(name, 0))
        }
        return .init(member.name, .object(inner))
      })
  }
}
