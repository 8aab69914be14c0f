import Crypto
import Foundation

/// The shards of a release, as loaders share them: each in an order that seed and epoch decide, each shard
/// with one loader.
package struct ReleaseShards: Sendable {
  private let paths: [String]

  /// By which all parts are asked for.
  package static let every = "all"

  /// - Parameter split: only of this part; may be nil where there is one.
  /// - Throws: `.invalid` for a part that has no shards, so that nobody trains on another one or on none.
  package init(_ files: [ReleaseFile], split: String?) throws(Refusal) {
    var bySplit: [String: [String]] = [:]
    for path in files.map(\.path) where path.hasPrefix("webdataset/") && path.hasSuffix(".tar") {
      let name = path.dropFirst("webdataset/".count).dropLast(4)
      guard let dash = name.lastIndex(of: "-") else { continue }
      let digits = name[name.index(after: dash)...]
      guard digits.count == 6, digits.allSatisfy(\.isNumber) else { continue }
      bySplit[String(name[..<dash]), default: []].append(path)
    }
    guard !bySplit.isEmpty else {
      throw .invalid(
        path: "release", problem: "has no shards: ask for one with the format webdataset")
    }
    if split == Self.every || (split == nil && bySplit.count == 1) {
      paths = bySplit.keys.sorted().flatMap { bySplit[$0] ?? [] }
    } else if let split, let found = bySplit[split] {
      paths = found
    } else {
      let known = bySplit.keys.sorted().joined(separator: ", ")
      throw .invalid(path: "split", problem: "must be one of \(known), or \(Self.every)")
    }
  }

  /// The paths for one loader.
  ///
  /// - Parameters:
  ///   - loader: 0 up to `count`.
  ///   - epoch: another one shuffles anew.
  /// - Complexity: O(n log n)
  package func part(_ loader: Int, of count: Int, seed: String, epoch: Int) -> [String] {
    func lot(_ path: String) -> [UInt8] {
      Array(SHA256.hash(data: Data("\(seed)\u{0}\(epoch)\u{0}\(path)".utf8)))
    }
    let shuffled = paths.map { (lot: lot($0), path: $0) }
      .sorted { $0.lot.lexicographicallyPrecedes($1.lot) }
    return shuffled.enumerated().filter { $0.offset % count == loader }.map(\.element.path)
  }
}
