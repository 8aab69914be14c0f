import Crypto
import Foundation
import Vault

/// Keys to a bucket.
package struct BucketKeys: Hashable, Sendable {
  package var access: String
  package var secret: String
  /// Of keys that are lent for some hours.
  package var session: String?

  package init(access: String, secret: String, session: String? = nil) {
    (self.access, self.secret, self.session) = (access, secret, session)
  }
}

/// AWS Signature Version 4 in the query of a URL (docs.aws.amazon.com, "Authenticating Requests: Using Query
/// Parameters"): whoever has the URL may read this one thing for a while, without the keys.
enum BucketSignature {
  /// - Parameters:
  ///   - path: percent-encoded, with its slash.
  ///   - query: names and values as they are; each name once.
  ///   - seconds: how long the URL works; 604,800 at most.
  ///   - moment: milliseconds since 1970.
  static func url(
    _ base: BucketAddress, path: String, query: [(name: String, value: String)] = [],
    region: String, _ keys: BucketKeys, seconds: Int, at moment: Int64
  ) -> String {
    let time = timestamp(moment)
    let scope = "\(time.prefix(8))/\(region)/s3/aws4_request"
    var all = query
    all.append(("X-Amz-Algorithm", "AWS4-HMAC-SHA256"))
    all.append(("X-Amz-Credential", "\(keys.access)/\(scope)"))
    all.append(("X-Amz-Date", time))
    all.append(("X-Amz-Expires", "\(seconds)"))
    if let session = keys.session { all.append(("X-Amz-Security-Token", session)) }
    all.append(("X-Amz-SignedHeaders", "host"))
    let text = encoded(all)
    let request = "GET\n\(path)\n\(text)\nhost:\(base.host)\n\nhost\nUNSIGNED-PAYLOAD"
    let hash = Data(SHA256.hash(data: Data(request.utf8))).hexadecimal
    let signed = "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n\(hash)"
    var key = SymmetricKey(data: Data("AWS4\(keys.secret)".utf8))
    for part in scope.split(separator: "/") { key = SymmetricKey(data: code(String(part), key)) }
    return "\(base.origin)\(path)?\(text)&X-Amz-Signature=\(code(signed, key).hexadecimal)"
  }

  private static func code(_ text: String, _ key: SymmetricKey) -> Data {
    Data(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key))
  }

  /// A query in the order that is signed.
  static func encoded(_ query: [(name: String, value: String)]) -> String {
    query.map { (escaped($0.name), escaped($0.value)) }.sorted { $0 < $1 }
      .map { "\($0)=\($1)" }.joined(separator: "&")
  }

  private static let unreserved = CharacterSet(
    charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

  static func escaped(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
  }

  /// A key with its slashes as they are.
  static func escaped(key: String) -> String {
    key.split(separator: "/", omittingEmptySubsequences: false).map { escaped(String($0)) }
      .joined(separator: "/")
  }

  /// Like `20130524T000000Z`.
  static func timestamp(_ milliseconds: Int64) -> String {
    let style = Date.ISO8601FormatStyle(
      dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted,
      timeZone: .gmt)
    return Date(timeIntervalSince1970: Double(milliseconds / 1000)).formatted(style)
  }
}

/// Where a bucket answers.
struct BucketAddress: Hashable {
  /// With scheme, without a slash at its end.
  var origin: String
  /// With the port, where it is not the scheme's own: as the request's header says it.
  var host: String
}
