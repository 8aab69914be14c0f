/// What a project pays for its work, in one currency.
package struct PayRate: Hashable, Sendable {
  /// What `perUnit` is paid for.
  package enum Unit: String, Hashable, Sendable, CaseIterable {
    /// Boxes, polygons, spans and all else that is drawn.
    case object
    /// Of texts that are written.
    case word
  }

  /// What is left of the pay for an answer that a reviewer rejects.
  package enum Rejection: String, Hashable, Sendable, CaseIterable {
    case nothing
    /// The hourly floor for the time at work.
    case floor
    case everything
  }

  package var currency: Currency
  /// In micro-units, as the three after it.
  package var perAnswer: Int64
  /// For a verdict of one of the operator's reviewers.
  package var perReview: Int64
  package var perUnit: Int64
  package var perActiveMinute: Int64
  package var unit: Unit
  /// What an hour at work earns at least, in micro-units; 0 for no floor. Each answer is looked at by itself,
  /// so that a quick one does not pay for a slow one.
  package var hourlyFloor: Int64
  package var rejection: Rejection
  /// Hours after which an answer's pay is settled, if nobody rejected or held it by then.
  package var settlesAfterHours: Int64

  /// Any of the four prices, in micro-units: ten thousand of the currency.
  package static let priceLimit: Int64 = 10_000_000_000
  /// The hourly floor, in micro-units: ten million of the currency.
  package static let floorLimit: Int64 = 10_000_000_000_000
  package static let settlesAfterHoursLimit: Int64 = 24 * 90
  package static let defaultSettlesAfterHours: Int64 = 72
  package static let difficultyPercents: ClosedRange<Int64> = 10...1000

  package init(
    currency: Currency, perAnswer: Int64 = 0, perUnit: Int64 = 0, perActiveMinute: Int64 = 0,
    perReview: Int64 = 0, unit: Unit = .object, hourlyFloor: Int64 = 0,
    rejection: Rejection = .floor,
    settlesAfterHours: Int64 = PayRate.defaultSettlesAfterHours
  ) {
    self.currency = currency
    self.perAnswer = perAnswer
    self.perReview = perReview
    self.perUnit = perUnit
    self.perActiveMinute = perActiveMinute
    self.unit = unit
    self.hourlyFloor = hourlyFloor
    self.rejection = rejection
    self.settlesAfterHours = settlesAfterHours
  }

  package struct Fault: Error, Hashable, Sendable {
    package var path: String
    package var problem: String
  }

  /// - Throws: `Fault` for what is below 0 or above its limit, and for a rate that pays nothing.
  package func check() throws(Fault) {
    let prices = [
      ("answer", perAnswer), ("unit", perUnit), ("active_minute", perActiveMinute),
      ("review", perReview),
    ]
    for (name, micros) in prices where !(0...Self.priceLimit).contains(micros) {
      throw Fault(path: name, problem: "must lie in 0…\(Self.priceLimit / 1_000_000)")
    }
    guard (0...Self.floorLimit).contains(hourlyFloor) else {
      throw Fault(path: "hourly_floor", problem: "must lie in 0…\(Self.floorLimit / 1_000_000)")
    }
    guard (0...Self.settlesAfterHoursLimit).contains(settlesAfterHours) else {
      throw Fault(
        path: "settles_after_hours", problem: "must lie in 0…\(Self.settlesAfterHoursLimit)")
    }
    guard hourlyFloor > 0 || prices.contains(where: { $0.1 > 0 }) else {
      throw Fault(
        path: "answer", problem: "must pay something, or unit, active_minute or hourly_floor")
    }
  }
}
