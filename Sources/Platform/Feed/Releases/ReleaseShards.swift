import Crypto
import Foundation

/// The shards of a release, as loaders share them: each in an order that seed and epoch decide, each shard
/// with one loader.
package struct ReleaseShards: Sendable {
  private let paths: [String]

  /// - Parameter split: only of this part; nil for all.
  package init(_ files: [ReleaseFile], split: String? = nil) {
    paths = files.map(\.path).filter { path in
      let name = path.split(separator: "/").last.map(String.init) ?? path
      let digits = name.dropLast(4).suffix(6)
      return path.hasPrefix("webdataset") && name.hasSuffix(".tar") && digits.count == 6
        && digits.allSatisfy(\.isNumber) && (split.map { name.hasPrefix($0 + "-") } ?? true)
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
