import Crypto
import Formats
import Notation
import Foundation

/// Puts items into the parts of a plan, one after the other; the same items in the same order always alike.
struct ReleaseDivision {
  private let plan: ReleasePlan
  /// Items so far, and those of each class, by part.
  private var all: [Int]
  private var byClass: [Int: [Int]] = [:]
  /// Items that have no value of the field by which they are grouped: each is a group by itself.
  private(set) var ungrouped = 0

  init(_ plan: ReleasePlan) {
    self.plan = plan
    all = [Int](repeating: 0, count: plan.parts.count)
  }

  mutating func part(of item: DatasetItem) -> String {
    switch plan.way {
    case .hash: return byChance(item.name)
    case .group:
      let said = plan.groupBy.flatMap { field in item.metadata.last { $0.name == field }?.value }
      // An empty one says no more than none.
      let value = said == .null || said == .string("") ? nil : said
      if value == nil { ungrouped += 1 }
      return byChance(value.map { "=\(Self.group($0))" } ?? item.name)
    case .stratified: return plan.parts[stratified(item)].name
    }
  }

  /// Numbers and texts that say the same are one group, as queries take them.
  private static func group(_ value: JSON) -> String {
    if case .int(let whole) = value { return JSON.string("\(whole)").text }
    if case .double(let number) = value, let whole = Int64(exactly: number) {
      return JSON.string("\(whole)").text
    }
    return value.text
  }

  /// The part that lacks most of its share of the item's classes and of all items, each counted against how
  /// many there are, so that a rare class has as much of a say as a common one; by lot where several do
  /// (after Sechidis, Tsoumakas & Vlahavas, *On the Stratification of Multi-label Data*, ECML 2011, item by
  /// item).
  ///
  /// - Complexity: O(classes of the item × parts)
  private mutating func stratified(_ item: DatasetItem) -> Int {
    let none = [Int](repeating: 0, count: plan.parts.count)
    // What has no label is a class by itself.
    let classes = item.labels.isEmpty ? [-1] : Set(item.labels.map(\.classIndex)).sorted()
    let counts = [all] + classes.map { byClass[$0] ?? none }
    let lacks = plan.parts.indices.map { part in
      counts.reduce(0.0) { sum, have in
        // With this item.
        let total = Double(have.reduce(1, +))
        return sum + Double(plan.parts[part].percent) / 100 - Double(have[part]) / total
      }
    }
    let most = lacks.max() ?? 0
    let chosen = plan.parts.indices.filter { lacks[$0] > most - 1e-9 }
      .max {
        lot("\(plan.parts[$0].name)\u{0}\(item.name)")
          < lot("\(plan.parts[$1].name)\u{0}\(item.name)")
      }
    let part = chosen ?? 0
    all[part] += 1
    for name in classes { byClass[name, default: none][part] += 1 }
    return part
  }

  private func byChance(_ key: String) -> String {
    let lot = lot(key) * 100
    var sum = 0.0
    for part in plan.parts {
      sum += Double(part.percent)
      if lot < sum { return part.name }
    }
    return plan.parts[plan.parts.count - 1].name
  }

  /// A number of 0..<1 that the seed and a key decide.
  private func lot(_ key: String) -> Double {
    let hash = SHA256.hash(data: Data("\(plan.seed)\u{0}\(key)".utf8))
    let number = hash.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Double(number >> 11) / 9_007_199_254_740_992
  }
}
