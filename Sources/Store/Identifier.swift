import Foundation
import Vault

/// A 24-digit lower-case hexadecimal id: 32 bits of seconds since 1970, 64 random bits.
///
/// Twelve bytes without a heap object, since rows of ids pass by the million. `Tag` keeps ids of
/// different things apart at no cost.
package struct Identifier<Tag>: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let seconds: UInt32
  package let random: UInt64

  package init(seconds: UInt32, random: UInt64) {
    self.seconds = seconds
    self.random = random
  }

  /// Ids that follow each other, beginning where the last 20 bits of this one are zero.
  ///
  /// - Parameter count: at most 2²⁰.
  package func run(of count: Int) -> [Identifier] {
    precondition(count <= 1 << 20)
    let first = random & ~0xF_FFFF
    return (0..<UInt64(count)).map { Identifier(seconds: seconds, random: first | $0) }
  }

  /// - Returns: nil unless the text has the form of an id.
  package init?(_ text: some StringProtocol) {
    guard let id = Self.digits(text.utf8) else { return nil }
    self = id
  }

  /// From a column of ours, which held an id when it was written; what is no id becomes zero,
  /// which nothing is called.
  package init(stored text: some Collection<UInt8>) {
    self = Self.digits(text) ?? Self(seconds: 0, random: 0)
  }

  private static func digits(_ text: some Collection<UInt8>) -> Self? {
    guard text.count == 24 else { return nil }
    var words: (high: UInt64, low: UInt64) = (0, 0)
    for byte in text {
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte - 0x30
      case 0x61...0x66: digit = byte - 0x61 + 10
      default: return nil
      }
      words.high = words.high << 4 | words.low >> 60
      words.low = words.low << 4 | UInt64(digit)
    }
    return Self(seconds: UInt32(truncatingIfNeeded: words.high), random: words.low)
  }

  /// Fills 24 bytes with the digits.
  package static func write(
    seconds: UInt32, random: UInt64, to bytes: UnsafeMutableBufferPointer<UInt8>
  ) {
    func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x61 - 10 + value }
    for place in 0..<8 {
      bytes[place] = digit(UInt8(truncatingIfNeeded: seconds >> (28 - 4 * UInt32(place))) & 15)
    }
    for place in 0..<16 {
      bytes[8 + place] = digit(UInt8(truncatingIfNeeded: random >> (60 - 4 * UInt64(place))) & 15)
    }
  }

  package var text: String {
    String(unsafeUninitializedCapacity: 24) { buffer in
      Self.write(seconds: seconds, random: random, to: buffer)
      return 24
    }
  }

  package static func < (a: Self, b: Self) -> Bool {
    a.seconds != b.seconds ? a.seconds < b.seconds : a.random < b.random
  }

  package var description: String { text }
  package var sql: SQLValue { .identifier(seconds: seconds, random: random) }
}

extension Identifier: SealedPlace {
  package func append(to place: inout [UInt8]) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 24) { digits in
      Self.write(seconds: seconds, random: random, to: digits)
      place.append(contentsOf: digits)
    }
  }
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
package enum ReleaseTag {}
package enum ReleaseLinkTag {}
package enum DatasetTag {}
package enum SliceTag {}
package enum RemoteSourceTag {}
package enum UploadTag {}
package enum ContributionTag {}
package enum GroupTag {}
package enum PayoutTag {}
package enum DecisionTag {}

package typealias ClientID = Identifier<ClientTag>
package typealias UserID = Identifier<UserTag>
package typealias KeyID = Identifier<KeyTag>
package typealias ProjectID = Identifier<ProjectTag>
package typealias BatchID = Identifier<BatchTag>
package typealias TaskID = Identifier<TaskTag>
package typealias AssetID = Identifier<AssetTag>
package typealias LeaseID = Identifier<LeaseTag>
package typealias GroupID = Identifier<GroupTag>
package typealias PayoutID = Identifier<PayoutTag>
package typealias DecisionID = Identifier<DecisionTag>
package typealias AnswerID = Identifier<AnswerTag>
package typealias ImportID = Identifier<ImportTag>
package typealias ExportID = Identifier<ExportTag>
package typealias ReleaseID = Identifier<ReleaseTag>
package typealias ReleaseLinkID = Identifier<ReleaseLinkTag>
package typealias DatasetID = Identifier<DatasetTag>
package typealias SliceID = Identifier<SliceTag>
package typealias RemoteSourceID = Identifier<RemoteSourceTag>
package typealias UploadID = Identifier<UploadTag>
package typealias ContributionID = Identifier<ContributionTag>
