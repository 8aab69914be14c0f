#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Evidence, answer by answer, that somebody's objects and texts are not made from the tasks: they agree
/// with nobody. A sequential probability ratio (Wald, 1945) that begins anew where it falls to nothing, as
/// `ChanceEvidence` does; careless people agree a fifth as often as the crowd, able ones seven tenths.
package struct DisagreementEvidence: Sendable {
  private static let carelessPart = 0.2
  private static let ablePart = 0.7

  private let careless: Double
  private let able: Double

  /// log₁₀ of the ratio since it last began; 0 or more.
  package private(set) var strength = 0.0

  /// - Parameter rate: how often answers of this crowd agree with another's to the same task, 0…1; a crowd
  ///   that hardly agrees gives no evidence.
  package init(rate: Double) {
    careless = min(max(rate * Self.carelessPart, 0.01), 0.99)
    able = min(max(rate * Self.ablePart, 0.01), 0.99)
  }

  package mutating func add(agrees: Bool) {
    let ratio = agrees ? careless / able : (1 - careless) / (1 - able)
    strength = max(0, strength + log10(ratio))
  }
}
