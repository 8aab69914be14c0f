import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Notation

/// Speaks the native API, as any program would.
struct APIClient: Sendable {
  var url: String
  /// An API key or a session's secret.
  var token: String?

  /// Of the whole program. A server that is not there is told at once.
  private static let http = {
    var configuration = HTTPClient.Configuration.singletonConfiguration
    configuration.connectionPool.retryConnectionEstablishment = false
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }()

  init(url: String, token: String? = nil) {
    self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
    self.token = token
  }

  /// A value as a query string holds it.
  static func escaped(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
  }

  /// A problem that the server answered with.
  struct Problem: Error, CustomStringConvertible {
    var status: Int
    var json: JSON
    var description: String {
      let detail = json["detail"]?.string ?? "status \(status)"
      let remedy = json["remedy"]?.string.map { "\n\($0)" } ?? ""
      return detail + remedy
    }
  }

  @discardableResult
  func send(
    _ method: HTTPMethod, _ path: String, _ body: JSON? = nil
  ) async throws -> JSON {
    try await send(method, path, body: body.map { .bytes(ByteBuffer(bytes: $0.utf8)) })
  }

  func send(
    _ method: HTTPMethod, _ path: String, body: HTTPClientRequest.Body?,
    headers: [(String, String)] = []
  ) async throws -> JSON {
    let response = try await respond(method, path, body, headers)
    let buffer = try await response.body.collect(upTo: 64 * 1024 * 1024)
    let json = (try? JSON(parsing: Array(buffer.readableBytesView))) ?? .null
    guard (200..<300).contains(Int(response.status.code)) else {
      throw Problem(status: Int(response.status.code), json: json)
    }
    return json
  }

  /// Stores a file.
  ///
  /// - Returns: its id.
  func upload(_ bytes: Data, name: String) async throws -> String {
    let boundary = "assay-\(UUID().uuidString)"
    let quoted = name.replacing("\"", with: "%22").replacing(/[\r\n]/, with: " ")
    var body = Data(
      "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(quoted)\"\r\n".utf8)
    body += Data("Content-Type: application/octet-stream\r\n\r\n".utf8) + bytes
    body += Data("\r\n--\(boundary)--\r\n".utf8)
    let answer = try await send(
      .POST, "/api/assets", body: .bytes(ByteBuffer(bytes: body)),
      headers: [("Content-Type", "multipart/form-data; boundary=\(boundary)")])
    guard let id = answer["items"]?.array?.first?["id"]?.string else {
      throw Failure("\(name) was not taken")
    }
    return id
  }

  func upload(file path: String) async throws -> String {
    let url = URL(fileURLWithPath: path)
    return try await upload(Data(contentsOf: url), name: url.lastPathComponent)
  }

  /// Writes a body of any size to a file.
  func download(_ path: String, to file: String, progress: (Int) -> Void) async throws -> Int {
    let response = try await respond(.GET, path, nil, [])
    guard response.status == .ok else {
      let buffer = try await response.body.collect(upTo: 1024 * 1024)
      let json = (try? JSON(parsing: Array(buffer.readableBytesView))) ?? .null
      throw Problem(status: Int(response.status.code), json: json)
    }
    guard FileManager.default.createFile(atPath: file, contents: nil),
      let output = FileHandle(forWritingAtPath: file)
    else { throw Failure("\(file) cannot be written") }
    var size = 0
    do {
      for try await buffer in response.body {
        size += buffer.readableBytes
        try output.write(contentsOf: Data(buffer.readableBytesView))
        progress(size)
      }
    } catch where error is HTTPClientError || error is IOError {
      throw unreached(error)
    }
    try output.close()
    return size
  }

  private func respond(
    _ method: HTTPMethod, _ path: String, _ body: HTTPClientRequest.Body?,
    _ headers: [(String, String)]
  ) async throws -> HTTPClientResponse {
    var request = HTTPClientRequest(url: url + path)
    request.method = method
    if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if let body {
      request.body = body
      if !request.headers.contains(name: "Content-Type") {
        request.headers.add(name: "Content-Type", value: "application/json")
      }
    }
    do {
      return try await Self.http.execute(request, deadline: .now() + .hours(2))
    } catch {
      throw unreached(error)
    }
  }

  private func unreached(_ error: any Error) -> Failure {
    let isCut = [ECONNRESET, EPIPE].contains((error as? IOError)?.errnoCode)
    switch error as? HTTPClientError {
    case _ where isCut, .remoteConnectionClosed?:
      return Failure(
        "\(url) closed the connection before it answered",
        remedy: "Look whether `assay serve` is running there, and run the same again.")
    case .deadlineExceeded?, .readTimeout?, .connectTimeout?:
      return Failure("\(url) did not answer in time", remedy: "Is `assay serve` running there?")
    default:
      return Failure("\(url) cannot be reached: \(error)", remedy: "Is `assay serve` running there?")
    }
  }

  /// Signs in and returns a client that carries the session.
  func signedIn(email: String, password: String) async throws -> APIClient {
    let json = try await send(
      .POST, "/api/session",
      ["email": .string(email), "password": .string(password), "token": true])
    return APIClient(url: url, token: json["token"]?.string)
  }
}
