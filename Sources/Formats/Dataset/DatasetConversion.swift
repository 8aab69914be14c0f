import Labels

/// Takes a set from one format to another.
package struct DatasetConversion: Sendable {
  package var items = 0
  package var labels = 0

  package init() {}

  /// Reads all items and writes them.
  ///
  /// - Returns: how many were written.
  /// - Throws: `FormatFault`; then what was written so far is not a set.
  package static func run(
    _ reader: any DatasetReading, to format: DatasetFormat, _ sink: any DatasetSink,
    _ options: WritingOptions, _ diagnostics: Diagnostics
  ) throws -> DatasetConversion {
    guard let write = format.write else {
      throw FormatFault(
        "", "", "\(format.facts.name) can be read, not written", remedy: "Choose another format.")
    }
    let reader = ReadAhead(reader)
    var writer = try write(sink, options, diagnostics)
    var count = DatasetConversion()
    var names = DistinctNames()
    var otherSizes = 0
    // Of a format without a list of classes: those that labels are of.
    var used: Set<Int> = []
    while var item = try reader.next() {
      let name = DatasetPath.cleaned(item.name)
      if name != item.name {
        diagnostics.lose("names changed that no file below a folder can have")
      }
      item.name = name
      let subset = DatasetPath.cleaned(item.subset)
      if subset != item.subset, !item.subset.isEmpty {
        diagnostics.lose("subsets renamed that no folder can be called as")
        item.subset = subset
      }
      // Formats with a file for each item keep subsets apart, and say themselves where that is not enough.
      if !format.facts.isFilePerItem { item.name = names.name(of: item, diagnostics) }
      if options.hasMedia, item.media == nil, item.text == nil {
        diagnostics.lose("images that are not there")
      }
      if options.hasMedia { try settleSize(of: &item, diagnostics, &otherSizes) }
      if let media = item.media, DatasetItem.isAddress(media),
        !format.facts.hasAddresses
      {
        if options.hasMedia { diagnostics.lose("images left where they are: they are URLs") }
        item.media = nil
      }
      keep(format, of: &item, diagnostics)
      if !format.facts.hasClassList { used.formUnion(item.labels.map(\.classIndex)) }
      try writer.add(item, reader.schema)
      count.items += 1
      count.labels += item.labels.count
    }
    try writer.finish(reader.schema)
    diagnostics.loseFacts(of: reader.schema, in: format.facts)
    let unused = reader.schema.classes.indices.count { !used.contains($0) }
    if !format.facts.hasClassList, unused > 0 {
      diagnostics.lose(
        "classes without labels left out: \(format.facts.name) has no list of classes", count: unused)
    }
    count.items -= diagnostics.leftOut.items
    count.labels -= diagnostics.leftOut.labels
    return count
  }

  /// Images of another size than their set says that are told one by one: they cost nothing, and leave room
  /// for what does.
  private static let toldSizes = 100

  /// Where an image that goes along has another size than its set says: turns the labels with one that is
  /// shown otherwise than its pixels lie, and tells of any other.
  private static func settleSize(
    of item: inout DatasetItem, _ diagnostics: Diagnostics, _ count: inout Int
  ) throws {
    guard let said = item.size, let media = item.media, !DatasetItem.isAddress(media),
      let (own, orientation) = DatasetFolder.looks(ofFile: media), own != said
    else { return }
    if (own.width, own.height) == (said.height, said.width), (5...8).contains(orientation) {
      diagnostics.lose("images shown upright, with which labels of their pixels as they lie are turned")
      item.size = own
      item.labels = item.labels.map { $0.turned(by: orientation, from: said) ?? $0 }
      return
    }
    diagnostics.lose("images of another size than the set says, whose labels are kept where it has them")
    count += 1
    guard count <= toldSizes else { return }
    try diagnostics.report(
      item.name, "",
      "the set says it has \(said.width) × \(said.height) pixels, and it has \(own.width) × \(own.height)",
      remedy: "Put the set right; its labels are kept where the set has them.")
  }

  /// Leaves out the labels that a format has no form for, unless they can be said as ones it has; and
  /// counts what is said of the others that it has none for.
  package static func keep(
    _ format: DatasetFormat, of item: inout DatasetItem, _ diagnostics: Diagnostics
  ) {
    keepLabels(format, of: &item, diagnostics)
    if !item.subset.isEmpty, !format.facts.hasSubsets {
      diagnostics.lose("subsets left out: \(format.facts.name) has none")
    }
    settleSubset(format, of: &item, diagnostics)
    item.forEachFact(notIn: format.facts) {
      diagnostics.lose("\($0.plural) left out: \(format.facts.name) has none")
    }
  }

  /// Files of no subset and of the one that is called as they are would be one file.
  private static func settleSubset(
    _ format: DatasetFormat, of item: inout DatasetItem, _ diagnostics: Diagnostics
  ) {
    if format.facts.subsetsAreFolders, !item.subset.isEmpty, DatasetItem.subset(of: item.subset) == nil {
      diagnostics.lose("subsets written as folders of names, as they are called neither train, val nor test")
    }
    guard let word = format.facts.subsetOfNone else { return }
    if word == "train" {
      guard item.subset.isEmpty else { return }
      diagnostics.lose("items without a subset written as of train: \(format.facts.name) has no other place")
      item.subset = word
    } else if item.subset == word {
      diagnostics.lose("items of the subset \(word) written as of none: \(format.facts.name) calls that so")
      item.subset = ""
    }
  }

  private static func keepLabels(
    _ format: DatasetFormat, of item: inout DatasetItem, _ diagnostics: Diagnostics
  ) {
    let holds = format.facts.holds
    if let size = item.size, !size.isPossible {
      diagnostics.lose("sizes left out of images with more than \(ImageProbe.pixelLimit) pixels")
      item.size = nil
    }
    guard item.labels.contains(where: { !holds.contains($0.value.kind) || !$0.isPossible }) else {
      return
    }
    let relations = item.replaceLabels { _, label in
      let kind = label.value.kind
      guard label.isPossible else {
        diagnostics.lose("labels left out that no image is large enough for")
        return []
      }
      if holds.contains(kind) { return [label] }
      guard let others = label.said(in: holds) else {
        diagnostics.lose("\(kind.plural) left out: \(format.facts.name) has none")
        return []
      }
      diagnostics.lose("\(kind.plural) written as \(others[0].value.kind.plural)")
      if label.hasOtherBox, others[0].box == nil, others[0].value.kind == .polygon {
        diagnostics.lose("\(DatasetFact.box.plural) left out: \(format.facts.name) has none")
      }
      return others
    }
    if relations > 0 { diagnostics.lose("relations left out whose ends are", count: relations) }
  }
}

extension ImageSize {
  fileprivate var isPossible: Bool {
    width > 0 && height > 0 && width <= ImageProbe.pixelLimit / height
  }
}

extension DatasetLabel {
  /// Pixels beyond which no place lies: writers count in whole ones.
  private static let placeLimit = 1e9

  /// Whether an image can be large enough for it.
  var isPossible: Bool {
    if case .shape(.mask(let mask)) = value,
      !ImageSize(width: mask.width, height: mask.height).isPossible
    {
      return false
    }
    guard let bounds else { return true }
    let limit = Self.placeLimit
    return bounds.x.magnitude <= limit && bounds.y.magnitude <= limit
      && bounds.maxX.magnitude <= limit && bounds.maxY.magnitude <= limit
  }
}
