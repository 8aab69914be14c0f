import Crypto
import Formats
import Foundation
import Notation

/// How a release is made: into which parts it is divided, and in which formats it is written.
package struct ReleasePlan: Hashable, Sendable {
  package struct Part: Hashable, Sendable {
    package var name: String
    /// Of all items, 1…100; the parts of a plan come to 100.
    package var percent: Int
  }

  /// How items come into parts.
  package enum Way: String, Hashable, Sendable, CaseIterable {
    /// By chance over each by itself.
    case hash
    /// As hash, but those with one value of a metadata field together, so that nothing leaks.
    case group
    /// So that each part has its share of each set of classes.
    case stratified
  }

  package var parts: [Part]
  package var way: Way
  /// The metadata field of `Way.group`.
  package var groupBy: String?
  /// Another seed divides otherwise.
  package var seed: String
  /// Beside Assay's own lines, which are always written.
  package var formats: [DatasetFormat]
  /// Whether the images go along: beside the lines, and in the archives of formats that have some.
  package var hasMedia: Bool

  package static let partLimit = 10
  package static let seedLimit = 100

  /// - Throws: `.invalid` with the path of the member.
  package init(from json: JSON) throws(Refusal) {
    parts = []
    for member in json["splits"]?.members ?? [
      .init("train", 80), .init("val", 10), .init("test", 10),
    ] {
      guard let percent = member.value.integer, (1...100).contains(percent),
        Self.isName(member.name)
      else {
        throw .invalid(
          path: "splits.\(member.name)",
          problem: "must be a name of small letters with a percent of 1…100")
      }
      parts.append(Part(name: member.name, percent: Int(percent)))
    }
    guard parts.count <= Self.partLimit, parts.reduce(0, { $0 + $1.percent }) == 100 else {
      throw .invalid(path: "splits", problem: "must be \(Self.partLimit) at most, and come to 100")
    }
    way = .hash
    if let text = json["split_by"]?.string {
      guard let known = Way(rawValue: text) else {
        throw .invalid(path: "split_by", problem: "must be hash, group or stratified")
      }
      way = known
    }
    groupBy = json["group_by"]?.string
    guard way != .group || groupBy?.isEmpty == false else {
      throw .invalid(path: "group_by", problem: "must name the metadata field that groups items")
    }
    seed = json["seed"]?.string ?? ""
    guard seed.utf8.count <= Self.seedLimit else {
      throw .invalid(path: "seed", problem: "must have \(Self.seedLimit) bytes at most")
    }
    hasMedia = json["media"]?.bool ?? false
    formats = []
    for item in json["formats"]?.array ?? [] {
      let known = DatasetFormat.all.first { $0.id == item.string && $0.write != nil }
      guard let format = known else {
        let ids = DatasetFormat.all.filter { $0.write != nil }.map(\.id).joined(separator: ", ")
        throw .invalid(path: "formats", problem: "must be of \(ids)")
      }
      if format.id != "jsonl", !formats.contains(format) { formats.append(format) }
    }
  }

  private static func isName(_ text: String) -> Bool {
    (1...20).contains(text.utf8.count) && text.utf8.allSatisfy { (97...122).contains($0) }
  }

  package var json: JSON {
    [
      "splits": .object(parts.map { .init($0.name, .int(Int64($0.percent))) }),
      "split_by": .string(way.rawValue), "group_by": groupBy.map { .string($0) } ?? .null,
      "seed": .string(seed), "media": .bool(hasMedia), "formats": .array(formats.map { .string($0.id) }),
    ]
  }
}

/// Puts items into the parts of a plan, one after the other; the same items in the same order always alike.
struct ReleaseDivision {
  private let plan: ReleasePlan
  /// Items of each set of classes, by part.
  private var counts: [String: [Int]] = [:]

  init(_ plan: ReleasePlan) { self.plan = plan }

  mutating func part(of item: DatasetItem) -> String {
    switch plan.way {
    case .hash: return byChance(item.name)
    case .group:
      let value = plan.groupBy.flatMap { field in item.metadata.last { $0.name == field }?.value }
      // What has no value of the field is a group by itself.
      return byChance(value.map { "=\($0.text)" } ?? item.name)
    case .stratified:
      let classes = Set(item.labels.map(\.classIndex)).sorted().map(String.init).joined(
        separator: ",")
      var have = counts[classes] ?? [Int](repeating: 0, count: plan.parts.count)
      let total = have.reduce(1, +)
      // The part that lacks most of its share.
      let place = plan.parts.indices.max { a, b in
        lack(a, have, total) < lack(b, have, total)
      }
      have[place ?? 0] += 1
      counts[classes] = have
      return plan.parts[place ?? 0].name
    }
  }

  private func lack(_ place: Int, _ have: [Int], _ total: Int) -> Double {
    Double(plan.parts[place].percent * total) / 100 - Double(have[place])
  }

  private func byChance(_ key: String) -> String {
    let hash = SHA256.hash(data: Data("\(plan.seed)\u{0}\(key)".utf8))
    let number = hash.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let lot = Double(number >> 11) / 9_007_199_254_740_992 * 100
    var sum = 0.0
    for part in plan.parts {
      sum += Double(part.percent)
      if lot < sum { return part.name }
    }
    return plan.parts[plan.parts.count - 1].name
  }
}
