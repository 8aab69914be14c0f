import Foundation
import Notation
import Store
import Testing
import Workflow
import Workforce

@testable import Platform

@Suite struct ProjectQualificationTests {
  /// A project with known tasks, on the way into which there is an examination.
  private struct School {
    let work: PaidWork
    var fixture: Fixture { work.fixture }

    init(_ plan: QualificationPlan, lessons: Int = 2, questions: Int = 6) async throws {
      work = try await PaidWork()
      let gold = (0..<(lessons + questions)).map { place in
        #"{"text": "g\#(place)", "gold": {"kind": "\#(place < lessons ? "training" : "evaluation")", "#
          + #""annotations": [{"class": "mood", "option": "good"}]}}"#
      }
      let tasks = (0..<5).map { #"{"text": "t\#($0)"}"# }
      try await work.fixture.load((gold + tasks).joined(separator: "\n"), into: work.project)
      try await Qualifications(work.fixture.engine).set(plan, for: work.project.id, by: .console)
    }

    func settled() async throws -> Directory.Listing {
      try #require(try await fixture.listing(work.project.id, for: work.principal))
    }

    func outcome(of attempt: Int) async throws -> Qualification? {
      let plan = try #require(try await settled().qualification)
      return try await Qualifications(fixture.engine).outcome(
        of: attempt, by: work.worker, in: work.project.id, under: plan)
    }

    /// How often somebody's examinations ended, as the journal has it.
    func endings() async throws -> [String] {
      try await fixture.engine.control.read { connection in
        try connection.all(
          "SELECT action FROM journal WHERE action LIKE 'qualification.%ed' ORDER BY number", []
        ) { $0.text(0) }
      }.filter { $0 != "qualification.changed" }
    }

    func standing() async throws -> Qualification.Standing {
      let plan = try #require(try await settled().qualification)
      return try await fixture.vault {
        try await Qualifications(fixture.engine).step(
          of: work.worker, in: work.project.id, of: $0, under: plan
        ).standing
      }
    }

    /// The next task as the server hands it out.
    func next() async throws -> LeasedTask? {
      let plan = try #require(try await settled().qualification)
      let outcome = try await fixture.vault { vault in
        let entry = try await Qualifications(fixture.engine).step(
          of: work.worker, in: work.project.id, of: vault, under: plan
        ).entry
        return try await Dispatch(
          vault, worker: vault.key.pseudonym(of: work.worker.text), exam: entry
        ).lease(in: work.project.id, stage: .label)
      }
      guard case .leased(let tasks) = outcome else { return nil }
      return tasks.first
    }

    /// Answers until there is no more known task.
    func sit(right: Int) async throws -> [String] {
      var kinds: [String] = []
      var left = right
      while let task = try await next() {
        guard let gold = task.task.gold else {
          try await fixture.vault {
            try await Leases($0, worker: $0.key.pseudonym(of: work.worker.text), project: work.project.id)
              .release(task.lease.id)
          }
          break
        }
        kinds.append(gold.rawValue)
        let isRight = gold == .training || left > 0
        if gold == .evaluation { left -= 1 }
        try await work.answer(task, isRight ? "good" : "bad")
        guard case .learning = try await standing() else { break }
      }
      return kinds
    }
  }

  @Test func theCourseComesFirstThenTheExaminationThenLiveWork() async throws {
    // No known task is left over, which live work might hide among its own.
    let school = try await School(QualificationPlan(lessons: 2, questions: 5, passPercent: 80), questions: 5)
    #expect(try await school.settled().standing == .learning(attempt: 1))
    let kinds = try await school.sit(right: 4)
    #expect(kinds == ["training", "training"] + Array(repeating: "evaluation", count: 5))
    #expect(try await school.settled().standing == .qualified)
    #expect(try await school.next()?.task.gold == nil)
    let kept = try await Qualifications(school.fixture.engine).get(school.work.worker, school.work.project.id)
    #expect(kept?.right == 4 && kept?.asked == 5 && kept?.state == .passed)
  }

