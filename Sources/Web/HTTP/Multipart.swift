import Foundation
import NIOCore
import Notation
import Platform

/// The files and fields of a multipart/form-data body (RFC 7578).
enum Multipart {
  struct File {
    var name: String
    var content: Data
  }

  /// Parts one body may have.
  static let partLimit = 1_000
  /// Bytes of one part's headers.
  static let headerLimit = 16 * 1024

  /// The boundary a content type names; nil where it is no multipart form.
  static func boundary(_ contentType: String) -> String? {
    guard contentType.lowercased().hasPrefix("multipart/form-data") else { return nil }
    for parameter in contentType.split(separator: ";").dropFirst() {
      let pair = parameter.split(separator: "=", maxSplits: 1)
      guard pair.count == 2, pair[0].trimmingCharacters(in: .whitespaces).lowercased() == "boundary"
      else { continue }
      let value = pair[1].trimmingCharacters(in: CharacterSet(charactersIn: " \""))
      return value.isEmpty || value.utf8.count > 70 ? nil : value
    }
    return nil
  }

  struct Form {
    var files: [File] = []
    /// Parts that are no files, as strings.
    var fields: [JSON.Member] = []
  }

  static func form(_ body: ByteBuffer, boundary: String) throws(Refusal) -> Form {
    let data = Data(body.readableBytesView)
    let delimiter = Data("--\(boundary)".utf8)
    guard var place = data.range(of: delimiter) else {
      throw .invalid(path: "body", problem: "does not begin with its boundary")
    }
    var form = Form()
    for _ in 0..<partLimit {
      let rest = data[place.upperBound...]
      if rest.starts(with: Data("--".utf8)) { return form }
      guard let next = rest.range(of: Data("\r\n".utf8) + delimiter) else {
        throw .invalid(path: "body", problem: "ends before its last boundary")
      }
      try add(rest[rest.startIndex..<next.lowerBound], to: &form)
      place = next
    }
    throw .tooLarge(what: "a form (parts)", limit: partLimit)
  }

  private static func add(_ part: Data, to form: inout Form) throws(Refusal) {
    guard let blank = part.range(of: Data("\r\n\r\n".utf8)),
      blank.lowerBound - part.startIndex <= headerLimit
    else { throw .invalid(path: "body", problem: "has a part without headers") }
    let headers = String(decoding: part[part.startIndex..<blank.lowerBound], as: UTF8.self)
    let content = part[blank.upperBound...]
    let names = disposition(headers)
    if let name = names["filename"] {
      form.files.append(File(name: name, content: Data(content)))
    } else if let name = names["name"] {
      form.fields.append(.init(name, .string(String(decoding: content, as: UTF8.self))))
    }
  }

  /// The parameters of a part's Content-Disposition.
  private static func disposition(_ headers: String) -> [String: String] {
    var found: [String: String] = [:]
    for line in headers.split(separator: "\r\n")
    where line.lowercased().hasPrefix("content-disposition:") {
      for parameter in line.split(separator: ";").dropFirst() {
        let pair = parameter.split(separator: "=", maxSplits: 1)
        guard pair.count == 2 else { continue }
        found[pair[0].trimmingCharacters(in: .whitespaces)] =
          pair[1].trimmingCharacters(in: CharacterSet(charactersIn: " \""))
      }
    }
    return found
  }
}
