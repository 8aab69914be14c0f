import Foundation
import HTTPTypes

extension HTTPFields {
  /// Whether who asks has what bears this tag: `If-None-Match`, compared weakly (RFC 9110 §13.1.2).
  ///
  /// - Parameter tag: with its quotes, and without commas.
  func have(tag: String) -> Bool {
    self[values: .ifNoneMatch].contains { list in
      list.split(separator: ",").contains { one in
        let one = one.trimmingCharacters(in: .whitespaces)
        return one == "*" || one == tag || one == "W/" + tag
      }
    }
  }
}
