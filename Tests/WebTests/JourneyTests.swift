import Foundation
import Notation
import Platform
import Store
import Testing

@testable import Formats
@testable import Web

@Suite struct JourneyTests {
  @Test func fromImportToExportOverHTTP() async throws {
    try await LiveServer.run { server in
      let own = try await server.client("own")
      let project = try await server.project(own.key, min: 2)
      let report = try await server.send(
        "POST", "/api/projects/\(project)/imports", token: own.key,
        bytes: Data("{\"text\":\"a\"}\n{\"text\":\n{\"text\":\"b\"}\n".utf8))
      #expect(report.status == 201 && report.json["created"] == .int(2))
      #expect(report.json["problems"]?.array?.first?["line"] == .int(2))
      for _ in 0..<2 {
        let worker = try await server.signedIn(.worker)
        for _ in 0..<2 {
          let leases = try await server.send(
            "POST", "/api/work/\(project)/leases", [:], token: worker)
          let lease = try #require(leases.json["leases"]?.array?.first?["id"]?.string)
          let receipt = try await server.send(
            "POST", "/api/work/\(project)/leases/\(lease)/answer",
            ["annotations": [["class": "mood", "option": "good"]], "active_seconds": 1.5],
            token: worker)
          #expect(receipt.status == 200 && receipt.json["standing"]?.string == "counted")
        }
      }
      let export = try await server.send(
        "POST", "/api/projects/\(project)/exports", ["format": "jsonl"], token: own.key)
      let id = try #require(export.json["id"]?.string)
      let whole = try await server.send("GET", "/api/exports/\(id)/content", token: own.key)
      #expect(whole.status == 200)
      #expect(whole.body.split(separator: 0x0A).count == 2)
      let half = whole.body.count / 2
      let tail = try await server.send(
        "GET", "/api/exports/\(id)/content", token: own.key, headers: [("Range", "bytes=\(half)-")])
      #expect(tail.status == 206 && tail.body == whole.body.dropFirst(half))
      #expect(tail.headers["content-range"] == "bytes \(half)-\(whole.body.count - 1)/\(whole.body.count)")
      let beyond = try await server.send(
        "GET", "/api/exports/\(id)/content", token: own.key,
        headers: [("Range", "bytes=\(whole.body.count)-")])
      #expect(beyond.status == 416)
    }
  }

  @Test func atomicImportsAndKeysAnswerAsDocumented() async throws {
    try await LiveServer.run { server in
      let own = try await server.client("own")
      let project = try await server.project(own.key)
      let path = "/api/projects/\(project)/imports"
      let refused = try await server.send(
        "POST", path + "?atomic=true", token: own.key, bytes: Data("{\"text\":\"a\"}\n{".utf8))
      #expect(refused.status == 422 && refused.json["report"]?["created"] == .int(0))
      let key = [("Idempotency-Key", "k1")]
      let first = try await server.send(
        "POST", path, token: own.key, headers: key, bytes: Data("{\"text\":\"a\"}".utf8))
      let second = try await server.send(
        "POST", path, token: own.key, headers: key, bytes: Data("{\"text\":\"a\"}".utf8))
      #expect(first.status == 201 && second.status == 200)
      #expect(second.json["replayed"] == true)
      let other = try await server.send(
        "POST", path, token: own.key, headers: key, bytes: Data("{\"text\":\"b\"}".utf8))
      #expect(other.status == 409)
      let zipped = try await server.send(
        "POST", path, token: own.key, headers: [("Content-Encoding", "gzip")],
        bytes: Data([0x1F, 0x8B]))
      #expect(zipped.status == 415)
    }
  }

