/// What a project pays, in every currency it pays in. Plans are versioned: whoever was shown one version is
/// paid by it.
package struct PayPlan: Hashable, Sendable {
  /// Of different currencies. Whoever chose none of them is paid by the first.
  package var rates: [PayRate]
  /// By the name of a batch, what its tasks pay, in percent; 100 where it is not named.
  package var difficultyPercents: [String: Int64]

  package static let ratesLimit = 50
  package static let difficultiesLimit = 1000

  package init(rates: [PayRate], difficultyPercents: [String: Int64] = [:]) {
    self.rates = rates
    self.difficultyPercents = difficultyPercents
  }

  package func difficulty(of batch: String) -> Int64 { difficultyPercents[batch] ?? 100 }

  /// - Precondition: `check` found no fault.
  package func rate(in currency: Currency?) -> PayRate {
    rates.first { $0.currency == currency } ?? rates[0]
  }

  package func check() throws(PayRate.Fault) {
    guard (1...Self.ratesLimit).contains(rates.count) else {
      throw PayRate.Fault(path: "rates", problem: "must hold 1 to \(Self.ratesLimit) rates")
    }
    var seen: Set<Currency> = []
    for (place, rate) in rates.enumerated() {
      do {
        try rate.check()
      } catch {
        throw PayRate.Fault(path: "rates[\(place)].\(error.path)", problem: error.problem)
      }
      guard seen.insert(rate.currency).inserted else {
        throw PayRate.Fault(
          path: "rates[\(place)].currency", problem: "names \(rate.currency.code) a second time")
      }
    }
    guard difficultyPercents.count <= Self.difficultiesLimit else {
      throw PayRate.Fault(
        path: "difficulty", problem: "must name \(Self.difficultiesLimit) batches at most")
    }
    for (batch, percent) in difficultyPercents.sorted(by: { $0.key < $1.key })
    where !PayRate.difficultyPercents.contains(percent) {
      let range = PayRate.difficultyPercents
      throw PayRate.Fault(
        path: "difficulty.\(batch)",
        problem: "must lie in \(range.lowerBound)…\(range.upperBound) percent")
    }
  }
}
