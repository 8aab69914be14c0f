import Formats
import Notation

/// What is personal in all that is written of an item: its text, its metadata, and what its labels say.
struct PersonalTexts {
  private let isMasking: Bool
  private var kinds: Set<PersonalData.Kind> = []

  init(masking: Bool) { isMasking = masking }

  /// Metadata that we keep ourselves, or that says no more than where something lies.
  private static let ownFields: Set<String> = [
    "source", "etag", "bytes", "license", StoredItem.personalDataField,
  ]

  /// - Parameter isName: whether it may be no more than where something lies.
  private mutating func read(_ text: String, isName: Bool = true) -> String {
    // An address is a name, in which any digits stand, up to what is asked of it.
    if isName, DatasetItem.isAddress(text), !text.contains(where: \.isWhitespace) {
      guard let asked = text.firstIndex(of: "?") else { return text }
      return text[...asked] + read(String(text[text.index(after: asked)...]), isName: false)
    }
    let found = PersonalData.find(in: text)
    guard !found.isEmpty else { return text }
    kinds.formUnion(found.map(\.kind))
    return isMasking ? PersonalData.masked(text, found) : text
  }

  private mutating func read(_ json: JSON) -> JSON {
    switch json {
    case .string(let text): .string(read(text))
    case .array(let list): .array(list.map { read($0) })
    case .object(let members): .object(members.map { .init($0.name, read($0.value)) })
    default: json
    }
  }

  /// A label with what is personal in its caption and attributes masked, where that is asked for.
  mutating func read(_ label: DatasetLabel) -> DatasetLabel {
    var label = label
    if case .caption(let text) = label.value { label.value = .caption(read(text)) }
    for place in label.attributes.indices {
      label.attributes[place].value = read(label.attributes[place].value)
    }
    return label
  }

  /// The item with the kinds that were found in its metadata; what was said there of them counts no more.
  mutating func flagged(_ stored: StoredItem) -> StoredItem {
    var flagged = stored
    if let text = stored.item.text { flagged.item.text = read(text, isName: false) }
    for (place, member) in stored.item.metadata.enumerated()
    where !Self.ownFields.contains(member.name) {
      flagged.item.metadata[place].value = read(member.value)
    }
    // A name stays, as the item is known by it.
    if PersonalData.find(in: stored.item.name).contains(where: { $0.kind == .email }) {
      kinds.insert(.email)
    }
    guard !kinds.isEmpty else { return flagged }
    let said = kinds.map(\.rawValue).sorted().joined(separator: " ")
    flagged.item.metadata.removeAll { $0.name == StoredItem.personalDataField }
    flagged.item.metadata.append(
      .init(StoredItem.personalDataField, .string(said + (isMasking ? " masked" : ""))))
    return flagged
  }
}

extension StoredItem {
  /// The metadata field that names the kinds of personal data in what is written of an item.
  package static let personalDataField = "personal_data"

  /// With what is personal in it said in its metadata, before anybody sees it.
  func flagged(masking: Bool) -> StoredItem {
    var personal = PersonalTexts(masking: masking)
    return personal.flagged(self)
  }
}
