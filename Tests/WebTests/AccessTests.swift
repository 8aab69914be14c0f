import Foundation
import Notation
import Platform
import Store
import Testing

@testable import Web

/// Every route × every kind of caller, out of the route table itself.
@Suite struct AccessTests {
  private struct Caller: Sendable {
    var name: String
    var token: String?
    /// nil for somebody without any.
    var role: Role?

    func mayUse(_ access: Access) -> Bool {
      guard let role else { return access == .anyone }
      switch access {
      case .anyone, .signedIn: return true
      case .staff(let roles): return roles.contains(role)
      case .workers: return role == .worker
      case .work: return role == .worker || role.isOfClient
      case .client(let roles): return roles.contains(role)
      }
    }
  }

  @Test func everyRouteRefusesWhomItsRowDoesNotName() async throws {
    try await LiveServer.run { try await Self.checkEveryRoute($0) }
  }

  private static func checkEveryRoute(_ server: LiveServer) async throws {
    let own = try await server.client("own")
    let project = try await server.project(own.key)
    var callers = [
      Caller(name: "nobody", token: nil, role: nil),
      Caller(
        name: "forged key", token: "live_" + String(repeating: "0", count: 64), role: nil),
    ]
    for role in Role.allCases {
      let token = try await server.signedIn(role, of: role.isOfClient ? own.id : nil)
      callers.append(Caller(name: role.rawValue, token: token, role: role))
    }
    for route in RouteTable.all where !route.path.contains("**") {
      // Signing out would end the caller's own session.
      if route.path == "/api/session" && route.method == .delete { continue }
      for caller in callers { try await check(route, caller, project, server) }
    }
  }

  private static func check(
    _ route: Route, _ caller: Caller, _ project: String, _ server: LiveServer
  ) async throws {
    let path = route.path.replacing("{project}", with: project)
      .replacing(try Regex(#"\{[a-z]+\}"#), with: "0123456789abcdef01234567")
    let answer = try await server.send(
      route.method.rawValue, path, route.method == .get ? nil : ["x": 1], token: caller.token)
    let isRefused = answer.status == 401 || answer.status == 403
    let place = "\(caller.name): \(route.method) \(route.path) → \(answer.status)"
    if caller.mayUse(route.access) {
      let isOwnMatter = route.path.hasSuffix("/verdict") || route.path == "/api/session"
      #expect(!isRefused || isOwnMatter, "\(place)")
      #expect(answer.status != 500, "\(place): \(answer.json.text)")
    } else {
      let isUnknown = route.access == .work && answer.status == 404
      #expect(isRefused || isUnknown, "\(place)")
    }
  }

  @Test func oneClientCannotSeeAnother() async throws {
    try await LiveServer.run { server in
      let (own, other) = (try await server.client("own"), try await server.client("other"))
      let project = try await server.project(own.key)
      let task = try await server.send(
        "POST", "/api/projects/\(project)/tasks", ["text": "secret"], token: own.key)
      let taskID = try #require(task.json["id"]?.string)
      let export = try await server.send(
        "POST", "/api/projects/\(project)/exports", ["format": "jsonl"], token: own.key)
      let exportID = try #require(export.json["id"]?.string)
      for (method, path) in [
        ("GET", "/api/projects/\(project)"), ("PATCH", "/api/projects/\(project)"),
        ("GET", "/api/projects/\(project)/tasks"), ("GET", "/api/tasks/\(taskID)"),
        ("POST", "/api/tasks/\(taskID)/cancellation"), ("GET", "/api/exports/\(exportID)/content"),
        ("POST", "/api/projects/\(project)/imports"), ("GET", "/api/projects/\(project)/quality"),
      ] {
        let answer = try await server.send(method, path, [:], token: other.key)
        #expect(answer.status == 404, "\(method) \(path) → \(answer.status)")
        let named = try await server.send(
          method, path, [:], token: other.key, headers: [("X-Assay-Client", own.id.text)])
        #expect(named.status == 404, "\(method) \(path) with the other's name → \(named.status)")
      }
      let list = try await server.send("GET", "/api/projects", token: other.key)
      #expect(list.json["items"]?.array?.isEmpty == true)
      #expect(try await server.send("GET", "/api/tasks/\(taskID)", token: own.key).status == 200)
    }
  }

  @Test func aWorkerSeesTheTaskAndNothingAboutIt() async throws {
    try await LiveServer.run { server in
      let own = try await server.client("SECRET-CLIENT")
      let project = try await server.project(own.key)
      _ = try await server.send(
        "POST", "/api/projects/\(project)/tasks",
        [
          "text": "shown", "metadata": ["m": "SECRET-META"],
          "gold": [
            "kind": "training", "annotations": [["class": "mood", "option": "good"]],
          ],
        ], token: own.key)
      _ = try await server.send(
        "POST", "/api/projects/\(project)/tasks", ["text": "next"], token: own.key)
      let worker = try await server.signedIn(.worker)
      let leases = try await server.send(
        "POST", "/api/work/\(project)/leases", [:], token: worker)
      #expect(leases.json["leases"]?.array?.count == 1)
      #expect(leases.json.text.contains("shown"), "training comes first")
      #expect(!leases.json.text.contains("SECRET"))
      #expect(!leases.json.text.contains("gold") && !leases.json.text.contains("expected"))
    }
  }
}