  @Test func problemsSayWhatWhereAndWhatToDo() async throws {
    try await LiveServer.run { server in
      let own = try await server.client("own")
      let bad = try await server.send(
        "POST", "/api/projects", token: own.key, bytes: Data("{\"name\": ".utf8))
      #expect(bad.status == 400 && bad.json["place"]?.string == "byte 10")
      #expect(bad.headers["content-type"] == "application/problem+json")
      let unknown = try await server.send(
        "POST", "/api/projects", ["name": "x", "ontolgy": [:]], token: own.key)
      #expect(unknown.status == 422 && unknown.json["place"]?.string == "ontolgy")
      let ontology = try await server.send(
        "POST", "/api/projects",
        ["name": "x", "ontology": ["classes": [["name": "a", "kind": "category"]]]],
        token: own.key)
      #expect(ontology.json["place"]?.string == "ontology.classes[0].options")
      let large = try await server.send(
        "POST", "/api/projects", token: own.key, bytes: Data(count: Call.bodyLimit + 1))
      #expect(large.status == 413)
    }
  }

  @Test func filesAreSniffedServedSafelyAndLinkedForOneReader() async throws {
    try await LiveServer.run { server in
      let own = try await server.client("own")
      let png = Data(PNGWriter.png([UInt8](repeating: 5, count: 30), width: 5, height: 2))
      func upload(_ content: Data) async throws -> LiveServer.Answer {
        let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../x.html\"\r\n\r\n"
        return try await server.send(
          "POST", "/api/assets", token: own.key,
          headers: [("Content-Type", "multipart/form-data; boundary=b")],
          bytes: Data(head.utf8) + content + Data("\r\n--b--\r\n".utf8))
      }
      let stored = try await upload(png)
      let asset = try #require(stored.json["items"]?.array?.first)
      #expect(asset["name"]?.string == "x.html" && asset["type"]?.string == "image/png")
      #expect(asset["width"] == .int(5))
      #expect(try await upload(Data("<html>".utf8)).status == 415)
      let id = try #require(asset["id"]?.string)
      let content = try await server.send("GET", "/api/assets/\(id)/content", token: own.key)
      #expect(content.body == png && content.headers["x-content-type-options"] == "nosniff")
      #expect(content.headers["content-security-policy"]?.contains("sandbox") == true)
      let project = try await server.project(own.key)
      _ = try await server.send(
        "POST", "/api/projects/\(project)/tasks", ["image": .string(id)], token: own.key)
      let (ann, bob) = (try await server.signedIn(.worker), try await server.signedIn(.worker))
      let leases = try await server.send("POST", "/api/work/\(project)/leases", [:], token: ann)
      let task = leases.json["leases"]?.array?.first?["task"]
      let link = try #require(task?["media"]?["image"]?.string)
      #expect(try await server.send("GET", link, token: ann).body == png)
      #expect(try await server.send("GET", link, token: bob).status == 404)
      #expect(try await server.send("GET", link).status == 401)
      let longer = link.replacing("expires=", with: "expires=9")
      #expect(try await server.send("GET", longer, token: ann).status == 404)
    }
  }

  @Test func cookiesDoNotWorkFromOtherSites() async throws {
    try await LiveServer.run { server in
      let own = try await server.client("own")
      let users = Users(server.engine, actor: .console, password: Password(logN: 10))
      _ = try await users.create(
        email: "a@x.org", password: "password12345", role: .admin, client: own.id)
      let entered = try await server.send(
        "POST", "/api/session", ["email": "a@x.org", "password": "password12345"])
      let cookie = try #require(entered.headers["set-cookie"])
      #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"))
      #expect(entered.json["token"] == nil)
      let pair = String(cookie.split(separator: ";")[0])
      let body: JSON = ["name": "x"]
      for (site, isRefused) in [("cross-site", true), ("same-site", true), ("same-origin", false)] {
        let answer = try await server.send(
          "POST", "/api/projects", body, headers: [("Cookie", pair), ("Sec-Fetch-Site", site)])
        #expect((answer.status == 403) == isRefused, "\(site) → \(answer.status)")
      }
      let origin = try await server.send(
        "POST", "/api/projects", body,
        headers: [("Cookie", pair), ("Origin", "https://evil.example")])
      #expect(origin.status == 403)
    }
  }

