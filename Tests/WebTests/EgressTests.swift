import Foundation
import HTTPTypes
import Notation
import Platform
import Store
import Testing

@testable import Web

@Suite struct EgressTests {
  @Test(arguments: [
    "http://127.0.0.1:1/x", "http://localhost/x", "http://[::1]/x", "http://10.0.0.1/x",
    "http://192.168.1.1/x", "http://169.254.169.254/latest/meta-data", "http://100.64.0.1/",
    "http://0.0.0.0/", "http://[::ffff:127.0.0.1]/", "http://2130706433/", "http://0177.0.0.1/",
    "http://[fd00::1]/", "http://[64:ff9b::7f00:1]/",
  ])
  func privateAddressesAreRefusedInEverySpelling(url: String) async throws {
    do {
      _ = try await GuardedFetcher(allowed: []).fetch(url, limit: 1000)
      Issue.record("fetched \(url)")
    } catch EgressRefusal.privateAddress {
    } catch EgressRefusal.unresolvable {
    }
  }

  @Test(arguments: ["file:///etc/passwd", "gopher://x/", "ftp://x/", "x", "", "http://"])
  func onlyWebAddressesAreFetched(url: String) async throws {
    do {
      _ = try await GuardedFetcher(allowed: []).fetch(url, limit: 1000)
      Issue.record("fetched \(url)")
    } catch EgressRefusal.notHTTP {}
  }

  @Test func anAllowedRangeIsFetchedFromAndRedirectsAreLookedAtAnew() async throws {
    try await LiveServer.run { server in
      let fetcher = GuardedFetcher(allowed: [try #require(AddressRange("127.0.0.0/8"))])
      let body = try await fetcher.fetch(server.url + "/healthz", limit: 1000)
      #expect(String(decoding: body, as: UTF8.self).contains("ok"))
      do {
        _ = try await fetcher.fetch(server.url + "/openapi.json", limit: 100)
        Issue.record("read over the limit")
      } catch EgressRefusal.tooLarge(let limit) { #expect(limit == 100) }
      do {
        _ = try await fetcher.fetch(server.url + "/nothing", limit: 1000)
        Issue.record("took a 404")
      } catch EgressRefusal.status(let code) { #expect(code == 404) }
    }
  }

  @Test func aRefusedURLTellsNothingOfTheOtherSide() async throws {
    try await LiveServer.run { server in
      let own = try await server.client("own")
      let answer = try await server.send(
        "POST", "/api/assets", ["url": .string(server.url + "/healthz")], token: own.key)
      #expect(answer.status == 422 && answer.json["type"]?.string == "/problems/egress-refused")
      #expect(!answer.json.text.contains("\"ok\""))
    }
  }

  @Test func rangesContainWhatTheyShould() throws {
    let range = try #require(AddressRange("10.1.0.0/16"))
    #expect(range.contains(try #require(IPAddress("10.1.255.1"))))
    #expect(!range.contains(try #require(IPAddress("10.2.0.1"))))
    #expect(AddressRange("10.0.0.0/33") == nil && AddressRange("x") == nil)
    #expect(AddressRange("0.0.0.0/0")?.contains(try #require(IPAddress("8.8.8.8"))) == true)
    #expect(AddressRange("0.0.0.0/0")?.contains(try #require(IPAddress("::1"))) == false)
  }
}

@Suite struct PartsTests {
  @Test func rangesOfBytes() {
    func parse(_ text: String) -> ByteRange.Request {
      ByteRange.parse([.range: text], tag: "t", size: 100)
    }
    #expect(parse("bytes=10-19") == .part(ByteRange(start: 10, end: 20)))
    #expect(parse("bytes=90-") == .part(ByteRange(start: 90, end: 100)))
    #expect(parse("bytes=90-500") == .part(ByteRange(start: 90, end: 100)))
    #expect(parse("bytes=90-\(Int.max)") == .part(ByteRange(start: 90, end: 100)))
    #expect(parse("bytes=-\(Int.max)") == .part(ByteRange(start: 0, end: 100)))
    #expect(parse("bytes=\(Int.max)-\(Int.max)") == .unsatisfiable)
    #expect(parse("bytes=-5") == .part(ByteRange(start: 95, end: 100)))
    #expect(parse("bytes=100-") == .unsatisfiable)
    #expect(parse("bytes=-0") == .unsatisfiable)
    #expect(parse("bytes=90-\(Int.max)0") == .part(ByteRange(start: 90, end: 100)))
    #expect(parse("bytes=\(Int.max)0-") == .unsatisfiable)
    for odd in ["bytes=5-1", "bytes=x-", "bytes=1-2,4-5", "lines=1-2", "bytes=--5", "bytes=+1-2"] {
      #expect(parse(odd) == .whole)
    }
    #expect(
      ByteRange.parse([.range: "bytes=1-", .ifRange: "\"other\""], tag: "t", size: 100) == .whole)
  }

  @Test func whoHasWhatBearsATagSaysSoInAnyForm() {
    for known in ["\"t\"", "W/\"t\"", "\"a\", \"t\"", "*", "\"a\",W/\"t\" , \"b\""] {
      #expect(([.ifNoneMatch: known] as HTTPFields).have(tag: "\"t\""), "\(known)")
    }
    for other in ["\"a\"", "t", "\"t", "w/\"t\"", ""] {
      #expect(!([.ifNoneMatch: other] as HTTPFields).have(tag: "\"t\""), "\(other)")
    }
    #expect(!HTTPFields().have(tag: "\"t\""))
  }

  @Test func boundariesOfForms() {
    #expect(Multipart.boundary("multipart/form-data; boundary=\"a b\"") == "a b")
    #expect(Multipart.boundary("application/json") == nil)
    #expect(Multipart.boundary("multipart/form-data; boundary=") == nil)
  }
}
