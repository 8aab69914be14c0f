import Foundation
import Notation
import Vault

/// What vouches for a release: every file with its hash, one root over them, how right the labels are,
/// and the vault's signature on all of it. `assay verify` checks it without a server, and so does
/// docs/verify_release.py.
package enum ReleaseManifest {
  package static let name = "manifest.json"
  package static let signatureName = "manifest.sig"
  /// Of the form of the manifest.
  package static let version: Int64 = 1

  /// The root over the files of a release, in the order of their paths' bytes in UTF-8: a leaf is a path, a
  /// zero byte and the SHA-256 of the file's bytes.
  package static func root(of files: [(path: String, sha256: String)]) -> String {
    root(inOrder: files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) })
  }

  private static func root(inOrder files: [(path: String, sha256: String)]) -> String {
    var tree = MerkleTree()
    for file in files {
      tree.append(leaf: MerkleTree.leaf(Array("\(file.path)\u{0}\(file.sha256)".utf8)))
    }
    return tree.root.hexadecimal
  }

  static func json(_ file: ReleaseFile) -> JSON {
    var members: [JSON.Member] = [
      .init("path", .string(file.path)), .init("size", .int(Int64(file.size))),
      .init("sha256", .string(file.sha256)),
    ]
    if let root = file.linesRoot { members.append(.init("lines_root", .string(root))) }
    return .object(members)
  }

  /// Why a manifest cannot be trusted.
  package enum Fault: Error, Hashable, Sendable {
    case notAManifest(String)
    case wrongSignature
    case wrongKey
    case wrongRoot
    case missing(String)
    case changed(String)
    case otherLines(String)
    case unlisted(String)

    package var sentence: String {
      switch self {
      case .notAManifest(let why): "it is no manifest: \(why)"
      case .wrongSignature: "the signature is not of this manifest"
      case .wrongKey: "it was signed by another key than the one given"
      case .wrongRoot: "the root is not of the files that are listed"
      case .missing(let path): "\(path) is missing"
      case .changed(let path): "\(path) was changed: its SHA-256 is another"
      case .otherLines(let path): "\(path) has other lines than the root over them says"
      case .unlisted(let path): "\(path) is none of its files"
      }
    }
  }

  /// A file that a manifest vouches for.
  package struct File: Hashable, Sendable {
    package var path: String
    package var size: Int64
    package var sha256: String
    /// Of one of lines.
    package var linesRoot: String?
  }

  /// Checks a manifest by itself.
  ///
  /// - Parameter key: whose it must be, in hexadecimal; nil to take the manifest's word.
  /// - Returns: the files that it vouches for.
  package static func check(
    _ bytes: [UInt8], signature: Data, key: String?
  ) throws(Fault) -> [File] {
    let json: JSON
    do { json = try JSON(parsing: bytes) } catch { throw .notAManifest(error.explanation) }
    guard json["assay_release"]?.integer == version, let listed = json["files"]?.array,
      let own = json["public_key"]?.string, let public_ = Data(hexadecimal: own)
    else { throw .notAManifest("members are missing") }
    if let key, key.lowercased() != own { throw .wrongKey }
    guard Signature.isValid(signature, of: bytes, by: public_) else { throw .wrongSignature }
    var files: [File] = []
    for file in listed {
      guard let path = file["path"]?.string, let size = file["size"]?.integer,
        let hash = file["sha256"]?.string
      else { throw .notAManifest("a file is listed without its path, size or hash") }
      files.append(File(path: path, size: size, sha256: hash, linesRoot: file["lines_root"]?.string))
    }
    let leaves = files.map { (path: $0.path, sha256: $0.sha256) }
    // Releases before the order was that of bytes had names with marks apart in another.
    let roots = [root(of: leaves), root(inOrder: leaves.sorted { $0.path < $1.path })]
    guard let said = json["merkle_root"]?.string, roots.contains(said) else { throw .wrongRoot }
    return files
  }
}

extension Data {
  /// nil where the text is no pairs of hexadecimal digits.
  package init?(hexadecimal text: String) {
    let digits = text.utf8.map { byte -> UInt8? in
      switch byte {
      case 48...57: byte - 48
      case 97...102: byte - 87
      case 65...70: byte - 55
      default: nil
      }
    }
    guard digits.count % 2 == 0, digits.allSatisfy({ $0 != nil }) else { return nil }
    self.init(
      stride(from: 0, to: digits.count, by: 2).map {
        ((digits[$0] ?? 0) << 4) | (digits[$0 + 1] ?? 0)
      })
  }
}
