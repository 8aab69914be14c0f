import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Platform

/// The one way out. Resolves a host once and connects to just that address; refuses addresses
/// outside the public internet unless the operator allows them; looks at every redirect anew;
/// caps bytes and time; tells nobody what the other side said.
package final class GuardedFetcher: Fetcher {
  package static let redirectLimit = 5
  package static let timeoutSeconds = 60
  /// What is asked with JSON is answered by a model, which may take its time.
  package static let answerSeconds = 300

  private let allowed: [AddressRange]

  /// - Parameter allowed: ranges that may be fetched from although they are not public.
  package init(allowed: [AddressRange]) { self.allowed = allowed }

  package func fetch(_ url: String, limit: Int) async throws(EgressRefusal) -> Data {
    try await page(at: url, limit: limit).body
  }

  package func page(at url: String, limit: Int) async throws(EgressRefusal) -> FetchedPage {
    let (place, body) = try await follow(url, .GET) { try await Self.body(of: $0, limit: limit) }
    return FetchedPage(url: place, body: body)
  }

  package func head(of url: String) async throws(EgressRefusal) -> FileHead {
    do {
      return try await follow(url, .HEAD) { response in
        func field(_ name: String) -> String? { response.headers.first(name: name) }
        let etag = field("ETag").map { $0.replacing("W/", with: "").filter { $0 != "\"" } }
        let length = field("Content-Length")
        return FileHead(
          version: etag ?? [field("Last-Modified"), length].compactMap { $0 }.joined(separator: " "),
          size: length.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil })
      }.1
    } catch .status(405), .status(501) {
      return FileHead()
    }
  }

  private func follow<T: Sendable>(
    _ url: String, _ method: HTTPMethod, _ read: (HTTPClientResponse) async throws -> T
  ) async throws(EgressRefusal) -> (url: String, T) {
    var url = url
    for _ in 0...Self.redirectLimit {
      switch try await step(url, method, read) {
      case .answer(let answer): return (url, answer)
      case .redirect(let next): url = next
      }
    }
    throw .tooManyRedirects(limit: Self.redirectLimit)
  }

  package func post(
    _ json: Data, to url: String, headers: [(name: String, value: String)]
  ) async throws(EgressRefusal) -> Int {
    try await send(json, to: url, headers, seconds: 30) { Int($0.status.code) }
  }

  package func ask(
    _ json: Data, at url: String, headers: [(name: String, value: String)], limit: Int
  ) async throws(EgressRefusal) -> Data {
    try await send(json, to: url, headers, seconds: Self.answerSeconds) { response in
      guard response.status == .ok else { throw EgressRefusal.status(Int(response.status.code)) }
      return try await Self.body(of: response, limit: limit)
    }
  }

  private func send<T: Sendable>(
    _ json: Data, to url: String, _ headers: [(name: String, value: String)], seconds: Int,
    _ read: (HTTPClientResponse) async throws -> T
  ) async throws(EgressRefusal) -> T {
    let (host, address) = try await destination(url)
    do {
      return try await withClient(host, address, readSeconds: seconds) { client in
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "User-Agent", value: "Assay")
        request.headers.add(name: "Content-Type", value: "application/json")
        for header in headers { request.headers.add(name: header.name, value: header.value) }
        request.body = .bytes(ByteBuffer(bytes: json))
        return try await read(
          client.execute(request, deadline: .now() + .seconds(Int64(seconds))))
      }
    } catch let refusal as EgressRefusal {
      throw refusal
    } catch let error as HTTPClientError where error == .deadlineExceeded {
      throw .timedOut(seconds: seconds)
    } catch {
      throw .unreachable(host: host)
    }
  }

  private enum Step<T: Sendable>: Sendable {
    case answer(T)
    case redirect(String)
  }

  /// The host a URL names and the address that was checked for it.
  private func destination(
    _ text: String
  ) async throws(EgressRefusal) -> (host: String, address: IPAddress) {
    guard let components = URLComponents(string: text), let host = components.host, !host.isEmpty
    else { throw .notHTTP("this") }
    let scheme = components.scheme?.lowercased() ?? ""
    guard scheme == "http" || scheme == "https" else { throw .notHTTP("\(scheme):") }
    let bare = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
    return (bare, try await resolve(bare))
  }

  private func step<T: Sendable>(
    _ text: String, _ method: HTTPMethod, _ read: (HTTPClientResponse) async throws -> T
  ) async throws(EgressRefusal) -> Step<T> {
    let (host, address) = try await destination(text)
    do {
      return try await withClient(host, address) { try await exchange($0, text, method, read) }
    } catch let refusal as EgressRefusal {
      throw refusal
    } catch {
      throw .unreachable(host: host)
    }
  }

  private func withClient<T: Sendable>(
    _ host: String, _ address: IPAddress, readSeconds: Int = 30,
    _ body: (HTTPClient) async throws -> T
  ) async throws -> T {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow,
      timeout: .init(connect: .seconds(10), read: .seconds(Int64(readSeconds))))
    // Connect to the address that was checked, whatever the name says a moment later.
    configuration.dnsOverride = [host: "\(address)"]
    configuration.httpVersion = .http1Only
    let client = HTTPClient(
      eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton),
      configuration: configuration)
    let result: Result<T, any Error>
    do {
      result = .success(try await body(client))
    } catch {
      result = .failure(error)
    }
    try? await client.shutdown()
    return try result.get()
  }

  private func exchange<T: Sendable>(
    _ client: HTTPClient, _ url: String, _ method: HTTPMethod,
    _ read: (HTTPClientResponse) async throws -> T
  ) async throws -> Step<T> {
    var request = HTTPClientRequest(url: url)
    request.method = method
    request.headers.add(name: "User-Agent", value: "Assay")
    let response: HTTPClientResponse
    do {
      response = try await client.execute(
        request, deadline: .now() + .seconds(Int64(Self.timeoutSeconds)))
    } catch let error as HTTPClientError where error == .deadlineExceeded {
      throw EgressRefusal.timedOut(seconds: Self.timeoutSeconds)
    }
    if (300..<400).contains(Int(response.status.code)),
      let location = response.headers.first(name: "Location"),
      let next = URL(string: location, relativeTo: URL(string: url))
    {
      return .redirect(next.absoluteString)
    }
    guard response.status == .ok else {
      throw EgressRefusal.status(Int(response.status.code))
    }
    return .answer(try await read(response))
  }

  private static func body(of response: HTTPClientResponse, limit: Int) async throws -> Data {
    if let length = response.headers.first(name: "Content-Length").flatMap({ Int($0) }),
      length > limit
    {
      throw EgressRefusal.tooLarge(limit: limit)
    }
    var data = Data()
    for try await buffer in response.body {
      guard data.count + buffer.readableBytes <= limit else {
        throw EgressRefusal.tooLarge(limit: limit)
      }
      data.append(contentsOf: buffer.readableBytesView)
    }
    return data
  }

  /// The first address of the host, if all of them may be reached: a name with one public and one
  /// private address is a trick.
  private func resolve(_ host: String) async throws(EgressRefusal) -> IPAddress {
    let addresses = await Self.addresses(of: host)
    guard let first = addresses.first else { throw .unresolvable(host: host) }
    for address in addresses {
      let inner = address.unwrapped
      let isSpecial = AddressRange.special.contains { $0.contains(inner) || $0.contains(address) }
      let isAllowed = allowed.contains { $0.contains(inner) || $0.contains(address) }
      if isSpecial && !isAllowed { throw .privateAddress(host: host, address: "\(inner)") }
    }
    return first
  }

  /// By the system's resolver, which reads decimal, octal and other spellings as it would when
  /// connecting.
  private static func addresses(of host: String) async -> [IPAddress] {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else {
          return continuation.resume(returning: [])
        }
        defer { freeaddrinfo(list) }
        var addresses: [IPAddress] = []
        var next = list
        while let entry = next?.pointee {
          var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
          if getnameinfo(
            entry.ai_addr, entry.ai_addrlen, &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST)
            == 0
          {
            let text = String(
              decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if let address = IPAddress(String(text.prefix { $0 != "%" })) {
              addresses.append(address)
            }
          }
          next = entry.ai_next
        }
        continuation.resume(returning: addresses)
      }
    }
  }
}
