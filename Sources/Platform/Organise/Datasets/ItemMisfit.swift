import Formats
import Labels
import Store

extension ItemImport {
  /// Why a line does not go with the item of its name that is there, or with its file: it has another
  /// picture, labels of the line do not lie in what the item is, or labels that the item has would not in
  /// what it becomes.
  ///
  /// - Parameter number: of the item; nil where there is none yet.
  func misfit(
    _ line: Line, at number: Int?, of dataset: DatasetID, _ set: String, _ options: Options,
    _ connection: any Connection
  ) throws -> String? {
    let sent = line.stored
    let spans = sent.item.text == nil ? Self.spans(line.labels ?? []) : []
    let masks = sent.item.size == nil ? (line.labels ?? []).filter { $0.value.kind == .mask } : []
    let isShown = options.makesItems && !options.replacesImages && sent.image != nil
    let isTold = options.makesItems && sent.item.text != nil
    guard isShown || isTold || !spans.isEmpty || !masks.isEmpty else { return nil }
    let known = try number.flatMap { try Datasets.item($0, of: dataset, vault, connection) }
    if isShown, let image = known?.image, image != sent.image {
      return
        "the item “\(sent.item.name)” shows another picture; send this one under another name, or "
        + "with replace=true to put it in its place"
    }
    if isTold, let number, let text = sent.item.text, let before = known?.item.text, text != before
    {
      let others = line.labels == nil ? nil : set
      let length = text.unicodeScalars.count
      if let set = try outside(length, of: number, but: others, dataset, connection) {
        return
          "spans of “\(set)” lie beyond the \(length) characters of the new text; send it under "
          + "another name, or first labels that lie in it"
      }
    }
    guard number != nil || options.makesItems else { return nil }
    let length = known?.item.text?.unicodeScalars.count ?? 0
    guard spans.allSatisfy({ $0.upperBound <= length && !$0.isEmpty }) else {
      return
        "a span must be a place in the item's text of \(length) characters, its end after its start"
    }
    guard !masks.isEmpty, let size = try known?.item.size ?? size(of: sent, connection) else {
      return nil
    }
    return masks.lazy.compactMap { DatasetLineNotation.misfit($0, size) }.first.map {
      "a mask " + $0
    }
  }

  /// The set that has spans of an item beyond a length of its text.
  private func outside(
    _ length: Int, of number: Int, but own: String?, _ dataset: DatasetID,
    _ connection: any Connection
  ) throws -> String? {
    for set in try LabelSet.all(of: dataset, connection) where set.name != own {
      let stored = try Datasets.labels(of: number, in: set.id, vault, connection)
      var schema = DatasetSchema()
      let labels = try DatasetLineNotation.labels(stored?["labels"], &schema) { throw $0 }
      if Self.spans(labels).contains(where: { $0.upperBound > length }) { return set.name }
    }
    return nil
  }

  private func size(of sent: StoredItem, _ connection: any Connection) throws -> ImageSize? {
    guard let id = sent.image.flatMap({ AssetID($0) }) else { return nil }
    return try Assets.find("id", id.text, vault, connection)?.imageSize
  }

  private static func spans(_ labels: [DatasetLabel]) -> [Range<Int>] {
    labels.flatMap { label -> [Range<Int>] in
      if case .spans(let ranges) = label.value { ranges } else { [] }
    }
  }
}
