import AsyncHTTPClient
import Foundation
import Decoding
import Logging
import NIOCore
import Notation
import Platform
import Store
import StoreSQLite
import Testing

@testable import Web

/// A real server on a free port over a new data folder, for as long as the test needs it.
struct LiveServer: Sendable {
  let url: String
  let engine: DataEngine

  struct Answer {
    var status: Int
    var json: JSON
    var headers: [String: String]
    var body: Data
  }

  static func run(
    allowed: [String] = [], _ body: @escaping @Sendable (LiveServer) async throws -> Void
  ) async throws {
    let folder = DataFolder(path: NSTemporaryDirectory() + "assay-web-\(UUID().uuidString)")
    let engine = try await DataEngine.open(folder, openDatabase: { try SQLiteDatabase(path: $0) })
    let server = Server(
      host: "127.0.0.1", port: 0,
      services: Services(
        engine: engine, signIn: SignIn(engine),
        fetcher: GuardedFetcher(allowed: allowed.compactMap(AddressRange.init)),
        tiler: await Vips(),
        workbench: .embedded()), logger: Logger(label: "test"))
    let ready = AsyncStream<Int>.makeStream()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run { ready.continuation.yield($0) } }
      group.addTask {
        for await port in ready.stream {
          return try await body(LiveServer(url: "http://127.0.0.1:\(port)", engine: engine))
        }
      }
      _ = try await group.next()
      group.cancelAll()
    }
    await engine.close()
    try? FileManager.default.removeItem(atPath: folder.path)
  }

  func send(
    _ method: String, _ path: String, _ body: JSON? = nil, token: String? = nil,
    headers: [(String, String)] = [], bytes: Data? = nil
  ) async throws -> Answer {
    var request = HTTPClientRequest(url: url + path)
    request.method = .init(rawValue: method)
    if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if let body { request.body = .bytes(ByteBuffer(bytes: body.utf8)) }
    if let bytes { request.body = .bytes(ByteBuffer(bytes: bytes)) }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
    let buffer = try await response.body.collect(upTo: 1 << 27)
    let data = Data(buffer.readableBytesView)
    return Answer(
      status: Int(response.status.code), json: (try? JSON(parsing: [UInt8](data))) ?? .null,
      headers: Dictionary(
        response.headers.map { ($0.name.lowercased(), $0.value) },
        uniquingKeysWith: { first, _ in first }), body: data)
  }

  /// Somebody with a role, signed in.
  func signedIn(_ role: Role, of client: ClientID? = nil) async throws -> String {
    let users = Users(engine, actor: .console, password: Password(logN: 10))
    let email = "\(role.rawValue)-\(UUID().uuidString)@x.org"
    _ = try await users.create(
      email: email, password: "password12345", role: role, client: client)
    let answer = try await send(
      "POST", "/api/session",
      ["email": .string(email), "password": "password12345", "token": true])
    return try #require(answer.json["token"]?.string)
  }

  func client(_ name: String) async throws -> (id: ClientID, key: String) {
    let clients = Clients(engine, actor: .console)
    let client = try await clients.create(name: name)
    return (client.id, try await clients.createKey(for: client.id, mode: .live).secret)
  }

  func project(_ key: String, min: Int = 1) async throws -> String {
    let answer = try await send(
      "POST", "/api/projects",
      [
        "name": .string(UUID().uuidString),
        "ontology": [
          "classes": [
            ["name": "mood", "kind": "category", "options": ["good", "bad"], "required": true]
          ]
        ], "plan": ["answers": ["min": .int(Int64(min)), "max": .int(Int64(min))]],
      ], token: key)
    return try #require(answer.json["id"]?.string)
  }
}
