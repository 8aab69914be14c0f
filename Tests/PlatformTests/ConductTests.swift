import Foundation
import Labels
import Notation
import Store
import Testing
import Workflow
import Workforce

@testable import Platform

/// Six people answer the same tasks; the first does not look at them.
private struct PaidCrowd {
  static let answersPerTask = 6

  let work: PaidWork
  var fixture: Fixture { work.fixture }
  var workers: [UserID]

  static let ontology: JSON = [
    "classes": [
      [
        "name": "mood", "kind": "category", "options": ["good", "bad", "mixed", "none"], "required": true,
      ]
    ]
  ]

  init(tasks: Int = 40, answersPerTask: Int = PaidCrowd.answersPerTask) async throws {
    work = try await PaidWork(
      QualityPlan(answers: .init(min: answersPerTask)), ontology: Self.ontology)
    workers = [work.worker]
    for place in 1..<6 {
      workers.append(
        try await Users(work.fixture.engine, actor: .console, password: Password(logN: 4)).create(
          email: "w\(place)@example.org", password: "a long password", role: .worker, client: nil
        ).id)
    }
    try await work.fixture.load(tasks, into: work.project)
  }

  func principal(_ worker: UserID) -> Principal {
    Principal(identity: .user(worker, email: ""), grants: [.init(client: nil, role: .worker)])
  }

  /// - Returns: how many tasks were answered.
  @discardableResult
  func answer(_ worker: UserID, limit: Int = .max, _ option: (Int) -> String) async throws -> Int {
    var count = 0
    while count < limit {
      let terms = try await fixture.listing(work.project.id, for: principal(worker))?.pay
      let outcome = try await fixture.vault {
        try await Dispatch($0, worker: $0.key.pseudonym(of: worker.text), pay: terms).lease(
          in: work.project.id, stage: .label)
      }
      guard case .leased(let tasks) = outcome, let task = tasks.first else { return count }
      let text = task.content.params["text"]?.string ?? ""
      let number = Int(text.dropFirst()) ?? 0
      try await fixture.vault {
        _ = try await Answers($0, worker: $0.key.pseudonym(of: worker.text), project: work.project.id).submit(
          [["class": "mood", "option": .string(option(number))]], for: task.lease.id,
          activeMilliseconds: 9_000)
      }
      fixture.advance(10_000)
      count += 1
    }
    return count
  }

  static let options = ["good", "bad", "mixed", "none"]

  static func truth(_ number: Int) -> String { options[number * 7 % 4] }

  /// Honest people err here and there, each somewhere else.
  func answerAll(_ tasks: Int = .max) async throws {
    for (place, worker) in workers.enumerated() {
      try await answer(worker, limit: tasks) { number in
        if place == 0 { return Self.options[(number * 31 + number / 3) % 4] }
        return (number + place * 5) % 9 == 0 ? Self.options[(number * 7 + 1) % 4] : Self.truth(number)
      }
    }
    try await work.collect()
  }

  func review() async throws -> [Decisions.Decision] {
    let listing = try #require(try await Directory(fixture.engine).find(work.project.id))
    return try await ConductReview(fixture.engine).run(on: listing)
  }

  func missing(_ worker: UserID) async throws -> [Eligibility.Missing] {
    try #require(try await fixture.listing(work.project.id, for: principal(worker))).missing
  }
}

@Suite struct ConductTests {
  @Test func whoDoesNotLookIsPausedUnpaidAndAskedAnew() async throws {
    let crowd = try await PaidCrowd()
    try await crowd.answerAll()
    #expect(try await crowd.fixture.counts(crowd.work.project).completed == 40)
    let made = try await crowd.review()
    #expect(Set(made.map(\.user)) == [crowd.work.worker], "\(made.map(\.evidence))")
    #expect(Set(made.map(\.action)) == [.pause, .holdPay, .requeue])
    #expect(made.allSatisfy { $0.rule == "answers by chance" && !$0.reason.isEmpty })
    #expect(try await crowd.missing(crowd.work.worker) == [.paused])
    #expect(try await crowd.missing(crowd.workers[1]) == [])
    #expect(try await crowd.work.items().allSatisfy { $0.state == .held })
    #expect(try await crowd.fixture.counts(crowd.work.project).open == 40)
    let tasks = try await crowd.fixture.tasks(crowd.work.project)
    #expect(tasks.allSatisfy { $0.lifecycle.counted == 5 && $0.lifecycle.wanted == 6 })
    #expect(try await crowd.review() == [], "nothing is decided twice")
  }

