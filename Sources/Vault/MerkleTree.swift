import Crypto
import Foundation

/// The root of a Merkle tree over a list that streams by (RFC 6962 §2.1): one hash vouches for every leaf
/// and for their order.
///
/// - Complexity: O(log leaves) memory
package struct MerkleTree: Sendable {
  /// Roots of whole subtrees, the largest first; their sizes are powers of two.
  private var subtrees: [(leaves: Int, root: Data)] = []
  package private(set) var count = 0

  package init() {}

  /// The hash of a leaf: told apart from those of inner nodes by its first byte.
  package static func leaf(_ bytes: some DataProtocol) -> Data {
    var hash = SHA256()
    hash.update(data: [0x00])
    hash.update(data: bytes)
    return Data(hash.finalize())
  }

  private static func node(_ left: Data, _ right: Data) -> Data {
    Data(SHA256.hash(data: [0x01] + left + right))
  }

  /// - Parameter leaf: `MerkleTree.leaf` of the next entry.
  package mutating func append(leaf: Data) {
    count += 1
    var (leaves, root) = (1, leaf)
    while let last = subtrees.last, last.leaves == leaves {
      root = Self.node(last.root, root)
      leaves *= 2
      subtrees.removeLast()
    }
    subtrees.append((leaves, root))
  }

  /// Of nothing it is the hash of nothing.
  package var root: Data {
    guard var root = subtrees.last?.root else { return Data(SHA256.hash(data: [])) }
    for subtree in subtrees.dropLast().reversed() { root = Self.node(subtree.root, root) }
    return root
  }
}
