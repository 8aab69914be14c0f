import Notation
import Workflow

/// A quality plan as JSON, as clients send it and as it is stored.
package enum PlanNotation {
  package static func plan(stored text: String) throws -> QualityPlan {
    try plan(from: JSON(parsing: text))
  }

  /// - Throws: `.invalid` with the path of the member.
  package static func plan(from json: JSON) throws(Refusal) -> QualityPlan {
    try known(json, ["answers", "gold", "review"], "plan")
    var plan = QualityPlan()
    if let answers = json["answers"] {
      let path = "plan.answers"
      try known(answers, ["min", "max", "targetConfidence", "method", "errorCost"], path)
      let maximum = try count(answers["max"], path + ".max")
      let minimum = try count(answers["min"], path + ".min") ?? maximum.map { min(1, $0) } ?? 1
      plan.answers = .init(min: minimum, max: maximum)
      if let target = answers["targetConfidence"] {
        plan.answers.targetConfidence = try number(target, path + ".targetConfidence")
      }
      if let method = answers["method"] {
        guard let known = method.string.flatMap(QualityPlan.Method.init) else {
          throw .invalid(path: path + ".method", problem: "must be majority or dawidSkene")
        }
        plan.answers.method = known
      }
      if let cost = answers["errorCost"], cost != .null {
        plan.answers.errorCost = try number(cost, path + ".errorCost")
      }
    }
    if let gold = json["gold"] { plan.gold = try self.gold(gold) }
    if let json = json["review"], json != .null { plan.review = try review(json) }
    return plan
  }

  private static func gold(_ json: JSON) throws(Refusal) -> QualityPlan.Gold {
    let path = "plan.gold"
    try known(json, ["rate", "training"], path)
    var gold = QualityPlan.Gold()
    if let rate = json["rate"] { gold.rate = try number(rate, path + ".rate") }
    if let training = try count(json["training"], path + ".training") { gold.training = training }
    return gold
  }

  private static func review(_ json: JSON) throws(Refusal) -> QualityPlan.Review {
    let path = "plan.review"
    try known(
      json,
      [
        "sampleRate", "belowConfidence", "belowAccuracy", "classes", "maxReworks", "reviewers",
        "stages",
      ], path)
    var review = QualityPlan.Review()
    if let rate = json["sampleRate"] {
      review.sampleRate = try number(rate, path + ".sampleRate")
    }
    if let below = json["belowConfidence"] {
      review.belowConfidence = try number(below, path + ".belowConfidence")
    }
    if let below = json["belowAccuracy"] {
      review.belowAccuracy = try number(below, path + ".belowAccuracy")
    }
    if let classes = json["classes"] {
      let names = (classes.array ?? [.null]).map(\.string)
      guard names.allSatisfy({ $0 != nil }) else {
        throw .invalid(
          path: path + ".classes", problem: "must be an array of names of classes or options")
      }
      review.classes = Set(names.compactMap { $0 })
    }
    if let reworks = try count(json["maxReworks"], path + ".maxReworks") {
      review.maxReworks = reworks
    }
    if let reviewers = try count(json["reviewers"], path + ".reviewers") {
      review.reviewers = reviewers
    }
    if let stages = try count(json["stages"], path + ".stages") { review.stages = stages }
    return review
  }

  /// - Throws: `.invalid` for what is no object, and for a member of another name.
  static func known(
    _ json: JSON, _ names: [String], _ path: String
  ) throws(Refusal) {
    guard let members = json.members else {
      throw .invalid(path: path, problem: "must be an object, not \(json.kindName)")
    }
    for member in members where !names.contains(member.name) {
      throw .invalid(
        path: "\(path).\(member.name)",
        problem: "is not known; known are \(names.joined(separator: ", "))")
    }
  }

  private static func count(_ json: JSON?, _ path: String) throws(Refusal) -> Int? {
    guard let json else { return nil }
    guard let number = json.integer.flatMap({ Int(exactly: $0) }) else {
      throw .invalid(path: path, problem: "must be a whole number, not \(json.kindName)")
    }
    return number
  }

  private static func number(_ json: JSON, _ path: String) throws(Refusal) -> Double {
    guard let number = json.number else {
      throw .invalid(path: path, problem: "must be a number, not \(json.kindName)")
    }
    return number
  }

  package static func json(_ plan: QualityPlan) -> JSON {
    var review = JSON.null
    if let stage = plan.review {
      review = [
        "sampleRate": .double(stage.sampleRate), "belowConfidence": .double(stage.belowConfidence),
        "belowAccuracy": .double(stage.belowAccuracy),
        "classes": .array(stage.classes.sorted().map { .string($0) }),
        "maxReworks": .int(Int64(stage.maxReworks)), "reviewers": .int(Int64(stage.reviewers)),
        "stages": .int(Int64(stage.stages)),
      ]
    }
    return [
      "answers": [
        "min": .int(Int64(plan.answers.min)), "max": .int(Int64(plan.answers.max)),
        "targetConfidence": .double(plan.answers.targetConfidence),
        "method": .string(plan.answers.method.rawValue),
        "errorCost": plan.answers.errorCost.map { .double($0) } ?? .null,
      ],
      "gold": [
        "rate": .double(plan.gold.rate), "training": .int(Int64(plan.gold.training)),
      ], "review": review,
    ]
  }
}
