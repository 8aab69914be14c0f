import Notation

/// What some items of a dataset are like: how many, of which classes and sizes, and what their fields say.
package struct ItemSummary: Sendable {
  package struct Share: Hashable, Sendable {
    package var name: String
    package var count: Int
  }

  /// A field of the items with its most frequent values.
  package struct Facet: Sendable {
    package var name: String
    /// By what name a query asks for it.
    package var field: String
    /// Items that have a value.
    package var items: Int
    package var different: Int
    package var values: [Share]
    /// Of a field of numbers or times that has more different values than can be looked at one by one.
    package var histogram: Histogram?
    /// Whether the histogram's edges are times, in seconds since 1970.
    package var isOfTimes = false
  }

  package struct Histogram: Hashable, Sendable {
    /// Where each bar begins, and where the last ends.
    package var edges: [Double]
    package var counts: [Int]
  }

  /// Values of a facet, and classes.
  package static let shareLimit = 50
  static let barCount = 24
  /// Different values that are shown one by one.
  static let singleLimit = 12

  package var items: Int
  package var labels: Int
  /// Items without a label of the set.
  package var unlabelled: Int
  /// Labels by class, the most first.
  package var classes: [Share]
  /// Labels of an item.
  package var labelCounts: Histogram?
  /// Of boxes, the square root of the area in pixels.
  package var boxSizes: Histogram?
  /// Bytes of UTF-8.
  package var textLengths: Histogram?
  package var facets: [Facet]

  /// - Throws: `ItemTable.Unknown` for a set that is not there.
  /// - Complexity: O(items × fields + labels)
  init(_ table: ItemTable, _ marks: [UInt8], set: String) throws(ItemTable.Unknown) {
    // A dataset to which nothing was added yet has no set at all.
    guard let columns = table.sets[set] ?? (table.count == 0 ? LabelColumns() : nil) else {
      throw ItemTable.Unknown(problem: "there is no set of labels “\(set)”")
    }
    let chosen = ItemTable.numbers(marks)
    items = chosen.count
    var classCounts = [Int](repeating: 0, count: table.schema.classes.count)
    var (perItem, sizes): ([Double], [Double]) = ([], [])
    var unlabelled = 0
    for item in chosen {
      let labels = columns.labels(of: Int(item))
      if labels.isEmpty { unlabelled += 1 }
      perItem.append(Double(labels.count))
      for label in labels {
        if columns.classes[label] >= 0 { classCounts[Int(columns.classes[label])] += 1 }
        if columns.boxes[label].width > 0 {
          sizes.append(Double(columns.areas[label]).squareRoot())
        }
      }
    }
    self.unlabelled = unlabelled
    labels = Int(perItem.reduce(0, +))
    classes = classCounts.indices.filter { classCounts[$0] > 0 }
      .map { Share(name: table.schema.name($0), count: classCounts[$0]) }
      .sorted { $0.count != $1.count ? $0.count > $1.count : $0.name < $1.name }
    labelCounts = Histogram(perItem)
    boxSizes = Histogram(sizes)
    textLengths =
      table.texts.count > 0
      ? Histogram(chosen.map { Double(table.texts.byteCount(of: Int($0))) }) : nil
    var facets: [Facet] = []
    if table.subsets.values.contains(where: { !$0.isEmpty }) {
      facets.append(Facet("subset", table.subsets, chosen))
    }
    for (name, column) in table.metadata.sorted(by: { $0.key < $1.key }) {
      facets.append(Facet(name, column, chosen, field: ItemQuery.Field.asked(metadata: name)))
    }
    self.facets = facets
  }
}

extension ItemSummary.Facet {
  init(_ name: String, _ column: ValueColumn, _ chosen: [Int32], field: String? = nil) {
    (self.name, self.field) = (name, field ?? name)
    var counts = [Int](repeating: 0, count: column.values.count)
    var (items, numbers): (Int, [Double]) = (0, [])
    for item in chosen where Int(item) < column.rows.count && column.rows[Int(item)] >= 0 {
      items += 1
      counts[Int(column.rows[Int(item)])] += 1
      if let number = column.number(at: Int(item)) { numbers.append(number) }
    }
    self.items = items
    let present = counts.indices.filter { counts[$0] > 0 }
    different = present.count
    values = present.sorted { counts[$0] != counts[$1] ? counts[$0] > counts[$1] : $0 < $1 }
      .prefix(ItemSummary.shareLimit)
      .map { .init(name: column.values[$0], count: counts[$0]) }
    guard different > ItemSummary.singleLimit else { return }
    if numbers.count == items {
      histogram = .init(numbers)
    } else if let times = Self.times(present, counts, column) {
      let isOfDays = times.allSatisfy { $0.truncatingRemainder(dividingBy: 86_400) == 0 }
      histogram = .init(times, step: isOfDays ? 86_400 : 1)
      isOfTimes = true
    }
  }

  /// When, in seconds since 1970, the items say; nil where one value is no time.
  private static func times(_ codes: [Int], _ counts: [Int], _ column: ValueColumn) -> [Double]? {
    var times: [Double] = []
    for code in codes {
      guard let moment = Moment(column.values[code]) else { return nil }
      times += repeatElement(moment.start, count: counts[code])
    }
    return times
  }
}

extension ItemSummary.Histogram {
  /// Equal bars from the least number to the largest; nil without numbers.
  ///
  /// - Parameter step: of which a bar's width is a multiple, so that none is empty by where it lies; where it
  ///   is not said, 1 for whole numbers.
  init?(_ numbers: [Double], step: Double? = nil) {
    guard let least = numbers.min(), let largest = numbers.max(), largest.isFinite, least.isFinite
    else { return nil }
    let step = step ?? (numbers.allSatisfy { $0 == $0.rounded() } ? 1 : 0)
    var width = max((largest - least) / Double(ItemSummary.barCount), step)
    if step > 0 { width = (width / step).rounded(.up) * step }
    let bars = width > 0 ? min(ItemSummary.barCount, Int((largest - least) / width) + 1) : 1
    var counts = [Int](repeating: 0, count: bars)
    for number in numbers {
      counts[width > 0 ? min(bars - 1, Int((number - least) / width)) : 0] += 1
    }
    self.init(edges: (0...bars).map { least + Double($0) * width }, counts: counts)
  }

  package var json: JSON {
    [
      "edges": .array(edges.map { .double($0) }), "counts": .array(counts.map { .count($0) }),
    ]
  }
}

extension ItemSummary {
  package var json: JSON {
    func shares(_ list: [Share]) -> JSON {
      .array(list.map { ["name": .string($0.name), "count": .count($0.count)] })
    }
    return [
      "items": .count(items), "labels": .count(labels), "unlabelled": .count(unlabelled),
      "classes": shares(Array(classes.prefix(Self.shareLimit))),
      "class_count": .count(classes.count),
      "labels_per_item": labelCounts?.json ?? .null, "box_sizes": boxSizes?.json ?? .null,
      "text_lengths": textLengths?.json ?? .null,
      "fields": .array(
        facets.map { facet in
          [
            "name": .string(facet.name), "field": .string(facet.field), "items": .count(facet.items),
            "different": .count(facet.different), "values": shares(facet.values),
            "histogram": facet.histogram?.json ?? .null, "times": .bool(facet.isOfTimes),
          ]
        }),
    ]
  }
}
