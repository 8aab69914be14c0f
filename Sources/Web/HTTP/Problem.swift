import Foundation
import Hummingbird
import NIOCore
import Notation
import Platform
import Store
import Vault
import Workflow

/// An error as RFC 9457 shows it: a stable type, what went wrong, where, and what to do.
struct Problem {
  var status: HTTPResponse.Status
  /// Stable: programs may rely on it.
  var type: String
  var title: String
  var detail: String
  var place: String?
  var remedy: String?
  var retryAfterSeconds: Int?
  /// The methods that the address takes, where it was another.
  var allowed: [String] = []
  /// More facts, such as an import's report.
  var extra: [JSON.Member] = []

  init(
    _ status: HTTPResponse.Status, _ type: String, _ title: String, _ detail: String,
    place: String? = nil, remedy: String? = nil
  ) {
    self.status = status
    self.type = type
    self.title = title
    self.detail = detail
    self.place = place
    self.remedy = remedy
  }

  var json: JSON {
    var members: [JSON.Member] = [
      .init("type", .string("/problems/\(type)")), .init("title", .string(title)),
      .init("status", .int(Int64(status.code))), .init("detail", .string(detail)),
    ]
    if let place { members.append(.init("place", .string(place))) }
    if let remedy { members.append(.init("remedy", .string(remedy))) }
    return .object(members + extra)
  }

  /// - Parameter taken: the methods that the address takes.
  static func wrongMethod(taken: [String]) -> Problem {
    var problem = Problem(
      .methodNotAllowed, "wrong-method", "Not this way",
      "There is something at this address, which takes \(taken.joined(separator: ", ")).")
    problem.allowed = taken
    return problem
  }

  var response: Response {
    var headers: HTTPFields = [.contentType: "application/problem+json"]
    if !allowed.isEmpty { headers[.allow] = allowed.joined(separator: ", ") }
    if let retryAfterSeconds { headers[.retryAfter] = "\(retryAfterSeconds)" }
    if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
    return Response(
      status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: json.utf8)))
  }

  /// What any error looks like from outside.
  static func of(_ error: any Error) -> Problem {
    switch error {
    case let refusal as Refusal: of(refusal)
    case let denial as Denial: of(denial)
    case let store as StoreError: of(store)
    case BlobError.full: of(Refusal.noSpace)
    case let http as HTTPError: of(http)
    case let fault as TaskLifecycle.Fault:
      Problem(.conflict, "not-possible", "Not possible now", "\(fault)")
    case let broken as SealBroken:
      Problem(
        .internalServerError, "sealed-data-broken", "Stored data cannot be opened",
        "\(broken.place) does not open with this vault's key.",
        remedy: "Run `assay doctor` on the data folder.")
    default:
      Problem(
        .internalServerError, "internal", "Something went wrong here",
        "The request could not be finished. It is safe to send it again.")
    }
  }

  private static func of(_ denial: Denial) -> Problem {
    switch denial {
    case .notSignedIn:
      Problem(
        .unauthorized, "not-signed-in", "Sign in first", "This needs a session or an API key.",
        remedy: "Send `Authorization: Bearer <key>`, or sign in.")
    case .forbidden:
      Problem(
        .forbidden, "forbidden", "Not allowed", "Your role does not allow this.",
        remedy: "Ask an admin of the client for the role.")
    case .readsOnly:
      Problem(
        .forbidden, "forbidden", "Not allowed", "This key only reads.",
        remedy: "Use a key that was made without reads_only.")
    case .crossSite:
      Problem(
        .forbidden, "cross-site", "Refused", "The request came from another site.")
    }
  }

  private static func of(_ error: StoreError) -> Problem {
    switch error {
    case .full: return of(Refusal.noSpace)
    case .busy:
      var problem = Problem(
        .serviceUnavailable, "busy", "Busy", "The data folder was locked for too long.",
        remedy: "Try again.")
      problem.retryAfterSeconds = 1
      return problem
    default:
      return Problem(
        .internalServerError, "storage", "The store failed",
        "The data could not be read or written.", remedy: "Run `assay doctor`.")
    }
  }

  private static func of(_ error: HTTPError) -> Problem {
    switch error.status {
    case .notFound:
      Problem(.notFound, "not-found", "Not found", "There is nothing at this address.")
    default: Problem(error.status, "http", error.status.reasonPhrase, error.body ?? "")
    }
  }
}
