import Formats
import Geometry
import Labels
import Notation
import Store

extension ItemImport {
  /// Why a line does not go with the item of its name that is there, or with its file: it has another
  /// picture, labels of the line do not lie in what the item is, or labels that the item has would not in
  /// what it becomes.
  ///
  /// - Parameters:
  ///   - number: of the item; nil where there is none yet.
  ///   - isResized: whether the line says another size than its image has, of which its labels may be.
  func misfit(
    _ line: Line, at number: Int?, of dataset: DatasetID, _ set: String, _ options: Options,
    isResized: Bool, _ connection: any Connection
  ) throws -> String? {
    let sent = line.stored
    let own = line.labels ?? []
    let before = try number.flatMap { try Datasets.item($0, of: dataset, vault, connection) }
    guard before != nil || options.makesItems && !own.isEmpty else { return nil }
    if options.makesItems, !options.replacesContent, let image = sent.image,
      let known = before?.image,
      image != known
    {
      return
        "the item “\(sent.item.name)” shows another picture; send this one under another name, or "
        + "with replace=true to put it in its place"
    }
    if options.makesItems, !options.replacesContent, let text = sent.item.text, before?.image == nil,
      let known = before?.item.text, text != known
    {
      return
        "the item “\(sent.item.name)” has another text; send this one under another name, or with "
        + "replace=true to put it in its place"
    }
    let after = Extent(
      text: (options.makesItems ? sent.item.text : nil) ?? before?.item.text,
      size: try (options.makesItems ? size(of: sent, unlike: before, own, connection) : nil)
        ?? before?.item.size)
    if own.contains(where: after.hasNoRoom(forSpansOf:)) {
      return
        "a span must be a place in the item's text of \(after.length) characters, its end after "
        + "its start"
    }
    if let size = after.size, let fault = own.lazy.compactMap({ $0.problem(in: size) }).first {
      return "a mask \(fault)"
    }
    if !isResized, let size = after.size,
      let box = own.lazy.compactMap(\.bounds).first(where: { $0.isBeyond(size) })
    {
      return
        "a label lies outside of the image of \(size.width) × \(size.height) pixels, at "
        + "\(JSON.double(box.x).text), \(JSON.double(box.y).text)"
    }
    guard let number, let before, after != Extent(text: before.item.text, size: before.item.size)
    else { return nil }
    return try misfit(after, number, line.labels == nil ? nil : set, dataset, connection)
  }

  /// What of an item has labels in it.
  private struct Extent: Equatable {
    /// Of its text, in Unicode scalars.
    let length: Int
    let size: ImageSize?

    init(text: String?, size: ImageSize?) {
      (length, self.size) = (text?.unicodeScalars.count ?? 0, size)
    }

    func hasNoRoom(forSpansOf label: DatasetLabel) -> Bool {
      guard case .spans(let spans) = label.value else { return false }
      return spans.contains { $0.upperBound > length || $0.isEmpty }
    }
  }

  /// Why labels of other sets than the line's do not lie in what an item becomes.
  private func misfit(
    _ after: Extent, _ number: Int, _ own: String?, _ dataset: DatasetID,
    _ connection: any Connection
  ) throws -> String? {
    let remedy = "send it under another name, or first labels that lie in it"
    let search = ItemSearch(vault, dataset: dataset)
    var schema = DatasetSchema()
    for set in try LabelSet.all(of: dataset, connection) where set.name != own {
      let labels = try search.labels(number, set.id, &schema, connection) ?? []
      if labels.contains(where: after.hasNoRoom(forSpansOf:)) {
        return
          "spans of “\(set.name)” lie beyond the \(after.length) characters of the new text; \(remedy)"
      }
      if let size = after.size, labels.contains(where: { $0.problem(in: size) != nil }) {
        return
          "masks of “\(set.name)” are not of the \(size.width) × \(size.height) pixels that the "
          + "image would have; \(remedy)"
      }
    }
    return nil
  }

  /// The size that a line says, or that its file has where that matters: beside masks, and in place of
  /// another file.
  private func size(
    of sent: StoredItem, unlike before: StoredItem?, _ own: [DatasetLabel],
    _ connection: any Connection
  ) throws -> ImageSize? {
    if let size = sent.item.size { return size }
    guard
      own.contains(where: { $0.value.kind == .mask })
        || before.map({ $0.image != sent.image }) == true,
      let id = sent.image.flatMap({ AssetID($0) })
    else { return nil }
    return try Assets.find("id", id.text, vault, connection)?.imageSize
  }
}

extension Box {
  /// Whether no part of it lies in an image.
  fileprivate func isBeyond(_ size: ImageSize) -> Bool {
    x > Double(size.width) || y > Double(size.height) || x + width < 0 || y + height < 0
  }
}