  @Test func whoMissesThePassMarkWaitsAndTriesAgainWithWhatTheyHaveNotSeenLately() async throws {
    let school = try await School(
      QualificationPlan(lessons: 0, questions: 3, passPercent: 70, attempts: 2, retryAfterHours: 24))
    _ = try await school.sit(right: 2)
    guard case .waiting = try await school.standing() else { return #expect(Bool(false), "2 of 3 is 66 %") }
    #expect(try await school.settled().missing.count == 1)
    school.fixture.advance(24 * 3_600_000)
    #expect(try await school.settled().missing.isEmpty)
    _ = try await school.sit(right: 0)
    #expect(try await school.standing() == .exhausted)
    #expect(try await school.settled().missing == [.examination(after: nil)])
    let seen = try await school.fixture.vault { vault in
      try await vault.database.read { connection in
        try connection.all("SELECT exam FROM gold_seen ORDER BY exam", []) { $0.int(0) }
      }
    }
    #expect(seen == [1, 1, 1, 2, 2, 2], "the second time other questions were asked")
  }

  @Test func anExaminationGoesOnAfterARestartAndIsScoredOnce() async throws {
    let school = try await School(QualificationPlan(lessons: 0, questions: 3, passPercent: 100))
    for _ in 0..<3 {
      let task = try #require(try await school.next())
      try await school.work.answer(task)
      try await school.fixture.reopen()
    }
    #expect(try await school.standing() == .qualified)
    #expect(try await school.standing() == .qualified)
  }

  @Test func anExaminationThatManyFindOverAtOnceEndsOnceAndItsOutcomeIsKnownToAll() async throws {
    let school = try await School(
      QualificationPlan(lessons: 0, questions: 2, passPercent: 100, attempts: 2, retryAfterHours: 0))
    for attempt in 1...2 {
      let isRight = attempt == 2
      for place in 0..<2 {
        let task = try #require(try await school.next())
        #expect(try await school.outcome(of: attempt) == nil)
        try await school.work.answer(task, isRight || place == 0 ? "good" : "bad")
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<8 { group.addTask { _ = try await school.standing() } }
        try await group.waitForAll()
      }
      let outcome = try await school.outcome(of: attempt)
      #expect(outcome?.state == (isRight ? .passed : .failed) && outcome?.attempt == attempt)
      #expect(outcome?.right == attempt && outcome?.asked == 2)
    }
    #expect(try await school.endings() == ["qualification.failed", "qualification.passed"])
    #expect(try await school.outcome(of: 1) == nil, "that of the last is known")
  }

  @Test func whatWasPassedIsToldAsPassedWhereTheCourseBeganAnewSince() async throws {
    let school = try await School(QualificationPlan(lessons: 0, questions: 2, passPercent: 50))
    _ = try await school.sit(right: 1)
    try await Decisions(school.fixture.engine).make(
      .init(
        user: school.work.worker, project: school.work.project.id, actions: [.retrain], reason: "Gold."),
      by: .console)
    #expect(try await school.outcome(of: 1) == nil, "it was taken away")
    _ = try await school.next()
    #expect(try await school.outcome(of: 1)?.state == .passed)
  }

  @Test func everybodyIsAskedInAnOrderOfTheirOwn() async throws {
    let school = try await School(QualificationPlan(questions: 6), lessons: 0, questions: 12)
    var orders: Set<[Int64]> = []
    for name in ["a", "b", "c"] {
      let outcome = try await school.fixture.vault {
        try await Dispatch($0, worker: name, exam: ExamEntry(attempt: 1, lessons: 0, questions: 6)).lease(
          in: school.work.project.id, stage: .label, count: 6)
      }
      guard case .leased(let tasks) = outcome else { return #expect(Bool(false)) }
      #expect(tasks.count == 6)
      orders.insert(tasks.map(\.task.seq))
    }
    #expect(orders.count == 3)
  }

  @Test func aSkippedQuestionCountsAsWrong() async throws {
    let school = try await School(QualificationPlan(lessons: 0, questions: 2, passPercent: 60), questions: 2)
    let first = try #require(try await school.next())
    try await school.fixture.vault {
      try await Leases(
        $0, worker: $0.key.pseudonym(of: school.work.worker.text), project: school.work.project.id
      ).skip(first.lease.id, reason: "")
    }
    try await school.work.answer(try #require(try await school.next()))
    guard case .waiting = try await school.standing() else { return #expect(Bool(false)) }
  }

  @Test func anAnswerThatComesAfterItsLeaseEndedCountsAndTheExaminationGoesOn() async throws {
    let school = try await School(QualificationPlan(lessons: 0, questions: 2, passPercent: 100), questions: 2)
    let late = try #require(try await school.next())
    school.fixture.advance(Dispatch.leaseMilliseconds + 1)
    try await school.fixture.vault { try await Dispatch.sweep($0) }
    try await school.work.answer(late)
    let second = try #require(try await school.next())
    #expect(second.task.seq != late.task.seq)
    try await school.work.answer(second)
    #expect(try await school.standing() == .qualified)
  }

  @Test func aLiftedRetrainingQualifiesNobodyWhoDidNotPass() async throws {
    let school = try await School(
      QualificationPlan(lessons: 0, questions: 2, passPercent: 100, retryAfterHours: 1))
    _ = try await school.sit(right: 0)
    let decisions = Decisions(school.fixture.engine)
    let made = try await decisions.make(
      .init(user: school.work.worker, project: school.work.project.id, actions: [.retrain], reason: "Gold."),
      by: .console)
    try await decisions.lift(made[0].id, by: .console)
    #expect(try await school.settled().standing != .qualified)
    school.fixture.advance(3_600_000)
    _ = try await school.sit(right: 2)
    #expect(try await school.settled().standing == .qualified)
    let again = try await decisions.make(
      .init(user: school.work.worker, project: school.work.project.id, actions: [.retrain], reason: "Gold."),
      by: .console)
    try await Decisions(school.fixture.engine).lift(again[0].id, by: .console)
    #expect(try await school.settled().standing == .qualified, "who had passed has passed")
  }

  @Test func whoIsSentToRetrainBeginsWithTheCourse() async throws {
    let school = try await School(QualificationPlan(lessons: 1, questions: 2, passPercent: 50))
    _ = try await school.sit(right: 2)
    try await Decisions(school.fixture.engine).make(
      .init(user: school.work.worker, project: school.work.project.id, actions: [.retrain], reason: "Gold."),
      by: .console)
    #expect(try await school.settled().standing == .learning(attempt: 2))
    #expect(try await school.sit(right: 2) == ["training", "evaluation", "evaluation"])
    #expect(try await school.settled().standing == .qualified)
  }

  @Test func nobodyIsAskedTheSameTwiceAndSoRunsOutOfQuestions() async throws {
    let school = try await School(
      QualificationPlan(questions: 4, passPercent: 100, attempts: 5, retryAfterHours: 0), lessons: 0)
    _ = try await school.sit(right: 0)
    #expect(try await school.next() == nil, "two of six are left, and four are asked")
    let outcome = try await school.fixture.vault { vault in
      try await Dispatch(
        vault, worker: vault.key.pseudonym(of: school.work.worker.text),
        exam: ExamEntry(attempt: 2, lessons: 0, questions: 4)
      ).lease(in: school.work.project.id, stage: .label)
    }
    guard case .nothing(let nothing) = outcome else { return #expect(Bool(false)) }
    #expect(nothing.reason == .noQuestions)
  }

  @Test func whereThereIsNothingToAskBySoItIsSaid() async throws {
    let school = try await School(QualificationPlan(questions: 3), lessons: 0, questions: 0)
    let outcome = try await school.fixture.vault {
      try await Dispatch(
        $0, worker: "w", exam: ExamEntry(attempt: 1, lessons: 0, questions: 3)
      ).lease(in: school.work.project.id, stage: .label)
    }
    guard case .nothing(let nothing) = outcome else { return #expect(Bool(false)) }
    #expect(nothing.reason == .noQuestions)
  }

  @Test func plansOutOfRangeAreRefused() {
    let wrong: [(String, JSON)] = [
      ("questions", 0), ("questions", .int(Int64(QualificationPlan.taskLimit + 1))), ("lessons", -1),
      ("pass_percent", 0), ("pass_percent", 101), ("attempts", 0),
      ("attempts", .int(Int64(QualificationPlan.attemptLimit + 1))), ("retry_after_hours", -1),
      ("retry_after_hours", .int(Int64(QualificationPlan.hoursLimit + 1))), ("expires_after_days", 0),
      ("expires_after_days", .int(Int64(QualificationPlan.daysLimit + 1))), ("paid", "yes"),
    ]
    for (name, value) in wrong {
      #expect(throws: Refusal.self) { try QualificationNotation.plan(from: .object([.init(name, value)])) }
    }
    for (name, value) in [
      ("questions", QualificationPlan.taskLimit), ("attempts", QualificationPlan.attemptLimit),
      ("retry_after_hours", QualificationPlan.hoursLimit),
      ("expires_after_days", QualificationPlan.daysLimit),
    ] {
      #expect(throws: Never.self) {
        try QualificationNotation.plan(from: .object([.init(name, .int(Int64(value)))]))
      }
    }
  }
}

@Suite struct TermsTests {
  @Test func whoHasNotAgreedToTheNewestTermsGetsNoNewWork() async throws {
    let work = try await PaidWork()
    let terms = Terms(work.fixture.engine)
    func missing() async throws -> [Eligibility.Missing] {
      try #require(try await work.fixture.listing(work.project.id, for: work.principal)).missing
    }
    #expect(try await missing() == [])
    _ = try await terms.publish("Be kind.", by: .console)
    #expect(try await missing() == [.consent(version: 1)])
    try await terms.agree(work.worker, to: 1)
    #expect(try await missing() == [])
    _ = try await terms.publish("Be kind, and exact.", by: .console)
    #expect(try await missing() == [.consent(version: 2)])
    await #expect(throws: Refusal.self) { try await terms.agree(work.worker, to: 1) }
    await #expect(throws: Refusal.self) { try await terms.publish("  ", by: .console) }
  }
}
