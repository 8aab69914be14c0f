import Foundation
import Notation
import Store
import Testing
import Workflow
import Workforce

@testable import Platform

@Suite struct OwnQualityTests {
  @Test func qualityIsToldByWholeWeeksThatAreOver() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project(QualityPlan(answers: .init(min: 3)))
    try await fixture.load(6, into: project)
    // c says something else than a and b, every time.
    for (worker, option) in [("a", "good"), ("b", "good"), ("c", "bad")] {
      while let task = try await fixture.next(project, worker) {
        try await fixture.submit(project, worker, task.lease.id, option)
      }
    }
    func measure(_ worker: String) async throws -> OwnQuality.Measure {
      try await fixture.vault { try await OwnQuality($0).measure(worker, in: project.id) }
    }
    #expect(try await measure("a").judged == 0, "this week says nothing yet")
    fixture.advance(7 * WorkDays.dayMilliseconds)
    let (able, other) = (try await measure("a"), try await measure("c"))
    #expect(able.judged == 6 && able.share == 1 && other.share == 0)
    #expect(able.interval.lowerBound > 0.6 && other.interval.upperBound < 0.4)
    #expect(able.weeks.map(\.judged) == [6])
    fixture.advance(7 * WorkDays.dayMilliseconds * OwnQuality.weeks)
    #expect(try await measure("a").judged == 0, "what is long ago is not told")
  }
}

@Suite struct OwnQualitySecrecyTests {
  @Test func aWeekWithFewJudgedAnswersIsNotTold() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project(QualityPlan(answers: .init(min: 2)))
    try await fixture.load(Int(OwnQuality.leastJudged) - 1, into: project)
    for worker in ["a", "b"] {
      while let task = try await fixture.next(project, worker) {
        try await fixture.submit(project, worker, task.lease.id)
      }
    }
    fixture.advance(7 * WorkDays.dayMilliseconds)
    let told = try await fixture.vault { try await OwnQuality($0).measure("a", in: project.id) }
    #expect(told.judged == 0 && told.weeks.isEmpty)
  }
}

@Suite struct RoutingNotationTests {
  @Test func whatIsOutOfRangeIsRefusedWithItsPlace() {
    let wrong: [(JSON, String)] = [
      (["priority": 101], "priority"), (["priority": -1], "priority"), (["priority": 1.5], "priority"),
      (["max_share_percent": 0], "max_share_percent"), (["max_share_percent": 101], "max_share_percent"),
      (["own_team_hours": 721], "own_team_hours"), (["exposure": ["minutes_per_day": 5]], "exposure.warning"),
      (["exposure": ["warning": "w"]], "exposure.minutes_per_day"),
      (["exposure": ["warning": "w", "minutes_per_day": 0]], "exposure.minutes_per_day"),
    ]
    for (json, path) in wrong {
      do {
        _ = try RoutingNotation.routing(from: json)
        Issue.record("\(json) was taken")
      } catch {
        guard case .invalid(let place, _) = error else {
          Issue.record("\(error)")
          return
        }
        #expect(place == path)
      }
    }
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    let routings = [
      ProjectRouting(),
      ProjectRouting(
        priority: 100, shareLimitPercent: 100, ownTeamHours: 720,
        exposure: .init(warning: "w", minutesPerDay: 1440)),
    ]
    for routing in routings {
      #expect(try RoutingNotation.routing(from: RoutingNotation.json(routing)) == routing)
    }
  }
}

@Suite struct TextConductTests {
  @Test func whoWritesTheSameAgainOrAsAModelDoesIsKnown() async throws {
    let ontology: JSON = ["classes": [["name": "why", "kind": "text", "required": true]]]
    let work = try await PaidWork(QualityPlan(), ontology: ontology)
    try await work.fixture.load(6, into: work.project)
    let texts = [
      "The first answer is shorter and names the river that the question asks about.",
      "As an AI language model, I would say that the second answer is better for the reader.",
    ]
    for place in 0..<6 {
      let task = try await work.lease()
      _ = try await work.fixture.vault {
        try await Answers(
          $0, worker: $0.key.pseudonym(of: work.worker.text), project: work.project.id
        ).submit(
          [["class": "why", "text": .string(texts[place % 2])]], for: task.lease.id, activeMilliseconds: 1)
      }
    }
    let listing = try #require(try await Directory(work.fixture.engine).find(work.project.id))
    let conduct = try await ConductReview(work.fixture.engine).conducts(on: listing).first?.1
    #expect(conduct?[.duplicateTexts] == 4 && conduct?[.modelLikeTexts] == 3)
    let made = try await ConductReview(work.fixture.engine).run(on: listing)
    #expect(Set(made.map(\.action)) == [.warn, .holdPay])
  }
}
