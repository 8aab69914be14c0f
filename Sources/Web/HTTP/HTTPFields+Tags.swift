import Foundation
import HTTPTypes

extension HTTPFields {
  /// Whether who asks has what bears this tag: `If-None-Match`, compared weakly (RFC 9110 §13.1.2).
  ///
  /// - Parameter tag: with its quotes, and without commas.
  func have(tag: String) -> Bool {
    tags(in: .ifNoneMatch).contains { $0 == "*" || $0 == tag || $0 == "W/" + tag }
  }

  /// Whether who asks wants what bears this tag: `If-Match`, compared strongly (RFC 9110 §13.1.1). Who names
  /// no tag takes anything.
  func want(tag: String) -> Bool {
    let asked = tags(in: .ifMatch)
    return asked.isEmpty || asked.contains { $0 == "*" || $0 == tag }
  }

  private func tags(in name: HTTPField.Name) -> [String] {
    self[values: name].flatMap { list in
      list.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    }
  }
}
