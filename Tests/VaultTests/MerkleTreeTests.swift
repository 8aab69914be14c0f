import Crypto
import Foundation
import Testing

@testable import Vault

@Suite struct MerkleTreeTests {
  /// The definition of RFC 6962 §2.1, as it stands there.
  private func defined(_ leaves: [Data]) -> Data {
    guard leaves.count > 1 else {
      return leaves.first.map { Data(SHA256.hash(data: [0x00] + $0)) }
        ?? Data(SHA256.hash(data: []))
    }
    var half = 1
    while half * 2 < leaves.count { half *= 2 }
    let left = defined(Array(leaves[..<half]))
    return Data(SHA256.hash(data: [0x01] + left + defined(Array(leaves[half...]))))
  }

  @Test func theRootIsTheOneOfTheDefinition() {
    for count in 0...40 {
      let leaves = (0..<count).map { Data("leaf \($0)".utf8) }
      var tree = MerkleTree()
      for leaf in leaves { tree.append(leaf: MerkleTree.leaf(leaf)) }
      #expect(tree.root == defined(leaves), "\(count) leaves")
      #expect(tree.count == count)
    }
  }

  @Test func theRootsOfThePublishedExamplesAreFound() {
    // Of the test data of certificate-transparency: the empty tree, and the tree of one empty leaf.
    #expect(
      MerkleTree().root.hexadecimal
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    var tree = MerkleTree()
    tree.append(leaf: MerkleTree.leaf(Data()))
    #expect(
      tree.root.hexadecimal == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")
  }
}

@Suite struct SignatureTests {
  private let key = DataKey(vault: "v", key: SymmetricKey(data: Data(repeating: 7, count: 32)))

  @Test func whatAVaultSignsIsCheckedByItsPublicKeyAlone() throws {
    let bytes = Data("a release".utf8)
    let signature = try key.sign(bytes)
    #expect(Signature.isValid(signature, of: bytes, by: try key.publicSigningKey))
    #expect(!Signature.isValid(signature, of: bytes + [0], by: try key.publicSigningKey))
    #expect(
      !Signature.isValid(
        signature.reversed().reduce(into: Data()) { $0.append($1) }, of: bytes,
        by: try key.publicSigningKey))
    let other = DataKey(vault: "w", key: key.key)
    #expect(!Signature.isValid(signature, of: bytes, by: try other.publicSigningKey))
    #expect(!Signature.isValid(signature, of: bytes, by: Data()))
  }

  @Test func theKeyOfAVaultIsTheSameEachTime() throws {
    let again = DataKey(vault: "v", key: SymmetricKey(data: Data(repeating: 7, count: 32)))
    #expect(try again.publicSigningKey == key.publicSigningKey)
  }
}
