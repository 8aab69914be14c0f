import HTTPTypes
import Hummingbird
import NIOCore

/// A request's context that knows where it comes from.
struct VisitContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  private let peer: String?

  init(source: Source) {
    coreContext = .init(source: source)
    peer = source.channel.remoteAddress?.ipAddress
  }

  /// The address of whoever asks; empty where it is not known. What a proxy says of it is believed where the
  /// proxy runs on this machine.
  func address(of request: Request) -> String {
    let peer = peer ?? ""
    guard peer == "127.0.0.1" || peer == "::1", let said = request.headers[.forwardedFor],
      let last = said.split(separator: ",").last
    else { return peer }
    return last.trimmingCharacters(in: .whitespaces)
  }
}
