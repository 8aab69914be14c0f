import Formats
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Notation
import Platform

/// What lies in a release, or in a folder of it.
struct FeedListing {
  /// Below the root; empty, or with a slash at its end.
  let folder: String
  let files: [ReleaseFile]

  init(_ files: [ReleaseFile], in folder: String = "") {
    self.folder = folder.isEmpty || folder.hasSuffix("/") ? folder : folder + "/"
    let start = Array(self.folder.utf8)
    self.files = files.filter { $0.path.utf8.starts(with: start) }
  }

  /// JSON; for browsers a page of links, as file servers have it, and for fsspec, which takes names from
  /// pages alone and does not say so but by what it asks with.
  func response(to call: Call) -> Response {
    let asked = call.request.headers
    let (accepted, agent) = (asked[.accept] ?? "", asked[.userAgent] ?? "")
    let wantsPage = accepted.contains("text/html") || accepted == "*/*" && agent.contains("aiohttp")
    var response = wantsPage && call.request.uri.path.hasSuffix("/") ? page : list(call)
    response.headers[.vary] = "Accept, User-Agent"
    return response
  }

  private func list(_ call: Call) -> Response {
    let base = call.feedBase()
    return .json(
      .page(
        files.map { file in
          [
            "path": .string(file.path), "size": .count(file.size),
            "url": .string(base + Self.address(file.path)),
          ]
        }, next: nil))
  }

  private var page: Response {
    let lines = files.map { file in
      let name = String(decoding: file.path.utf8.dropFirst(folder.utf8.count), as: UTF8.self)
      let link = XMLText.escaped(Self.address(name))
      let size = file.size.formatted(.byteCount(style: .decimal).locale(Locale(identifier: "en_US")))
      return "<li><a href=\"\(link)\">\(XMLText.escaped(name))</a> \(size)</li>\n"
    }
    let page =
      """
      <!doctype html><html lang="en"><meta charset="utf-8"><title>Files of a release</title>
      <meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
      <ul>
      \(lines.joined())</ul>

      """
    return Response(
      status: .ok,
      headers: [
        .contentType: "text/html; charset=utf-8", .contentSecurityPolicy: "default-src 'none'",
      ], body: ResponseBody(byteBuffer: ByteBuffer(string: page)))
  }

  private static func address(_ path: String) -> String {
    // A colon would end the name of a scheme.
    path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed.subtracting([":"])) ?? path
  }
}

extension Call {
  /// Where the files of a release lie to whoever has the token: of the path where none is given.
  func feedBase(of token: String? = nil) -> String {
    "\(services.site.url)/feed/\(token ?? parameters.get("token") ?? "")/"
  }
}
