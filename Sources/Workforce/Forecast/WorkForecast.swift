/// When work will be done and what it will cost, by how it went lately.
///
/// The future is drawn again and again from the past: where whole days are known, day by day, so that nights
/// and rush hours stay where they are; else hour by hour (block bootstrap; Künsch, 1989).
package struct WorkForecast: Hashable, Sendable {
  /// What is undercut in 1 case of 10, in 5, and in 9.
  package struct Range: Hashable, Sendable {
    package var low: Int64
    package var likely: Int64
    package var high: Int64

    init(_ sorted: [Int64]) {
      func quantile(_ share: Double) -> Int64 { sorted[Int(share * Double(sorted.count - 1) + 0.5)] }
      (low, likely, high) = (quantile(0.1), quantile(0.5), quantile(0.9))
    }
  }

  /// What is to be done of one batch.
  package struct Load: Hashable, Sendable {
    /// Answers that its plan still asks for.
    package var answers: Int
    /// Answers that come on top for each of them: doubt, and what is sent back.
    package var extraShare: Double

    package init(answers: Int, extraShare: Double = 0) {
      self.answers = answers
      self.extraShare = extraShare
    }
  }

  /// What an answer costs.
  package struct Cost: Hashable, Sendable {
    package var currency: Currency
    package var meanMicros: Double
    package var deviation: Double

    package init(_ currency: Currency, micros: [Int64]) {
      self.currency = currency
      let count = Double(max(1, micros.count))
      meanMicros = micros.reduce(0.0) { $0 + Double($1) } / count
      let mean = meanMicros
      let squares = micros.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
      deviation = micros.count > 1 ? (squares / (count - 1)).squareRoot() : mean / 2
    }
  }

  /// Hours from now; nil where at this rate it takes longer than `horizonHours`.
  package var hours: Range?
  package var answers: Range
  /// In micro-units; nil where nothing is known of what answers cost.
  package var cost: Range?

  package static let horizonHours = 24 * 365
  private static let draws = 400

  /// Forecasts of loads that are worked through one after the other.
  ///
  /// - Parameters:
  ///   - hourly: answers of the past hours, the oldest first.
  ///   - cost: of the newest answers.
  ///   - random: makes the draws; the same gives the same.
  /// - Complexity: O(draws × (hours needed + loads))
  package static func make(
    _ loads: [Load], hourly: [Int], cost: Cost?, random: inout some RandomNumberGenerator
  ) -> [WorkForecast] {
    var hours = [[Int64]](repeating: [], count: loads.count)
    var answers = hours
    var costs = hours
    let isRunning = hourly.contains { $0 > 0 }
    for _ in 0..<draws {
      var pace = Pace(hourly)
      var (hour, left) = (0, 0.0)
      for (place, load) in loads.enumerated() {
        let drawn = draw(load, &random)
        answers[place].append(Int64(drawn.rounded()))
        if let cost { costs[place].append(draw(cost, drawn, &random)) }
        var need = drawn
        while need > left, isRunning, hour < horizonHours {
          need -= left
          left = Double(pace.next(&random))
          hour += 1
        }
        left -= min(left, need)
        hours[place].append(Int64(isRunning && hour < horizonHours ? hour : horizonHours))
      }
    }
    return loads.indices.map { place in
      let when = Range(hours[place].sorted())
      return WorkForecast(
        hours: when.likely < Int64(horizonHours) ? when : nil, answers: Range(answers[place].sorted()),
        cost: cost == nil ? nil : Range(costs[place].sorted()))
    }
  }

  /// With what comes on top, which varies as counts do.
  private static func draw(_ load: Load, _ random: inout some RandomNumberGenerator) -> Double {
    let extra = Double(load.answers) * max(0, load.extraShare)
    return Double(load.answers) + max(0, extra + extra.squareRoot() * normal(&random))
  }

  private static func draw(
    _ cost: Cost, _ answers: Double, _ random: inout some RandomNumberGenerator
  ) -> Int64 {
    let sum = answers * cost.meanMicros + answers.squareRoot() * cost.deviation * normal(&random)
    return Int64(max(0, min(sum, 9e18)))
  }

  /// The sum of twelve uniform numbers less six is nearly normal.
  private static func normal(_ random: inout some RandomNumberGenerator) -> Double {
    (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &random) }
  }

  /// Hours drawn from the past.
  private struct Pace {
    private static let day = 24

    private let past: [Int]
    private var place = 0
    private var left = 0

    init(_ hourly: [Int]) { past = hourly }

    mutating func next(_ random: inout some RandomNumberGenerator) -> Int {
      guard !past.isEmpty else { return 0 }
      guard past.count >= 2 * Self.day else { return past.randomElement(using: &random) ?? 0 }
      if left == 0 {
        // The past ends now, so whole days before now begin at this hour of the day.
        let days = past.count / Self.day
        place = past.count - Self.day * Int.random(in: 1...days, using: &random)
        left = Self.day
      }
      defer { (place, left) = (place + 1, left - 1) }
      return past[place]
    }
  }
}
