import Foundation
import Testing
import Workflow

@testable import Platform

@Suite struct GoldTests {
  private static func gold(
    _ text: String, _ option: String, _ kind: String = "evaluation", _ more: String = ""
  ) -> String {
    """
    {"text": "\(text)", "gold": {"kind": "\(kind)", \
    "annotations": [{"class": "mood", "option": "\(option)"}]\(more)}}
    """
  }

  private func start(
    _ plan: QualityPlan.Gold, gold: [String], tasks: Int = 200, answers: Int = 1, seed: UInt64 = 1
  ) async throws -> (Fixture, Project) {
    let fixture = try await Fixture(seed: seed)
    let project = try await fixture.project(QualityPlan(answers: .init(min: answers), gold: plan))
    let lines = gold + (0..<tasks).map { #"{"text": "t\#($0)"}"# }
    let report = try await fixture.load(lines.joined(separator: "\n"), into: project)
    #expect(report.created == lines.count)
    return (fixture, project)
  }

  /// Answers tasks until none is left; `true` says the truth of gold, `false` the opposite.
  private func work(
    _ fixture: Fixture, _ project: Project, _ worker: String, limit: Int = .max,
    isRight: (String) -> Bool = { _ in true }
  ) async throws -> [LeasedTask] {
    var done: [LeasedTask] = []
    while done.count < limit, let leased = try await fixture.next(project, worker) {
      let text = leased.content.params["text"]?.string ?? ""
      let truth = text.contains("bad") ? "bad" : "good"
      let other = truth == "bad" ? "good" : "bad"
      try await fixture.submit(
        project, worker, leased.lease.id, isRight(text) ? truth : other)
      done.append(leased)
    }
    return done
  }

  @Test func goldIsHiddenInTheStreamAtTheRateAndSeenOnce() async throws {
    let gold = (0..<60).map { number in
      let truth = number % 2 == 0 ? "good" : "bad"
      return Self.gold("g\(number) \(truth)", truth)
    }
    let (fixture, project) = try await start(.init(rate: 0.2, training: 0), gold: gold)
    let done = try await work(fixture, project, "a")
    let seen = done.filter { $0.task.gold != nil }
    #expect(done.count - seen.count == 200)
    // Chance is under the vault's key, which is another each time: four standard deviations (of 7.9) below.
    #expect((18...60).contains(seen.count), "of about 50 that are due: \(seen.count)")
    #expect(Set(seen.map(\.task.seq)).count == seen.count, "nobody sees one twice")
    let bad = seen.filter { ($0.content.params["text"]?.string ?? "").contains("bad") }.count
    #expect(abs(2 * bad - seen.count) <= 1, "balanced over the classes")
    let counts = try await fixture.counts(project)
    #expect(counts.completed == 260 && counts.answers == done.count)
  }

  @Test func noGoldComesAtRateZeroOrWhereNothingElseIsLeft() async throws {
    let (fixture, project) = try await start(
      .init(rate: 0, training: 0), gold: [Self.gold("g", "good")], tasks: 20)
    #expect(try await work(fixture, project, "a").count == 20)
    let (other, idle) = try await start(
      .init(rate: 0.5, training: 3), gold: [Self.gold("g", "good", "training")], tasks: 0)
    #expect(try await other.next(idle, "a") == nil)
  }

  @Test func trainingComesFirstAndIsExplained() async throws {
    let gold = (0..<4).map {
      Self.gold("g\($0)", "bad", "training", #", "explanation": "It says so.""#)
    }
    let (fixture, project) = try await start(.init(rate: 0, training: 3), gold: gold, tasks: 10)
    for turn in 0..<4 {
      let leased = try #require(try await fixture.next(project, "new"))
      #expect((leased.task.gold == .training) == (turn < 3))
      let receipt = try await fixture.submit(project, "new", leased.lease.id, "good")
      #expect(receipt.lesson?.isRight == (turn < 3 ? false : nil))
      #expect(receipt.lesson?.explanation == (turn < 3 ? "It says so." : nil))
      let again = try await fixture.submit(project, "new", leased.lease.id, "good")
      #expect(again == receipt, "the same answer again is told the same")
    }
    let report = try await fixture.vault { try await Quality($0).report(on: project.id) }
    #expect(report.annotators.first?.judged == 0, "training is not held against anybody")
  }

  @Test func anAnswerToGoldJudgesAndMayBeRevised() async throws {
    let (fixture, project) = try await start(
      .init(rate: 0.5, training: 0), gold: (0..<5).map { Self.gold("g\($0)", "bad") }, tasks: 60,
      answers: 2)
    let done = try await work(fixture, project, "a") { !$0.hasPrefix("g") }
    let gold = try #require(done.last { $0.task.gold != nil })
    func record() async throws -> AnnotatorRecord? {
      try await fixture.vault { try await Quality($0).report(on: project.id) }.annotators.first
    }
    // “good” was given where “bad” is known: `work` answers the opposite of what the text says.
    #expect(try await record()?.judged == 5)
    let before = try await record()?.agreed ?? 0
    let option = before == 0 ? "bad" : "good"
    _ = try await fixture.vault {
      try await Answers($0, worker: "a", project: project.id).revise(
        gold.lease.id, [["class": "mood", "option": .string(option)]])
    }
    #expect(try await record()?.judged == 5)
    #expect(abs((try await record()?.agreed ?? 0) - before) == 1)
  }

  @Test func goldThatGoodAnnotatorsMissIsTakenOutAndCostsNobody() async throws {
    // The known answer of “wrong” is not what everybody sees.
    let gold = (0..<30).map { Self.gold("g\($0) good", "good") } + [Self.gold("wrong good", "bad")]
    let (fixture, project) = try await start(.init(rate: 0.5, training: 0), gold: gold, tasks: 400)
    for worker in ["a", "b", "c", "d", "e", "f"] {
      _ = try await work(fixture, project, worker, limit: 62)
    }
    let list = try await fixture.vault {
      try await GoldTasks($0, actor: .console).list(in: project.id)
    }
    let first = try #require(list.first)
    #expect(first.gold.state == .suspect && first.gold.reason == .wrong)
    #expect(list.dropFirst().allSatisfy { $0.gold.state == .live })
    let report = try await fixture.vault { try await Quality($0).report(on: project.id) }
    #expect(report.annotators.allSatisfy { $0.judged == $0.agreed }, "its verdicts are taken back")
    let retired = try await fixture.vault {
      try await GoldTasks($0, actor: .console).retire(first.task)
    }
    #expect(retired.gold.state == .retired)
  }

  @Test func aResultBecomesGoldForThoseWhoHaveNotSeenIt() async throws {
    let (fixture, project) = try await start(.init(rate: 0.5, training: 0), gold: [], tasks: 40)
    let first = try #require(try await work(fixture, project, "a", limit: 1).first)
    let open = try #require(try await fixture.tasks(project).last)
    await #expect(throws: Refusal.self, "a task without a result is none") {
      try await fixture.vault {
        try await GoldTasks($0, actor: .console).make(open.id, kind: .evaluation)
      }
    }
    let entry = try await fixture.vault {
      try await GoldTasks($0, actor: .console).make(
        first.task.id, kind: .evaluation, explanation: "Reviewed.")
    }
    #expect(entry.gold.state == .live)
    let others = try await work(fixture, project, "b", limit: 15)
    #expect(others.contains { $0.task.seq == first.task.seq })
    let own = try await work(fixture, project, "a")
    #expect(!own.contains { $0.task.seq == first.task.seq })
    let detail = try await fixture.task(first.task.id)
    #expect(detail.content.explanation == "Reviewed." && detail.row.gold == .evaluation)
    await #expect(throws: Refusal.self) {
      try await fixture.vault {
        try await GoldTasks($0, actor: .console).make(
          first.task.id, kind: .evaluation,
          explanation: String(repeating: "x", count: GoldTasks.explanationLimit + 1))
      }
    }
  }

