/// What one piece of work earns, line by line, so that whoever did it can follow the reckoning.
package struct Earning: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case answer, units, time
    /// A verdict.
    case review
    /// More or less for a task that is harder or easier than others.
    case difficulty
    /// What was missing to the hourly floor.
    case floor
  }

  package struct Line: Hashable, Sendable {
    package var kind: Kind
    /// Answers, units, or milliseconds at work.
    package var quantity: Int64
    package var micros: Int64

    package init(kind: Kind, quantity: Int64, micros: Int64) {
      self.kind = kind
      self.quantity = quantity
      self.micros = micros
    }
  }

  /// Those that pay something, in the order they are reckoned.
  package var lines: [Line]
  /// Micro-units; never below 0.
  package var micros: Int64
  /// What stays of it where the answer is rejected.
  package var microsIfRejected: Int64

  /// - Throws: `Money.Overflow`, for more units or time than can be paid.
  package init(_ work: Work, at rate: PayRate) throws(Money.Overflow) {
    let milliseconds = max(0, work.activeMilliseconds)
    let units = max(0, work.units)
    lines = []
    (micros, microsIfRejected) = (0, 0)
    if work.isReview {
      try add(.review, 1, rate.perReview)
    } else {
      try add(.answer, 1, rate.perAnswer)
      try add(.units, units, Money.scaled(rate.perUnit, by: units, over: 1))
    }
    try add(.time, milliseconds, Money.scaled(rate.perActiveMinute, by: milliseconds, over: 60_000))
    try add(
      .difficulty, work.difficultyPercent,
      Money.scaled(micros, by: work.difficultyPercent - 100, over: 100))
    let floor = try Money.scaled(rate.hourlyFloor, by: milliseconds, over: 3_600_000)
    try add(.floor, milliseconds, max(0, floor - micros))
    microsIfRejected =
      switch rate.rejection {
      case .nothing: 0
      case .floor: floor
      case .everything: micros
      }
  }

  private mutating func add(
    _ kind: Kind, _ quantity: Int64, _ amount: Int64
  ) throws(Money.Overflow) {
    guard amount != 0 else { return }
    let sum = micros.addingReportingOverflow(amount)
    guard !sum.overflow else { throw Money.Overflow() }
    micros = sum.partialValue
    lines.append(Line(kind: kind, quantity: quantity, micros: amount))
  }
}
