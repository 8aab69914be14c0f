import Formats
import Foundation
import Notation

/// A place elsewhere with many files in it: a bucket of an S3-compatible store, or a folder that a web server
/// lists.
package enum RemoteLocation: Hashable, Sendable {
  case bucket(RemoteBucket)
  case index(RemoteIndex)

  /// - Parameters:
  ///   - text: `s3://bucket/prefix`, or the URL of an index.
  ///   - endpoint: of a store that is not Amazon's: a URL without a path.
  /// - Throws: `.invalid`
  package init(
    _ text: String, endpoint: String? = nil, region: String? = nil, keys: BucketKeys? = nil
  ) throws(Refusal) {
    guard text.utf8.count <= Self.lengthLimit else {
      throw .tooLarge(what: "an address (bytes)", limit: Self.lengthLimit)
    }
    if text.hasPrefix("s3://") {
      self = .bucket(try RemoteBucket(text, endpoint: endpoint, region: region, keys: keys))
    } else if text.hasPrefix("http://") || text.hasPrefix("https://") {
      guard endpoint == nil, region == nil, keys == nil else {
        throw .invalid(path: "url", problem: "must be like s3://bucket/prefix where keys are given")
      }
      self = .index(try RemoteIndex(text))
    } else {
      throw .invalid(
        path: "url",
        problem: "must be like s3://bucket/prefix, or the http or https URL of an index")
    }
  }

  /// Bytes of an address.
  package static let lengthLimit = 2_000

  /// As it was given.
  package var text: String {
    switch self {
    case .bucket(let bucket): bucket.text
    case .index(let index): index.url
    }
  }
}

/// One thing that a listing names.
struct RemoteFile: Hashable, Sendable {
  /// In a bucket its key, in an index its path below it.
  var key: String
  /// Another where the file is another; empty where nothing tells.
  var version: String
  /// Bytes, where the listing says it.
  var size: Int?

  /// What the item is called. Keys are texts, of which `a//b` and `a/b` are two: what no path has between its
  /// slashes is written `_`.
  var itemName: String {
    let parts = key.split(separator: "/", omittingEmptySubsequences: false)
    return DatasetPath.cleaned(
      parts.map { ["", ".", ".."].contains($0) ? "_" : String($0) }.joined(separator: "/"))
  }
}

/// A part of a bucket.
package struct RemoteBucket: Hashable, Sendable {
  package let name: String
  /// Of the keys that are taken.
  package let prefix: String
  package let region: String
  package let endpoint: String?
  package private(set) var keys: BucketKeys?

  func with(_ keys: BucketKeys) -> RemoteBucket {
    var bucket = self
    bucket.keys = keys
    return bucket
  }

  /// Whether it is a part of the same bucket of the same store.
  func isSameStore(as other: RemoteBucket) -> Bool {
    (name, endpoint) == (other.name, other.endpoint)
  }

  package var text: String { "s3://\(name)/\(prefix)" }

  init(_ text: String, endpoint: String?, region: String?, keys: BucketKeys?) throws(Refusal) {
    let rest = text.dropFirst("s3://".count)
    let name = String(rest.prefix { $0 != "/" })
    // The rules of names are the store's; here it only must not become another host or path.
    guard (3...63).contains(name.utf8.count), name.allSatisfy(Self.isPlain), !name.contains("..")
    else {
      throw .invalid(
        path: "url",
        problem: "must name a bucket of 3 to 63 letters, digits, dots and hyphens: s3://bucket/prefix")
    }
    if let region, !(1...40).contains(region.utf8.count) || !region.allSatisfy(Self.isPlain) {
      throw .invalid(path: "region", problem: "must be like eu-central-1")
    }
    if let endpoint {
      let parts = URLComponents(string: endpoint)
      guard ["http", "https"].contains(parts?.scheme ?? ""), parts?.host?.isEmpty == false,
        ["", "/"].contains(parts?.path ?? ""), parts?.query == nil, parts?.user == nil
      else {
        throw .invalid(
          path: "endpoint",
          problem: "must be a URL without a path, like https://minio.example.org:9000")
      }
    }
    self.name = name
    prefix = String(rest.dropFirst(name.count + 1))
    self.region = region ?? "us-east-1"
    self.endpoint = endpoint.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
    self.keys = keys
  }

  private static func isPlain(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || ".-_".contains(character))
  }

  /// Where it answers, and what paths in it begin with.
  private var address: (BucketAddress, root: String) {
    if let endpoint {
      return (BucketAddress(origin: endpoint, host: Self.host(of: endpoint)), "/\(name)/")
    }
    // A name with dots fits no certificate of Amazon's.
    if name.contains(".") {
      let host = "s3.\(region).amazonaws.com"
      return (BucketAddress(origin: "https://\(host)", host: host), "/\(name)/")
    }
    let host = "\(name).s3.\(region).amazonaws.com"
    return (BucketAddress(origin: "https://\(host)", host: host), "/")
  }

  private static func host(of url: String) -> String {
    let parts = URLComponents(string: url)
    let host = parts?.host ?? ""
    guard let port = parts?.port, port != (parts?.scheme == "https" ? 443 : 80) else { return host }
    return "\(host):\(port)"
  }

  /// How long an address with a signature works.
  static let linkSeconds = 900

  private func url(
    _ path: String, _ query: [(name: String, value: String)], at moment: Int64
  ) -> String {
    let (address, _) = address
    guard let keys else {
      let text = BucketSignature.encoded(query)
      return address.origin + path + (text.isEmpty ? "" : "?" + text)
    }
    return BucketSignature.url(
      address, path: path, query: query, region: region, keys, seconds: Self.linkSeconds, at: moment
    )
  }

  /// Where a page of its keys is read (ListObjectsV2): after a mark of the page before, or after a key.
  func listing(mark: String?, after key: String?, at moment: Int64) -> String {
    var query = [("list-type", "2"), ("prefix", prefix), ("encoding-type", "url")]
    if let mark { query.append(("continuation-token", mark)) }
    if mark == nil, let key { query.append(("start-after", key)) }
    return url(address.root, query, at: moment)
  }

  /// Where a file is read.
  func file(_ key: String, at moment: Int64) -> String {
    url(address.root + BucketSignature.escaped(key: key), [], at: moment)
  }
}

/// A folder that a web server lists.
package struct RemoteIndex: Hashable, Sendable {
  /// Ends with a slash.
  package let url: String

  init(_ text: String) throws(Refusal) {
    guard let parts = URLComponents(string: text), parts.host?.isEmpty == false, parts.query == nil,
      parts.fragment == nil, parts.user == nil
    else {
      throw .invalid(path: "url", problem: "must be a URL without query, name and password")
    }
    url = text.hasSuffix("/") ? text : text + "/"
  }

  /// Where a folder or file below it is read.
  func address(_ path: String) -> String { url + BucketSignature.escaped(key: path) }
}