  @Test func anAnswerThatSettledATaskIsNotRewrittenOnceItIsGold() async throws {
    let (fixture, project) = try await start(
      .init(rate: 0, training: 0), gold: [], tasks: 3, answers: 2)
    let first = try #require(try await work(fixture, project, "a", limit: 1).first)
    _ = try await work(fixture, project, "b", limit: 1)
    _ = try await fixture.vault {
      try await GoldTasks($0, actor: .console).make(first.task.id, kind: .evaluation)
    }
    await #expect(throws: Refusal.self) {
      try await fixture.vault {
        try await Answers($0, worker: "a", project: project.id).revise(
          first.lease.id, [["class": "mood", "option": "bad"]])
      }
    }
  }

  @Test func goldThatIsGivenBackComesAgainAndTrainingIsNotLostByIt() async throws {
    let gold = (0..<2).map { Self.gold("g\($0)", "bad", "training") }
    let (fixture, project) = try await start(.init(rate: 0, training: 2), gold: gold, tasks: 5)
    let first = try #require(try await fixture.next(project, "a"))
    try await fixture.vault {
      try await Leases($0, worker: "a", project: project.id).release(first.lease.id)
    }
    let again = try #require(try await fixture.next(project, "a"))
    #expect(again.task.seq == first.task.seq)
    fixture.advance(Dispatch.leaseMilliseconds + 1)
    let third = try #require(try await fixture.next(project, "a"))
    #expect(third.task.seq == first.task.seq)
    try await fixture.submit(project, "a", third.lease.id, "bad")
    let second = try #require(try await fixture.next(project, "a"))
    #expect(second.task.gold == .training && second.task.seq != first.task.seq)
    try await fixture.submit(project, "a", second.lease.id, "bad")
    var ordinary = 0
    while let leased = try await fixture.next(project, "a") {
      ordinary += 1
      try await fixture.submit(project, "a", leased.lease.id)
    }
    #expect(ordinary == 5, "gold took nothing's place for good")
  }

  @Test func retiredGoldIsATaskLikeAnyOther() async throws {
    let (fixture, project) = try await start(
      .init(rate: 0.5, training: 0), gold: [Self.gold("g", "bad")], tasks: 1)
    let gold = try #require(try await fixture.tasks(project).first { $0.gold != nil })
    _ = try await fixture.vault {
      try await GoldTasks($0, actor: .console).retire(gold.id)
    }
    _ = try await fixture.vault {
      try await Tasks($0, actor: .console).askForReview(gold.id)
    }
    guard
      case .leased(let reviews) = try await fixture.vault({
        try await Dispatch($0, worker: "r").lease(
          in: project.id, stage: .review, task: gold.id)
      }), let review = reviews.first
    else {
      Issue.record("no review")
      return
    }
    _ = try await fixture.vault {
      try await Reviews($0, reviewer: "r", project: project.id).submit(
        .init(kind: .reject, reason: "Look again."), for: review.lease.id, activeMilliseconds: 1)
    }
    let done = try await work(fixture, project, "a")
    #expect(done.contains { $0.task.id == gold.id })
    #expect(try await fixture.counts(project).completed == 2)
  }
}
