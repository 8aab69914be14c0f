import Foundation

/// A 24-digit lower-case hexadecimal id: 32 bits of seconds since 1970, 64 random bits.
///
/// `Tag` keeps ids of different things apart at no cost.
package struct Identifier<Tag>: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  /// - Returns: nil unless the text has the form of an id.
  package init?(_ text: some StringProtocol) {
    guard text.utf8.count == 24,
      text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { return nil }
    self.text = String(text)
  }

  /// From a column of ours, which held an id when it was written.
  package init(stored text: String) { self.text = text }

  package init(seconds: UInt32, random: UInt64) {
    let digits = Array("0123456789abcdef".utf8)
    self.text = String(unsafeUninitializedCapacity: 24) { buffer in
      for place in 0..<8 {
        buffer[place] = digits[Int(seconds >> UInt32(28 - 4 * place)) & 15]
      }
      for place in 0..<16 {
        buffer[8 + place] = digits[Int(truncatingIfNeeded: random >> UInt64(60 - 4 * place)) & 15]
      }
      return 24
    }
  }

  package var description: String { text }
  package var sql: SQLValue { .text(text) }
}

package enum ClientTag {}
package enum UserTag {}
package enum KeyTag {}
package enum ProjectTag {}
package enum BatchTag {}
package enum TaskTag {}
package enum AssetTag {}
package enum LeaseTag {}
package enum AnswerTag {}
package enum ImportTag {}
package enum ExportTag {}

package typealias ClientID = Identifier<ClientTag>
package typealias UserID = Identifier<UserTag>
package typealias KeyID = Identifier<KeyTag>
package typealias ProjectID = Identifier<ProjectTag>
package typealias BatchID = Identifier<BatchTag>
package typealias TaskID = Identifier<TaskTag>
package typealias AssetID = Identifier<AssetTag>
package typealias LeaseID = Identifier<LeaseTag>
package typealias AnswerID = Identifier<AnswerTag>
package typealias ImportID = Identifier<ImportTag>
package typealias ExportID = Identifier<ExportTag>
