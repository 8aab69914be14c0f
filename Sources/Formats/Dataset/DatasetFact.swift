/// What may be said of an item, or of a label beside what it is.
package enum DatasetFact: String, Hashable, Sendable, CaseIterable {
  /// Of an image its name is the name of its file.
  case text, textName, metadata
  case attributes, score, group, crowd, track
  /// A box that is not the one around its outlines or mask.
  case box

  /// As a loss of some is told.
  var plural: String {
    switch self {
    case .text: "texts"
    case .textName: "names of texts"
    case .metadata: "metadata"
    case .attributes: "attributes"
    case .score: "scores"
    case .group: "groups"
    case .crowd: "marks of crowds"
    case .track: "tracks"
    case .box: "boxes that are not those of their outlines"
    }
  }
}

extension Set<DatasetFact> {
  package static let everything = Set(DatasetFact.allCases)
}

extension DatasetLabel {
  /// Whether a box is said that is not the one around its outlines or mask.
  var hasOtherBox: Bool {
    guard box != nil else { return false }
    return switch value.kind {
    case .polygon, .pieces, .mask: true
    default: false
    }
  }
}

extension DatasetItem {
  /// Hands out what is said of it and of its labels that a format has no form for.
  func forEachFact(notIn facts: DatasetFormatFacts, _ body: (DatasetFact) -> Void) {
    let carries = facts.carries
    guard carries.count < DatasetFact.allCases.count || !facts.carriesOf.isEmpty else { return }
    if text != nil, !carries.contains(.text) { body(.text) }
    if text != nil, carries.contains(.text), !carries.contains(.textName) { body(.textName) }
    if !metadata.isEmpty, !carries.contains(.metadata) { body(.metadata) }
    for label in labels {
      let own = facts.carriesOf.isEmpty ? carries : facts.carriesOf[label.value.kind] ?? carries
      if !label.attributes.isEmpty, !own.contains(.attributes) { body(.attributes) }
      if label.score != nil, !own.contains(.score) { body(.score) }
      if label.group != nil, !own.contains(.group) { body(.group) }
      if label.isCrowd, !own.contains(.crowd) { body(.crowd) }
      if label.track != nil, !own.contains(.track) { body(.track) }
      if label.hasOtherBox, !own.contains(.box) { body(.box) }
    }
  }
}
