import CWorkbench
import Crypto
import Formats
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization
import Vault

/// The browser's part, as it is served, the kernel with it: every file under a prefix that names the
/// whole tree's hash and never changes, but the shell, which names the prefix and is asked for each
/// time.
package final class WorkbenchAssets: Sendable {
  private struct File: Sendable {
    var content: ByteBuffer
    var type: String
  }

  /// Files as gzip, by their paths, from the first time that one was asked for so.
  private let compressed = Mutex<[String: ByteBuffer]>([:])

  private let files: [String: File]
  private let hash: String

  /// What is built into the binary.
  package static func embedded() -> WorkbenchAssets {
    var contents: [String: Data] = [:]
    for index in 0..<Int(workbench_file_count()) {
      let file = workbench_file(Int32(index))
      guard let path = file.path, let bytes = file.bytes else { continue }
      contents[String(cString: path)] = Data(bytes: bytes, count: Int(file.size))
    }
    return WorkbenchAssets(contents)
  }

  /// What lies in a folder now: for developing.
  package static func folder(_ path: String) -> WorkbenchAssets {
    var contents: [String: Data] = [:]
    let walk = FileManager.default.enumerator(atPath: path)
    while let name = walk?.nextObject() as? String {
      if let data = FileManager.default.contents(atPath: "\(path)/\(name)"), !data.isEmpty {
        contents[name] = data
      }
    }
    return WorkbenchAssets(contents)
  }

  private init(_ contents: [String: Data]) {
    var contents = contents
    // Built from the kernel's sources by the plugin BuildKernel.
    contents["kernel.wasm"] = kernelModuleText.withUTF8Buffer { Data(base64Encoded: Data($0)) }
    var digest = SHA256()
    var files: [String: File] = [:]
    for (path, data) in contents.sorted(by: { $0.key < $1.key }) {
      digest.update(data: Data("\(path)\n\(data.count)\n".utf8))
      digest.update(data: data)
      files[path] = File(content: ByteBuffer(bytes: data), type: Self.type(of: path))
    }
    hash = String(Data(digest.finalize()).hexadecimal.prefix(16))
    self.files = files
  }

  private static func type(of path: String) -> String {
    switch path.split(separator: ".").last {
    case "html": "text/html; charset=utf-8"
    case "js": "text/javascript; charset=utf-8"
    case "css": "text/css; charset=utf-8"
    case "svg": "image/svg+xml"
    case "wasm": "application/wasm"
    default: "application/octet-stream"
    }
  }

  /// The page that starts everything; its links get the tree's prefix.
  func shell(_ request: Request) -> Response {
    guard let file = files["index.html"] else {
      return Response(
        status: .notFound, headers: [.contentType: "text/plain"],
        body: .init(byteBuffer: ByteBuffer(string: "The workbench is not built in.\n")))
    }
    let tag = "\"\(hash)\""
    let headers: HTTPFields = [
      .contentType: file.type, .cacheControl: "no-cache", .eTag: tag,
    ]
    if request.headers.have(tag: tag) {
      return Response(status: .notModified, headers: headers)
    }
    let html = String(buffer: file.content).replacing("{{prefix}}", with: "/a/\(hash)")
    return Response(
      status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(string: html)))
  }

  /// A file below the prefix, as gzip where the browser takes it; one of another tree is gone.
  func file(_ path: String, tree: String, for request: Request) -> Response? {
    guard tree == hash, let file = files[path] else { return nil }
    var headers: HTTPFields = [
      .contentType: file.type, .cacheControl: "public, max-age=31536000, immutable",
      .vary: "Accept-Encoding",
    ]
    guard Compression(accepted: request.headers[.acceptEncoding], of: [.gzip]) != nil else {
      return Response(status: .ok, headers: headers, body: .init(byteBuffer: file.content))
    }
    headers[.contentEncoding] = "gzip"
    return Response(
      status: .ok, headers: headers, body: .init(byteBuffer: compressed(path, file.content)))
  }

  private func compressed(_ path: String, _ content: ByteBuffer) -> ByteBuffer {
    if let known = compressed.withLock({ $0[path] }) { return known }
    let made = ByteBuffer(bytes: Gzip.compressed(Array(content.readableBytesView)))
    compressed.withLock { $0[path] = made }
    return made
  }
}
