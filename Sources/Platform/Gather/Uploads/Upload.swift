import Formats
import Notation
import Store

/// A labelled set on its way into a dataset, in any format, as one file or archive: it comes in parts, which
/// can be days apart, and is read once it is whole.
package struct Upload: Hashable, Sendable {
  package enum State: String, Sendable { case receiving, reading, completed, failed }

  /// How it is read.
  package struct Options: Hashable, Sendable {
    /// As the sender calls the file.
    package var name: String
    /// The id of its format; found out where it is nil.
    package var format: String?
    /// The label set that labels go to.
    package var set: String
    /// Whether items are made that are not there.
    package var makesItems: Bool
    package var masksPersonalData: Bool
    /// Whether its images take the place of others that items have.
    package var replacesContent: Bool
    /// By which its sender knows again whether it is of the same content.
    package var fingerprint: String?

    package init(
      name: String, format: String? = nil, set: String = LabelSet.truth, makesItems: Bool? = nil,
      masksPersonalData: Bool = false, replacesContent: Bool = false, fingerprint: String? = nil
    ) {
      self.replacesContent = replacesContent
      self.fingerprint = fingerprint
      self.name = name
      self.format = format
      self.set = set
      self.makesItems = makesItems ?? (set == LabelSet.truth)
      self.masksPersonalData = masksPersonalData
    }
  }

  package struct Problem: Hashable, Sendable {
    package var place: String
    package var reason: String
    /// What to do about it; empty where the reason says it.
    package var remedy = ""
  }

  /// What became of it.
  package struct Outcome: Hashable, Sendable {
    /// The format it was read as; empty until that is known.
    package var format = ""
    /// Items whose files were taken so far.
    package var read = 0
    package var created = 0
    package var updated = 0
    package var labelled = 0
    package var refused = 0
    /// The first `Imports.problemLimit`.
    package var problems: [Problem] = []
    /// What was in the set and could not be taken, and how often.
    package var losses: [Diagnostics.Loss] = []
    /// Why it failed as a whole.
    package var reason: String?

    mutating func note(_ place: String, _ reason: String, remedy: String = "") {
      guard problems.count < Imports.problemLimit else { return }
      problems.append(Problem(place: place, reason: reason, remedy: remedy))
    }
  }

  package var id: UploadID
  package var dataset: DatasetID
  package var options: Options
  package var state: State
  /// Bytes.
  package var size: Int
  package var received: Int
  package var outcome: Outcome
  package var createdAt: Int64
  package var endedAt: Int64?
}

extension Upload.Options {
  init(stored json: JSON) {
    self.init(
      name: json["name"]?.string ?? "", format: json["format"]?.string,
      set: json["set"]?.string ?? LabelSet.truth, makesItems: json["items"]?.bool,
      masksPersonalData: json["masks"]?.bool ?? false,
      replacesContent: json["replaces"]?.bool ?? false, fingerprint: json["fingerprint"]?.string)
  }

  var stored: JSON {
    [
      "name": .string(name), "format": .optional(format), "set": .string(set),
      "items": .bool(makesItems), "masks": .bool(masksPersonalData),
      "replaces": .bool(replacesContent),
      "fingerprint": .optional(fingerprint),
    ]
  }
}

extension Upload.Outcome {
  init(stored json: JSON) {
    func number(_ name: String) -> Int { Int(json[name]?.integer ?? 0) }
    self.init(
      format: json["format"]?.string ?? "", read: number("read"), created: number("created"),
      updated: number("updated"), labelled: number("labelled"), refused: number("refused"),
      problems: (json["problems"]?.array ?? []).map {
        .init(
          place: $0["place"]?.string ?? "", reason: $0["reason"]?.string ?? "",
          remedy: $0["remedy"]?.string ?? "")
      },
      losses: (json["losses"]?.array ?? []).map { .init($0) }, reason: json["reason"]?.string)
  }

  package var json: JSON {
    [
      "format": .string(format), "read": .count(read), "created": .count(created),
      "updated": .count(updated), "labelled": .count(labelled), "refused": .count(refused),
      "problems": .array(
        problems.map {
          [
            "place": .string($0.place), "reason": .string($0.reason), "remedy": .string($0.remedy),
          ]
        }),
      "losses": .array(losses.map(\.json)),
      "reason": .optional(reason),
    ]
  }
}
