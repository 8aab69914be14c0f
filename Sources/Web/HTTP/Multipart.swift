import Foundation
import NIOCore
import Platform

/// The files of a multipart/form-data body (RFC 7578).
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

  static func files(_ body: ByteBuffer, boundary: String) throws(Refusal) -> [File] {
    let data = Data(body.readableBytesView)
    let delimiter = Data("--\(boundary)".utf8)
    guard var place = data.range(of: delimiter) else {
      throw .invalid(path: "body", problem: "does not begin with its boundary")
    }
    var files: [File] = []
    for _ in 0..<partLimit {
      let rest = data[place.upperBound...]
      if rest.starts(with: Data("--".utf8)) { return files }
      guard let next = rest.range(of: Data("\r\n".utf8) + delimiter) else {
        throw .invalid(path: "body", problem: "ends before its last boundary")
      }
      if let file = try part(rest[rest.startIndex..<next.lowerBound]) { files.append(file) }
      place = next
    }
    throw .tooLarge(what: "a form (parts)", limit: partLimit)
  }

  private static func part(_ part: Data) throws(Refusal) -> File? {
    guard let blank = part.range(of: Data("\r\n\r\n".utf8)),
      blank.lowerBound - part.startIndex <= headerLimit
    else { throw .invalid(path: "body", problem: "has a part without headers") }
    let headers = String(decoding: part[part.startIndex..<blank.lowerBound], as: UTF8.self)
    guard let name = fileName(headers) else { return nil }
    return File(name: name, content: Data(part[blank.upperBound...]))
  }

  private static func fileName(_ headers: String) -> String? {
    for line in headers.split(separator: "\r\n")
    where line.lowercased().hasPrefix("content-disposition:") {
      for parameter in line.split(separator: ";").dropFirst() {
        let pair = parameter.split(separator: "=", maxSplits: 1)
        guard pair.count == 2, pair[0].trimmingCharacters(in: .whitespaces) == "filename"
        else { continue }
        return pair[1].trimmingCharacters(in: CharacterSet(charactersIn: " \""))
      }
    }
    return nil
  }
}
