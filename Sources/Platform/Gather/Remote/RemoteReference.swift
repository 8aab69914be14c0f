import Foundation
import Store

/// Says of an item where its image lies, without the keys to it: in a bucket
/// `s3://bucket/key?source=ID#version`, in an index its URL with the version as its fragment. Another version
/// is another reference, so that a file that changed is fetched anew.
enum RemoteReference {
  static func text(_ file: RemoteFile, in source: RemoteSource) -> String {
    let version = file.version.isEmpty ? "" : "#" + BucketSignature.escaped(file.version)
    switch source.location {
    case .bucket(let bucket):
      let key = BucketSignature.escaped(key: file.key)
      return "s3://\(bucket.name)/\(key)?source=\(source.id)\(version)"
    case .index(let index): return index.address(file.key) + version
    }
  }

  /// Through which a file of a bucket is read.
  static func source(of text: String) -> RemoteSourceID? {
    guard text.hasPrefix("s3://") else { return nil }
    return URLComponents(string: text)?.queryItems?.first { $0.name == "source" }?.value
      .flatMap { RemoteSourceID($0) }
  }

  /// Where the file is read now; what is no reference to a bucket is an address itself.
  ///
  /// - Throws: `.unknown(.source)` for one that was taken away.
  static func address(_ text: String, _ vault: ClientVault) async throws -> String {
    guard text.hasPrefix("s3://") else {
      return String(text.prefix { $0 != "#" })
    }
    let parts = URLComponents(string: text)
    guard let source = source(of: text) else { throw Refusal.unknown(.source, text) }
    let found = try await RemoteSources(vault, actor: .system).get(source)
    // The name stands before the path, so that a reference leads to no other bucket than its source's.
    guard case .bucket(let bucket) = found.location, parts?.host == bucket.name,
      let path = parts?.path, path.hasPrefix("/" + bucket.prefix)
    else { throw Refusal.unknown(.source, text) }
    return bucket.file(String(path.dropFirst()), at: vault.environment.now())
  }
}
