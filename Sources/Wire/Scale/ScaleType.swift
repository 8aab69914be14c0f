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
    let hasAttachment = params["attachment"] != nil && params["attachment"] != ""
    if Self.withAttachment.contains(name), !hasAttachment,
      (params["attachments"]?.array ?? []).isEmpty
    {
      throw ScaleFault("Please include an attachment or attachments parameter.")
    }
    try checkAttachment(params)
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
    case "segmentannotation":
      guard ScaleSegmentation.labels(params).count <= Self.segmentLabelLimit else {
        throw ScaleFault("labels must be at most \(Self.segmentLabelLimit).")
      }
    case "comparison":
      guard params["choices"]?.array?.isEmpty == false else {
        throw ScaleFault("Please include a choices parameter.")
      }
    default: break
    }
  }

  /// Labels of a segmentation.
  package static let segmentLabelLimit = 50

  private func checkAttachment(_ params: JSON) throws(ScaleFault) {
    guard let attachment = params["attachment"] else { return }
    guard let text = attachment.string else {
      throw ScaleFault("attachment must be a URL, or a text where attachment_type is text.")
    }
    guard params["attachment_type"]?.string == "image" else { return }
    let scheme = text.split(separator: ":", maxSplits: 1).first ?? ""
    guard text.hasPrefix("\(scheme)://"), !scheme.isEmpty, scheme.lowercased() != "file" else {
      throw ScaleFault("attachment must be a URL like https://example.org/picture.jpg.")
    }
  }

  /// - Parameter params: of the task, with its project's.
  package func answer(_ params: JSON) -> Answer {
    switch name {
    case "categorization": return .categories
    case "comparison": return .choice
    case "textcollection": return params["fields"]?.array?.isEmpty == false ? .fields : .response
    case "transcription", "datacollection":
      let isEmpty =
        params["fields"]?.members?.isEmpty != false && ScaleForm.repeatable(params).isEmpty
      return isEmpty ? .response : .values
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
    case "documenttranscription": fill("lang", "en-US")
    case "videoplaybackannotation": fill("frame_rate", 1)
    case "segmentannotation": fill("allow_unlabeled", false)
    default: break
    }
    return .object(members)
  }

  private static func geometries(_ json: JSON) -> JSON {
    guard let members = json.members else { return json }
    return .object(
      members.map { member in
        guard var inner = member.value.members else { return member }
        let defaults: [JSON.Member] =
          switch member.name {
          case "box":
            [
              .init("min_height", 0), .init("min_width", 0), .init("can_rotate", false),
              .init("integer_pixels", false),
            ]
          case "polygon", "line": [.init("min_vertices", 1)]
          default: []
          }
        inner += defaults.filter { member.value[$0.name] == nil }
        return .init(member.name, .object(inner))
      })
  }
}
