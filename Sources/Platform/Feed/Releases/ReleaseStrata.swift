import Formats

/// Divides items so that each part has its share of each class, and so that few change their part when others
/// come, go or are labelled otherwise: those at the edges.
///
/// A stratum is of the items whose rarest class is the same, as of a rare class most depends on where each
/// goes: with it begin Sechidis, Tsoumakas & Vlahavas (*On the Stratification of Multi-label Data*, 2011).
/// Its items lie in an order of chance, evenly over 0..<1 from a start of chance, and each falls into a part:
/// of every stratum a part has its share to one item, and small ones do not all round the same way. Strata of
/// two classes are no evener over 3,000 items of 15 topics, and three times as many items move.
struct ReleaseStrata {
  private let plan: ReleasePlan
  /// By item.
  private var lots: [Double] = []
  /// Classes of all items, each once an item, and where those of each end.
  private var classes: [Int32] = []
  private var ends: [Int] = []
  private var names: [String] = []

  init(_ plan: ReleasePlan) { self.plan = plan }

  mutating func add(_ item: DatasetItem, _ schema: DatasetSchema) {
    while names.count < schema.classes.count { names.append(schema.classes[names.count].name) }
    lots.append(plan.lot(item.name))
    classes += Set(item.labels.lazy.filter { $0.classIndex >= 0 }.map { Int32($0.classIndex) })
    ends.append(classes.count)
  }

  /// - Returns: of each item the number of its part.
  /// - Complexity: O(n log n) for n items
  func parts() -> [Int] {
    // What has no class is one more.
    var strata: [Int32?: [Int]] = [:]
    let rarity = rarity()
    for item in lots.indices {
      let own = classes[(item == 0 ? 0 : ends[item - 1])..<ends[item]]
      strata[own.min { rarity[Int($0)] < rarity[Int($1)] }, default: []].append(item)
    }
    var parts = [Int](repeating: 0, count: lots.count)
    for (stratum, items) in strata {
      let start = plan.lot("stratum\u{0}" + (stratum.map { names[Int($0)] } ?? ""))
      let inOrder = items.sorted { (lots[$0], $0) < (lots[$1], $1) }
      for (rank, item) in inOrder.enumerated() {
        parts[item] = plan.part(at: (Double(rank) + start) / Double(items.count))
      }
    }
    return parts
  }

  /// Of each class its place from the rarest on. How many items have it counts by powers of two, and its name
  /// among those alike, so that one item more or less seldom has two classes change their places.
  private func rarity() -> [Int] {
    var counts = [Int](repeating: 0, count: names.count)
    for name in classes { counts[Int(name)] += 1 }
    let inOrder = counts.indices
      .map { (power: Int.bitWidth - counts[$0].leadingZeroBitCount, name: names[$0], place: $0) }
      .sorted { ($0.power, $0.name, $0.place) < ($1.power, $1.name, $1.place) }
    var rarity = counts
    for (rank, one) in inOrder.enumerated() { rarity[one.place] = rank }
    return rarity
  }
}