  @Test func theShellNamesItsTreeAndTheTreeNeverChanges() async throws {
    try await LiveServer.run { server in
      let shell = try await server.send("GET", "/")
      let html = String(decoding: shell.body, as: UTF8.self)
      let tree = try #require(html.firstMatch(of: try Regex("/a/[0-9a-f]{16}"))).output[0].substring
      let script = try await server.send("GET", "\(try #require(tree))/main.js")
      #expect(script.status == 200)
      #expect(script.headers["cache-control"]?.contains("immutable") == true)
      #expect(shell.headers["cache-control"] == "no-cache")
      #expect(shell.headers["content-security-policy"]?.contains("default-src 'none'") == true)
      #expect(!html.contains("<script>") && !html.contains("style="))
      #expect(try await server.send("GET", "/a/0000000000000000/main.js").status == 404)
      #expect(try await server.send("GET", "\(try #require(tree))/../../etc/passwd").status == 404)
    }
  }

  @Test func oneTaskIsMadeOnceUnderItsKeyAndWithoutOneEachTime() async throws {
    try await LiveServer.run { server in
      let own = try await server.client("Lab")
      let project = try await server.project(own.key)
      func make(_ text: String, key: String?) async throws -> LiveServer.Answer {
        try await server.send(
          "POST", "/api/projects/\(project)/tasks", ["text": .string(text)], token: own.key,
          headers: key.map { [("Idempotency-Key", $0)] } ?? [])
      }
      let first = try await make("a", key: "once")
      let again = try await make("a", key: "once")
      #expect(first.status == 201 && again.status == 201)
      #expect(first.json["id"] != nil && first.json["id"] == again.json["id"])
      #expect(try await make("b", key: "once").status == 409)
      let (one, two) = (try await make("a", key: nil), try await make("a", key: nil))
      #expect(one.json["id"] != two.json["id"])
    }
  }

  @Test func aParameterThatARouteDoesNotHaveIsRefused() async throws {
    try await LiveServer.run { server in
      let key = try await server.client("Lab").key
      let wrong = try await server.send("GET", "/api/projects?limit=5&offset=3", token: key)
      #expect(wrong.status == 422 && wrong.json["place"] == "offset")
      #expect(wrong.json["detail"]?.string?.contains("after, limit") == true)
      #expect(try await server.send("GET", "/api/datasets?x=1", token: key).status == 422)
      #expect(try await server.send("GET", "/api/projects?limit=5", token: key).status == 200)
    }
  }

  @Test func anotherMethodIsToldFromNoAddress() async throws {
    try await LiveServer.run { server in
      let refused = try await server.send("PUT", "/api/datasets")
      #expect(refused.status == 405 && refused.json["type"]?.string == "/problems/wrong-method")
      #expect(refused.headers["allow"] == "GET, POST")
      #expect(try await server.send("GET", "/api/nothing").status == 404)
    }
  }

  @Test func theOpenAPIDocumentNamesEveryRoute() async throws {
    try await LiveServer.run { server in
      let document = try await server.send("GET", "/openapi.json").json
      #expect(document["openapi"]?.string == "3.1.0")
      let leases = document["paths"]?["/api/work/{project}/leases"]?["post"]?["requestBody"]
      let schema = leases?["content"]?["application/json"]?["schema"]
      #expect(schema?["properties"]?["stage"]?["enum"] == ["label", "review"])
      let members = document["paths"]?["/api/members"]?["post"]?["requestBody"]
      #expect(
        members?["content"]?["application/json"]?["schema"]?["required"]
          == ["email", "password", "role"])
      #expect(members?["required"] == true && leases?["required"] == false)
      let items = document["paths"]?["/api/datasets/{dataset}/items"]?["get"]?["parameters"]
      let names = items?.array?.compactMap { $0["name"]?.string }
      #expect(names == ["dataset", "query", "offset", "limit", "sets", "similar"])
      for route in RouteTable.all where route.path.hasPrefix("/api") {
        let method = route.method.rawValue.lowercased()
        let path = OpenAPI.path(of: route)
        #expect(document["paths"]?[path]?[method] != nil, "\(method) \(path)")
        #expect(!path.contains("*"))
      }
    }
  }
}
