import HTTPTypes
import Hummingbird
import Notation
import Platform
import Wire

/// Errors as Scale's clients read them: `{"status_code": 400, "error": "…"}`.
enum ScaleProblem {
  static func concerns(_ path: String) -> Bool {
    path.hasPrefix("/v1/") || path.hasPrefix("/v2/")
  }

  /// - Parameter path: of the route, or of the request where it has none.
  static func response(to error: any Error, _ problem: Problem, _ path: String) -> Response {
    let (status, text) = statement(error, problem)
    // Its Python client takes a 409 of a path with "task" in it for a repeated creation and looks
    // for a unique id in the body it sent: only routes that sent one may answer so.
    let mayConflict = !path.contains("{task}/") || path.hasSuffix("/unique_id")
    let shown: HTTPResponse.Status = status == .conflict && !mayConflict ? .badRequest : status
    return .json(
      ["status_code": .int(Int64(shown.code)), "error": .string(text)], status: shown)
  }

  private static func statement(
    _ error: any Error, _ problem: Problem
  ) -> (HTTPResponse.Status, String) {
    switch error {
    case let fault as ScaleFault: return (.badRequest, fault.text)
    case Refusal.uniqueIDTaken(let uniqueID, let task):
      return (
        .conflict,
        "The unique_id (\"\(uniqueID)\") is already used for a different task (\(task))."
      )
    case Refusal.requestKeyTaken(let key, let task):
      return (
        .conflict,
        "The idempotency key (\"\(key)\") is already used for a different task (\(task))."
      )
    case Denial.notSignedIn:
      return (.unauthorized, "Please provide a valid API key.")
    case Refusal.notPossible: return (.badRequest, problem.detail)
    case Refusal.egress, Refusal.unsupportedMedia: return (.badRequest, problem.detail)
    default:
      let status: HTTPResponse.Status =
        problem.status == .unprocessableContent ? .badRequest : problem.status
      return (status, problem.detail.isEmpty ? problem.title : problem.detail)
    }
  }
}
