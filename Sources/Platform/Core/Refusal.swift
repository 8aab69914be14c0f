import Foundation
import Labels
import Notation
import Store
import Workflow
import Workforce

/// Why something that was asked for is not done. Facts only: the words for people are made where
/// they are shown.
package enum Refusal: Error, Hashable, Sendable {
  /// Things that can be missing or taken.
  package enum Thing: String, Hashable, Sendable {
    case client, user, key, project, batch, task, asset, lease, answer, export, `import`
    case group, invitation, chart
    case earning, payout, decision, appeal, invoice
    case release, file, link
    case dataset, item, slice
    case source, upload
    case labelSet = "set of labels"
  }

  case unknown(Thing, String)
  case taken(Thing, String)
  /// Somebody gave the very same file to the project already.
  case contributedBefore(String)
  /// Another task has this unique id.
  case uniqueIDTaken(String, by: String)
  /// Another request was made under this key.
  case requestKeyTaken(String, by: String)
  /// A value of the request: `path` says where, `problem` is a clause.
  case invalid(path: String, problem: String)
  case notJSON(JSONError)
  case annotation(AnnotationFault)
  case ontology(OntologyFault)
  /// What was asked does not fit the state the thing is in.
  case notPossible(Thing, state: String, asked: String)
  /// The operator's rule for a project asks for what this worker lacks.
  case notEligible([Eligibility.Missing])
  case leaseEnded(state: String)
  case answeredDifferently(AnswerID)
  case reworksExhausted(limit: Int)
  case leaseLimit(Int)
  case tooLarge(what: String, limit: Int)
  case unsupportedMedia(what: String)
  case egress(EgressRefusal)
  case alreadyRunning(Thing, String)
  /// An address of a release that nobody gave so.
  case unknownLink
  /// The address of a release was good until then, in milliseconds since 1970.
  case linkEnded(at: Int64)
  case wrongPassword
  case tooManyAttempts(retryAfterSeconds: Int)
  case noSpace

  /// Whether it says that there is no space left, whichever layer noticed.
  static func isOfSpace(_ error: any Error) -> Bool {
    switch error {
    case Refusal.noSpace, BlobError.full, StoreError.full: true
    case let error as CocoaError: error.code == .fileWriteOutOfSpace
    default: false
    }
  }
}

/// Why the guarded fetcher did not bring a URL.
package enum EgressRefusal: Error, Hashable, Sendable {
  case notHTTP(String)
  case unresolvable(host: String)
  case privateAddress(host: String, address: String)
  case tooManyRedirects(limit: Int)
  case tooLarge(limit: Int)
  case timedOut(seconds: Int)
  case status(Int)
  case unreachable(host: String)
}

extension EgressRefusal {
  /// Without a full stop.
  package var sentence: String {
    switch self {
    case .notHTTP(let scheme): "Only http and https URLs are fetched, not \(scheme)"
    case .unresolvable(let host): "The host \(host) has no address"
    case .privateAddress(let host, let address):
      "\(host) is at \(address), an address within private networks; the operator can allow it "
        + "with --egress-allow"
    case .tooManyRedirects(let limit): "It redirects more than \(limit) times"
    case .tooLarge(let limit): "It has more than \(limit) bytes"
    case .timedOut(let seconds): "It did not answer within \(seconds) seconds"
    case .status(let code): "It answered with status \(code)"
    case .unreachable(let host): "The host \(host) cannot be reached"
    }
  }

  /// Whether another try can help.
  package var isPassing: Bool {
    switch self {
    case .status(let code): code >= 500 || [408, 425, 429].contains(code)
    case .timedOut, .unreachable, .unresolvable: true
    case .notHTTP, .privateAddress, .tooManyRedirects, .tooLarge: false
    }
  }
}
