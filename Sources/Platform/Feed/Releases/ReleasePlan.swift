import Formats
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
    /// So that each part has its share of each class.
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
  /// Whether items come in an order that the seed decides: of a sorted set each shard has some of all.
  package var isShuffled: Bool
  /// How many samples a shard of a WebDataset has at most, so that there are some for each loader.
  package var samplesOfShard: Int

  package static let partLimit = 10
  package static let seedLimit = 100

  /// - Throws: `.invalid` with the path of the member.
  package init(from json: JSON) throws(Refusal) {
    func value<T>(_ name: String, _ kind: String, _ get: (JSON) -> T?) throws(Refusal) -> T? {
      guard let value = json[name], value != .null else { return nil }
      guard let found = get(value) else {
        throw .invalid(path: name, problem: "must be \(kind)")
      }
      return found
    }
    parts = try Self.parts(
      value("splits", "an object of names and percents", \.members)
        ?? [.init("train", 80), .init("val", 10), .init("test", 10)])
    way =
      try value("split_by", "hash, group or stratified") { $0.string.flatMap(Way.init) } ?? .hash
    let field = try value("group_by", "the name of a metadata field") { $0.string }
    // As queries say it.
    groupBy = field.map { $0.hasPrefix("meta.") ? String($0.dropFirst(5)) : $0 }
    guard (way == .group) == (groupBy?.isEmpty == false) else {
      throw .invalid(
        path: "group_by",
        problem: way == .group
          ? "must name the metadata field that groups items"
          : "groups items only where split_by is group")
    }
    seed = try value("seed", "a text") { $0.string } ?? ""
    guard seed.utf8.count <= Self.seedLimit else {
      throw .invalid(path: "seed", problem: "must have \(Self.seedLimit) bytes at most")
    }
    hasMedia = try value("media", "true or false", \.bool) ?? false
    isShuffled = try value("shuffle", "true or false", \.bool) ?? false
    samplesOfShard =
      try value("shard_samples", "a whole number") { $0.integer.map { Int(clamping: $0) } }
      ?? WritingOptions.samplesOfShard
    let limits = WritingOptions.shardLimits
    guard limits.contains(samplesOfShard) else {
      throw .invalid(
        path: "shard_samples", problem: "must lie in \(limits.lowerBound)…\(limits.upperBound)")
    }
    formats = []
    for item in try value("formats", "a list of formats", \.array) ?? [] {
      let known = item.string.flatMap(DatasetFormat.named).flatMap { $0.write == nil ? nil : $0 }
      guard let format = known else {
        let ids = DatasetFormat.all.filter { $0.write != nil }.map(\.id).joined(separator: ", ")
        throw .invalid(path: "formats", problem: "must be of \(ids)")
      }
      if format.id != "jsonl", !formats.contains(format) { formats.append(format) }
    }
  }

  private static func parts(_ members: [JSON.Member]) throws(Refusal) -> [Part] {
    var parts: [Part] = []
    for member in members {
      guard let percent = member.value.integer, (1...100).contains(percent), isName(member.name)
      else {
        throw .invalid(
          path: "splits.\(member.name)",
          problem: "must be a name of small letters with a whole percent of 1…100, "
            + "and not “all”, which asks for every part")
      }
      guard !parts.contains(where: { $0.name == member.name }) else {
        throw .invalid(path: "splits.\(member.name)", problem: "must be there once")
      }
      parts.append(Part(name: member.name, percent: Int(percent)))
    }
    guard parts.count <= partLimit, parts.reduce(0, { $0 + $1.percent }) == 100 else {
      throw .invalid(path: "splits", problem: "must be \(partLimit) at most, and come to 100")
    }
    return parts
  }

  private static func isName(_ text: String) -> Bool {
    text != ReleaseShards.every && (1...20).contains(text.utf8.count)
      && text.utf8.allSatisfy { (97...122).contains($0) }
  }

  package var json: JSON {
    [
      "splits": .object(parts.map { .init($0.name, .int(Int64($0.percent))) }),
      "split_by": .string(way.rawValue), "group_by": groupBy.map { .string($0) } ?? .null,
      "seed": .string(seed), "media": .bool(hasMedia),
      "shuffle": .bool(isShuffled), "shard_samples": .count(samplesOfShard),
      "formats": .array(formats.map { .string($0.id) }),
    ]
  }
}
