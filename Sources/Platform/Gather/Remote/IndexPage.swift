import Foundation
import Notation

/// A folder as a web server lists it: nginx's JSON, or HTML with a link to each file (nginx, Apache, Python's
/// `http.server` and others). Only what lies right below the folder counts.
struct IndexPage: Hashable {
  /// Names of files, by name.
  var files: [RemoteFile]
  /// Names of folders, by name.
  var folders: [String]

  /// - Throws: `RemoteFault` for what is neither.
  init(_ bytes: Data, at url: String) throws(RemoteFault) {
    (files, folders) = ([], [])
    if let list = (try? JSON(parsing: [UInt8](bytes)))?.array {
      for entry in list { add(entry) }
    } else {
      let text = String(decoding: bytes, as: UTF8.self)
      guard
        text.range(of: "<a ", options: .caseInsensitive) != nil
          || text.range(of: "<html", options: .caseInsensitive) != nil
      else { throw RemoteFault("\(url) is no list of files: neither HTML nor nginx's JSON") }
      readLinks(text, at: url)
    }
    files = Dictionary(files.map { ($0.key, $0) }) { a, _ in a }.values.sorted { $0.key < $1.key }
    folders = Set(folders).sorted()
  }

  private mutating func add(_ entry: JSON) {
    guard let name = entry["name"]?.string, Self.isName(name) else { return }
    if entry["type"]?.string == "directory" {
      folders.append(name)
    } else {
      let size = entry["size"]?.integer
      let version = [entry["mtime"]?.string, size.map { "\($0)" }].compactMap { $0 }
      files.append(
        RemoteFile(key: name, version: version.joined(separator: " "), size: size.map { Int($0) }))
    }
  }

  private static func isName(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".." && !name.contains("/") && !name.utf8.contains(0)
  }

  private mutating func readLinks(_ text: String, at url: String) {
    let base = URL(string: url)
    for (tag, end) in Self.anchors(text) {
      guard
        let link = tag.firstMatch(of: /\shref\s*=\s*(?:"([^"]*)"|'([^']*)')/.ignoresCase())
      else { continue }
      let raw = String(link.1 ?? link.2 ?? "").replacing("&amp;", with: "&")
      guard !raw.contains("?"), !raw.contains("#"),
        let target = URL(string: raw, relativeTo: base)?.absoluteURL.absoluteString,
        target.hasPrefix(url)
      else { continue }
      let rest = target.dropFirst(url.count)
      let isFolder = rest.hasSuffix("/")
      let name = String(isFolder ? rest.dropLast() : rest).removingPercentEncoding ?? ""
      guard Self.isName(name) else { continue }
      if isFolder {
        folders.append(name)
      } else {
        files.append(RemoteFile(key: name, version: Self.note(after: end, in: text)))
      }
    }
  }

  /// The tags of links, and where each ends.
  ///
  /// - Complexity: O(bytes): a tag that another begins in is none.
  private static func anchors(_ text: String) -> [(tag: Substring, end: String.Index)] {
    var found: [(tag: Substring, end: String.Index)] = []
    let bytes = text.utf8
    var open: String.Index?
    for place in bytes.indices {
      switch bytes[place] {
      case UInt8(ascii: "<"): open = place
      case UInt8(ascii: ">"):
        if let start = open {
          let tag = text[start..<place]
          let head = tag.prefix(3).lowercased()
          if head.hasPrefix("<a"), head.count == 3, head.last?.isWhitespace == true {
            found.append((tag, text.index(after: place)))
          }
        }
        open = nil
      default: continue
      }
    }
    return found
  }

  /// What stands behind a link, in its line or row: date and size, in the server's own words.
  private static func note(after place: String.Index, in text: String) -> String {
    let row = text[place...].prefix(2_000).prefix { $0 != "\n" && $0 != "\r\n" }
    let shown = row.replacing(/<[^>]*>/, with: " ").replacing("&nbsp;", with: " ")
    let digits = shown.drop { !$0.isWhitespace }.split(whereSeparator: \.isWhitespace)
    return digits.filter { $0.contains(where: \.isNumber) }.suffix(3).joined(separator: " ")
  }
}