  @Test func whatWasHeldIsSettledOnlyAfterAGrantedAppeal() async throws {
    let crowd = try await PaidCrowd()
    try await crowd.answerAll()
    let made = try await crowd.review()
    try await crowd.work.settle()
    #expect(try await crowd.work.total().settled == 0)
    let appeals = Appeals(crowd.fixture.engine)
    for decision in made where decision.action != .requeue {
      _ = try await appeals.make("I looked at each.", on: decision.id, by: crowd.work.worker)
      await #expect(throws: Refusal.self) {
        try await appeals.make("Again.", on: decision.id, by: crowd.work.worker)
      }
      try await appeals.decide(decision.id.text, isGranted: true, reply: "So it is.", by: .console)
    }
    #expect(try await crowd.missing(crowd.work.worker) == [])
    try await crowd.work.settle()
    #expect(try await crowd.work.total().settled > 0)
    try await crowd.work.check()
    let again = try await crowd.review()
    #expect(!again.contains { $0.action == .pause }, "the same is not held against them")
    let told = try await Decisions(crowd.fixture.engine).list(of: crowd.work.worker, limit: 9)
    #expect(told.filter { $0.appeal?.reply == "So it is." }.count == 2)
  }

  @Test func nobodyAppealsForAnotherNorWhatIsLifted() async throws {
    let crowd = try await PaidCrowd(tasks: 1)
    let made = try await Decisions(crowd.fixture.engine).make(
      .init(user: crowd.work.worker, project: crowd.work.project.id, actions: [.warn], reason: "Slow down."),
      by: .console)
    let appeals = Appeals(crowd.fixture.engine)
    await #expect(throws: Refusal.unknown(.decision, made[0].id.text)) {
      try await appeals.make("Not me.", on: made[0].id, by: crowd.workers[1])
    }
    try await Decisions(crowd.fixture.engine).lift(made[0].id, by: .console)
    await #expect(throws: Refusal.self) {
      try await appeals.make("Late.", on: made[0].id, by: crowd.work.worker)
    }
  }

  @Test func whatIsEarnedUnderAHoldWaitsToo() async throws {
    let crowd = try await PaidCrowd(tasks: 3)
    let decisions = Decisions(crowd.fixture.engine)
    let made = try await decisions.make(
      .init(user: crowd.work.worker, project: crowd.work.project.id, actions: [.holdPay], reason: "We look."),
      by: .console)
    try await crowd.answer(crowd.work.worker) { _ in "good" }
    try await crowd.work.collect()
    #expect(try await crowd.work.items().allSatisfy { $0.state == .held && $0.reason == "We look." })
    try await decisions.lift(made[0].id, by: .console)
    #expect(try await crowd.work.items().allSatisfy { $0.state == .pending && $0.reason == nil })
  }

  @Test func moreAreAskedOnceThoughItIsCarriedOutAgain() async throws {
    let crowd = try await PaidCrowd(tasks: 4, answersPerTask: 2)
    for worker in crowd.workers[0...1] { try await crowd.answer(worker) { _ in "good" } }
    let decisions = Decisions(crowd.fixture.engine)
    let made = try await decisions.make(
      .init(user: crowd.work.worker, project: crowd.work.project.id, actions: [.askMore], reason: "Copied."),
      by: .console)
    // As after a crash between the vault and the control database.
    try await crowd.fixture.engine.control.write(.flushed) { connection in
      try connection.run("UPDATE decisions SET is_applied = 0 WHERE id = ?", [made[0].id.sql])
    }
    try await crowd.fixture.reopen()
    try await Decisions(crowd.fixture.engine).carryOut()
    let tasks = try await crowd.fixture.tasks(crowd.work.project)
    #expect(tasks.allSatisfy { $0.lifecycle.state == .open && $0.lifecycle.wanted == 3 })
    #expect(try await crowd.answer(crowd.workers[2]) { _ in "good" } == 4)
    #expect(try await crowd.fixture.counts(crowd.work.project).completed == 4)
  }

  @Test func answersOfLoweredWeightCountForLessUntilItIsLifted() async throws {
    let crowd = try await PaidCrowd(tasks: 1)
    let decisions = Decisions(crowd.fixture.engine)
    let made = try await decisions.make(
      .init(
        user: crowd.work.worker, project: crowd.work.project.id, actions: [.lowerWeight], reason: "Gold."
      ), by: .console)
    func accuracy() async throws -> Double? {
      try await crowd.fixture.vault { vault in
        let name = vault.key.pseudonym(of: crowd.work.worker.text)
        return try await vault.database.read {
          try AnnotatorRecord.of([name], in: crowd.work.project.id, $0)[name]?.accuracy
        }
      }
    }
    let lowered = try #require(try await accuracy())
    try await decisions.lift(made[0].id, by: .console)
    #expect(try await accuracy()! > lowered && lowered > 0.5)
  }

  @Test func aDryRunNamesAndDoesNothing() async throws {
    let crowd = try await PaidCrowd()
    try await crowd.answerAll()
    let hits = try await ConductReview(crowd.fixture.engine).dryRun(.standard)
    #expect(hits.map(\.user) == [crowd.work.worker])
    #expect(try await Decisions(crowd.fixture.engine).list(limit: 9) == [])
    let everybody = ConductRules([
      ConductRule("all", reason: "r", when: [.init(.answers, .atLeast, 40)], then: [.warn])
    ])
    #expect(try await ConductReview(crowd.fixture.engine).dryRun(everybody).count == 6)
  }

  @Test func rulesAreKeptInVersions() async throws {
    let fixture = try await Fixture()
    let book = ConductRuleBook(fixture.engine)
    #expect(try await book.current().number == 0)
    let rules = try ConductNotation.rules(from: [
      "rules": [
        [
          "name": "n", "reason": "r", "when": [["signal": "skips_in_a_row", "at_least": 3]],
          "then": ["warn"],
        ]
      ]
    ])
    #expect(try await book.set(rules, by: .console).number == 1)
    try await fixture.reopen()
    #expect(try await ConductRuleBook(fixture.engine).current().rules == rules)
    #expect(try await ConductRuleBook(fixture.engine).versions().map(\.number) == [1, 0])
  }

  @Test func malformedRulesAreRefusedWithTheirPlace() {
    let good: JSON = ["signal": "chance", "at_least": 1]
    func rule(_ when: JSON, _ then: JSON = ["warn"], reason: JSON = "r") -> JSON {
      ["rules": [["name": "n", "reason": reason, "when": [when], "then": then]]]
    }
    let wrong: [(JSON, String)] = [
      (["rules": 3], "rules"), (rule(["signal": "height", "at_least": 1]), "rules[0].when[0].signal"),
      (rule(["signal": "chance"]), "rules[0].when[0]"),
      (rule(["signal": "chance", "at_least": 1, "at_most": 2]), "rules[0].when[0]"),
      (rule(good, ["fire"]), "rules[0].then"), (rule(good, []), "rules[0].then"),
      (rule(good, reason: ""), "rules[0].reason"),
      (
        rule(good, reason: .string(String(repeating: "x", count: ConductRule.reasonLimit + 1))),
        "rules[0].reason"
      ),
    ]
    for (json, path) in wrong {
      do {
        _ = try ConductNotation.rules(from: json)
        Issue.record("\(json) was taken")
      } catch {
        guard case .invalid(let place, _) = error else {
          Issue.record("\(error)")
          return
        }
        #expect(place == path)
      }
    }
    #expect(throws: Never.self) { try ConductNotation.rules(from: rule(good)) }
    #expect(
      (try? ConductNotation.rules(from: ConductNotation.json(.standard))) == .standard)
  }

  @Test func accountsOfOneBrowserAreKnownWithoutTheirMarks() async throws {
    let crowd = try await PaidCrowd(tasks: 2)
    let traces = SignInTraces(crowd.fixture.engine)
    for worker in crowd.workers[0...1] {
      try await traces.note(worker, [.device: "browser", .address: "192.0.2.1"])
    }
    try await traces.note(crowd.workers[2], [.device: "", .address: "192.0.2.1"])
    try await crowd.answer(crowd.work.worker) { _ in "good" }
    let listing = try #require(try await Directory(crowd.fixture.engine).find(crowd.work.project.id))
    let conducts = try await ConductReview(crowd.fixture.engine).conducts(on: listing)
    #expect(conducts.first?.1[.accountsOnDevice] == 1)
    #expect(conducts.first?.1[.accountsAtAddress] == 2)
    let marks = try await crowd.fixture.engine.control.read { connection in
      try connection.all("SELECT mark FROM sign_in_traces", []) { $0.text(0) }
    }
    #expect(!marks.contains { $0.contains("192.0.2.1") || $0.contains("browser") })
  }
}
