import Formats
import Foundation
import Notation
import Store
import Vault

/// What is other in one release than in another: items by their names, labels by what they say.
package struct ReleaseDifference: Hashable, Sendable {
  package var added = 0
  package var removed = 0
  /// With other labels.
  package var changed = 0
  /// With the same labels, and another image, text or metadata.
  package var updated = 0
  package var same = 0
  /// Of all that are in both, those that are in another part: what was trained on may be tested with.
  package var moved = 0
  /// The first of each, by name.
  package var examples: [(kind: String, name: String)] = []

  package static let exampleLimit = 1_000

  package static func == (a: ReleaseDifference, b: ReleaseDifference) -> Bool {
    a.counts == b.counts && a.examples.map(\.name) == b.examples.map(\.name)
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(counts) }

  private var counts: [Int] { [added, removed, changed, updated, same, moved] }

  fileprivate mutating func note(_ kind: String, _ name: String) {
    if examples.count < Self.exampleLimit { examples.append((kind, name)) }
  }
}

extension Releases {
  /// - Complexity: O(items of both) time; 112 bytes for each item of the earlier one.
  package func difference(
    from earlier: ReleaseID, to later: ReleaseID
  ) async throws -> ReleaseDifference {
    // By their bytes: names that look alike may be of two items.
    var known: [Data: Compared] = [:]
    try await forEachItem(of: earlier) { known[Data($0.utf8)] = $1 }
    var difference = ReleaseDifference()
    try await forEachItem(of: later) { name, item in
      guard let before = known.removeValue(forKey: Data(name.utf8)) else {
        difference.added += 1
        return difference.note("added", name)
      }
      if before.part != item.part {
        difference.moved += 1
        difference.note("moved", name)
      }
      if before.labels != item.labels {
        difference.changed += 1
        difference.note("changed", name)
      } else if before.rest != item.rest {
        difference.updated += 1
        difference.note("updated", name)
      } else {
        difference.same += 1
      }
    }
    difference.removed = known.count
    for name in known.keys.map({ String(decoding: $0, as: UTF8.self) }).sorted() {
      difference.note("removed", name)
    }
    return difference
  }

  /// The hashes of what the labels of an item say, and of what else is said of it, but for how sure it is,
  /// which a refit changes; and the part it is in.
  private typealias Compared = (labels: Data, rest: Data, part: String)

  private func forEachItem(
    of id: ReleaseID, _ body: (String, Compared) throws -> Void
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
        let metadata = (json["metadata"]?.members ?? []).filter {
          !$0.name.hasPrefix(ReleaseSource.ownPrefix) || $0.name == ReleaseSource.imageField
        }
        let rest: JSON = [
          "text": json["text"] ?? .null, "width": json["width"] ?? .null,
          "height": json["height"] ?? .null, "metadata": .object(metadata),
        ]
        try body(
          json["name"]?.string ?? "",
          (
            MerkleTree.leaf(labels.utf8), MerkleTree.leaf(rest.utf8), json["subset"]?.string ?? ""
          ))
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
