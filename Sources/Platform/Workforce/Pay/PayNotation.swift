import Notation
import Workforce

/// What a project pays, as JSON, as the operator sends it and as it is stored. Amounts are decimal numbers of
/// the currency, as strings so that nothing is lost of them: `"0.035"`.
package enum PayNotation {
  package static func plan(stored text: String) throws -> PayPlan {
    try plan(from: JSON(parsing: text))
  }

  /// - Throws: `.invalid` with the path of the member.
  package static func plan(from json: JSON) throws(Refusal) -> PayPlan {
    try PlanNotation.known(json, ["rates", "difficulty"], "pay")
    guard let rates = json["rates"]?.array else {
      throw .invalid(path: "rates", problem: "must be an array of rates")
    }
    var plan = PayPlan(rates: [])
    for (place, rate) in rates.enumerated() {
      plan.rates.append(try self.rate(rate, "rates[\(place)]"))
    }
    if let difficulty = json["difficulty"], difficulty != .null {
      guard let members = difficulty.members else {
        throw .invalid(path: "difficulty", problem: "must be an object of percents by batch name")
      }
      for member in members {
        guard let percent = member.value.integer else {
          throw .invalid(
            path: "difficulty.\(member.name)", problem: "must be a whole number of percent")
        }
        plan.difficultyPercents[member.name] = percent
      }
    }
    do {
      try plan.check()
    } catch {
      throw .invalid(path: error.path, problem: error.problem)
    }
    return plan
  }

  private static func rate(_ json: JSON, _ path: String) throws(Refusal) -> PayRate {
    try PlanNotation.known(
      json,
      [
        "currency", "answer", "unit", "active_minute", "review", "unit_is", "hourly_floor",
        "on_rejection",
        "settles_after_hours",
      ], path)
    func amount(_ name: String) throws(Refusal) -> Int64 {
      guard let value = json[name], value != .null else { return 0 }
      return try micros(value, "\(path).\(name)")
    }
    var rate = PayRate(
      currency: try currency(json["currency"], path + ".currency"), perAnswer: try amount("answer"),
      perUnit: try amount("unit"), perActiveMinute: try amount("active_minute"),
      perReview: try amount("review"),
      hourlyFloor: try amount("hourly_floor"))
    if let unit = json["unit_is"], unit != .null {
      rate.unit = try choice(unit, path + ".unit_is")
    }
    if let rejection = json["on_rejection"], rejection != .null {
      rate.rejection = try choice(rejection, path + ".on_rejection")
    }
    if let hours = json["settles_after_hours"], hours != .null {
      guard let number = hours.integer else {
        throw .invalid(path: path + ".settles_after_hours", problem: "must be a whole number")
      }
      rate.settlesAfterHours = number
    }
    return rate
  }

  package static func currency(_ json: JSON?, _ path: String) throws(Refusal) -> Currency {
    guard let currency = json?.string.flatMap(Currency.init) else {
      throw .invalid(path: path, problem: "must be a code of ISO 4217, like USD")
    }
    return currency
  }

  /// A decimal amount, as a string or a number that has at most six decimal places.
  package static func micros(_ json: JSON, _ path: String) throws(Refusal) -> Int64 {
    let text =
      switch json {
      case .string(let text): text
      case .int(let number): "\(number)"
      case .double(let number): "\(number)"
      default: ""
      }
    guard let micros = Money.micros(decimal: text) else {
      throw .invalid(
        path: path, problem: "must be an amount with up to six decimal places, like \"0.035\"")
    }
    return micros
  }

  private static func choice<T: RawRepresentable & CaseIterable>(
    _ json: JSON, _ path: String
  ) throws(Refusal) -> T where T.RawValue == String {
    guard let value = json.string.flatMap(T.init) else {
      let all = T.allCases.map(\.rawValue).joined(separator: ", ")
      throw .invalid(path: path, problem: "must be one of \(all)")
    }
    return value
  }

  package static func json(_ plan: PayPlan) -> JSON {
    [
      "rates": .array(plan.rates.map { json($0) }),
      "difficulty": .object(
        plan.difficultyPercents.sorted { $0.key < $1.key }.map { .init($0.key, .int($0.value)) }),
    ]
  }

  package static func json(_ rate: PayRate) -> JSON {
    func amount(_ micros: Int64) -> JSON { .string(Money(micros: micros, rate.currency).decimal) }
    return [
      "currency": .string(rate.currency.code), "answer": amount(rate.perAnswer),
      "unit": amount(rate.perUnit), "unit_is": .string(rate.unit.rawValue),
      "active_minute": amount(rate.perActiveMinute), "review": amount(rate.perReview),
      "hourly_floor": amount(rate.hourlyFloor), "on_rejection": .string(rate.rejection.rawValue),
      "settles_after_hours": .int(rate.settlesAfterHours),
    ]
  }

  /// How an earning was reckoned, as it is kept.
  static func json(_ lines: [Earning.Line]) -> JSON {
    .array(
      lines.map {
        [
          "kind": .string($0.kind.rawValue), "quantity": .int($0.quantity),
          "micros": .int($0.micros),
        ]
      })
  }

  static func lines(stored text: String) throws -> [Earning.Line] {
    try (JSON(parsing: text).array ?? []).compactMap { line in
      guard let kind = line["kind"]?.string.flatMap(Earning.Kind.init),
        let quantity = line["quantity"]?.integer, let micros = line["micros"]?.integer
      else { return nil }
      return Earning.Line(kind: kind, quantity: quantity, micros: micros)
    }
  }
}
