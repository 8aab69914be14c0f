import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Platform

/// The one way in: finds out who asks, checks the route's access, runs it, and turns any error
/// into a problem.
struct Gate: Sendable {
  static let cookieName = "assay_session"

  let services: Services
  let logger: Logger

  func run(_ route: Route, _ request: Request, _ context: VisitContext) async -> Response {
    do {
      let credential = Self.credential(request)
      if case .cookie = credential, route.method != .get, route.method != .head {
        try Self.refuseCrossSite(request)
      }
      var principal: Principal?
      if let credential {
        principal = try await services.signIn.principal(secret: credential.secret)
      }
      if route.access != .anyone, principal == nil { throw Denial.notSignedIn }
      if principal?.readsOnly == true, ![.get, .head].contains(route.method), !route.isForReaders {
        throw Denial.readsOnly
      }
      if case .staff(let roles) = route.access, principal?.isStaff(in: roles) != true {
        throw Denial.forbidden
      }
      if route.access == .workers, principal?.isWorker != true { throw Denial.forbidden }
      var call = Call(
        services: services, request: request,
        queries: QueryString(request.uri.query ?? ""), query: route.query,
        parameters: context.parameters, access: route.access, body: route.body,
        principal: principal, address: context.address(of: request))
      if route.path.hasPrefix("/api/") { try call.refuseOtherQueries() }
      switch route.access {
      case .client: _ = try call.clientID()
      case .work: call.listing = try await call.findWork()
      default: break
      }
      return try await route.handler(call)
    } catch {
      let problem = Problem.of(error)
      let response =
        ScaleProblem.concerns(route.path)
        ? ScaleProblem.response(to: error, problem, route.path) : problem.response
      if response.status.code == 500 {
        logger.error(
          "request failed",
          metadata: ["route": "\(route.method) \(route.path)", "error": "\(error)"])
      }
      return response
    }
  }

  enum Credential {
    case cookie(String)
    case header(String)

    var secret: String {
      switch self {
      case .cookie(let secret), .header(let secret): secret
      }
    }
  }

  /// Bearer and Basic (the key as user name), else the session cookie.
  static func credential(_ request: Request) -> Credential? {
    if let header = request.headers[.authorization] {
      let parts = header.split(separator: " ", maxSplits: 1)
      guard parts.count == 2 else { return nil }
      if parts[0].lowercased() == "bearer" { return .header(String(parts[1])) }
      if parts[0].lowercased() == "basic",
        let data = Data(base64Encoded: String(parts[1])),
        let user = String(decoding: data, as: UTF8.self).split(
          separator: ":", maxSplits: 1, omittingEmptySubsequences: false
        ).first
      {
        return .header(String(user))
      }
      return nil
    }
    return cookie(cookieName, of: request).map { .cookie($0) }
  }

  static func cookie(_ name: String, of request: Request) -> String? {
    for header in request.headers[values: .cookie] {
      for pair in header.split(separator: ";") {
        let parts = pair.split(separator: "=", maxSplits: 1)
        if parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == name {
          return String(parts[1])
        }
      }
    }
    return nil
  }

  /// A cookie rides along with requests that other sites cause; browsers say so.
  static func refuseCrossSite(_ request: Request) throws(Denial) {
    if let site = request.headers[.secFetchSite] {
      guard site == "same-origin" || site == "none" else { throw .crossSite }
    } else if let origin = request.headers[.origin] {
      let host = request.head.authority ?? ""
      guard origin.split(separator: "/").last.map(String.init) == host else { throw .crossSite }
    }
  }
}

/// Headers that every answer carries.
struct SecurityHeaders<Context: RequestContext>: RouterMiddleware {
  static var policy: String {
    """
    default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; \
    worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types app
    """
  }

  func handle(
    _ request: Request, context: Context,
    next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    var response: Response
    do {
      response = try await next(request, context)
    } catch {
      let problem = Problem.of(error)
      response =
        ScaleProblem.concerns(request.uri.path)
        ? ScaleProblem.response(to: error, problem, request.uri.path) : problem.response
    }
    let fixed: [(HTTPField.Name?, String)] = [
      (.contentSecurityPolicy, Self.policy),
      (.xContentTypeOptions, "nosniff"),
      (HTTPField.Name("Referrer-Policy"), "same-origin"),
      (HTTPField.Name("Cross-Origin-Opener-Policy"), "same-origin"),
      (HTTPField.Name("Cross-Origin-Embedder-Policy"), "require-corp"),
      (HTTPField.Name("Cross-Origin-Resource-Policy"), "same-origin"),
    ]
    for case (let name?, let value) in fixed where response.headers[name] == nil {
      response.headers[name] = value
    }
    if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    return response
  }
}
