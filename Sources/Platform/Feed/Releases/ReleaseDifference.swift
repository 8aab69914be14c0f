import Formats
import Foundation
import Notation
import Store
import Vault

/// What is other in one release than in another: items by their names, labels by what they say.
package struct ReleaseDifference: Hashable, Sendable {
  package var added = 0
  package var removed = 0
  package var changed = 0
  package var same = 0
  /// The first of each, by name.
  package var examples: [(kind: String, name: String)] = []

  package static let exampleLimit = 1_000

  package static func == (a: ReleaseDifference, b: ReleaseDifference) -> Bool {
    a.counts == b.counts && a.examples.map(\.name) == b.examples.map(\.name)
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(counts) }

  private var counts: [Int] { [added, removed, changed, same] }

  fileprivate mutating func note(_ kind: String, _ name: String) {
    if examples.count < Self.exampleLimit { examples.append((kind, name)) }
  }
}

extension Releases {
  /// - Complexity: O(items of both) time; 48 bytes for each item of the earlier one.
  package func difference(
    from earlier: ReleaseID, to later: ReleaseID
  ) async throws -> ReleaseDifference {
    var known: [String: Data] = [:]
    try await forEachItem(of: earlier) { known[$0] = $1 }
    var difference = ReleaseDifference()
    try await forEachItem(of: later) { name, labels in
      switch known.removeValue(forKey: name) {
      case nil:
        difference.added += 1
        difference.note("added", name)
      case labels: difference.same += 1
      default:
        difference.changed += 1
        difference.note("changed", name)
      }
    }
    difference.removed = known.count
    for name in known.keys.sorted() { difference.note("removed", name) }
    return difference
  }

  /// Each item of a release, with the hash of what its labels say.
  private func forEachItem(
    of id: ReleaseID, _ body: (String, Data) throws -> Void
  ) async throws {
    guard try await get(id).state == .completed else {
      throw Refusal.notPossible(.release, state: "not made", asked: "a comparison")
    }
    for file in try await files(of: id)
    where file.path.hasSuffix(".jsonl") && !file.path.contains("/") {
      let blob = SealedBlob(vault: vault, name: file.blob)
      var reader = LineReader(limit: 256 * 1024 * 1024)
      func take(_ line: LineReader.Line) throws {
        guard case .text(let bytes) = line, !bytes.isEmpty else { return }
        let json = try JSON(parsing: bytes)
        let labels = json["labels"] ?? []
        try body(json["name"]?.string ?? "", MerkleTree.leaf(labels.utf8))
      }
      var place = 0
      while place < file.size {
        let chunk = try blob.chunk(place / SealedStream.chunkSize)
        for line in reader.read(chunk) { try take(line) }
        place += chunk.count
        guard !chunk.isEmpty else { break }
      }
      if let last = reader.end() { try take(last) }
    }
  }
}
