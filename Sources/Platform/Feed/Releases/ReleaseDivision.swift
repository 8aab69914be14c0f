import Crypto
import Formats
import Notation
import Foundation

/// Puts items into the parts of a plan, one after the other; the same items always alike.
struct ReleaseDivision {
  private let plan: ReleasePlan
  /// Where each part has its share of each class: the parts of the items in their order, the first one last.
  private var drawn: [Int] = []
  /// Items that have no value of the field by which they are grouped: each is a group by itself.
  private(set) var ungrouped = 0

  /// - Parameter walk: hands out all items in their order, where they must be known before the first is put.
  init(
    _ plan: ReleasePlan, walk: (_ body: (DatasetItem, DatasetSchema) -> Void) throws -> Void
  ) rethrows {
    self.plan = plan
    guard plan.way == .stratified else { return }
    var strata = ReleaseStrata(plan)
    try walk { strata.add($0, $1) }
    drawn = strata.parts().reversed()
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
    case .stratified: return plan.parts[drawn.popLast() ?? 0].name
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

  private func byChance(_ key: String) -> String { plan.parts[plan.part(at: plan.lot(key))].name }
}

extension ReleasePlan {
  /// The part that a number of 0..<1 falls into, each as wide as its share.
  func part(at place: Double) -> Int {
    var sum = 0.0
    for (number, part) in parts.enumerated() {
      sum += Double(part.percent)
      if place * 100 < sum { return number }
    }
    return parts.count - 1
  }

  /// A number of 0..<1 that the seed and a key decide.
  func lot(_ key: String) -> Double {
    let hash = SHA256.hash(data: Data("\(seed)\u{0}\(key)".utf8))
    let number = hash.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Double(number >> 11) / 9_007_199_254_740_992
  }
}
