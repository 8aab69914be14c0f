import Foundation
import Notation
import Store
import Testing
import Workflow
import Workforce

@testable import Platform

/// A seeded crowd that works, is paid and makes mistakes, over an operator who holds, corrects and pays, with
/// restarts between any two steps.
private final class PayWorld {
  let fixture: Fixture
  let seed: UInt64
  private var generator: RandomNumbers
  private var workers: [UserID] = []
  private var project: Project!
  private var leases: [(worker: UserID, lease: LeaseID)] = []
  private var answered: [(worker: UserID, lease: LeaseID, answer: AnswerID)] = []
  private var adjusted: [UserID: Int64] = [:]
  private let dollar = Currency("USD")!

  init(seed: UInt64) async throws {
    self.seed = seed
    generator = RandomNumbers(state: seed)
    fixture = try await Fixture(seed: seed)
  }

  private struct RandomNumbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 31)
    }
  }

  private func roll(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

  func run(steps: Int) async throws {
    project = try await fixture.project(
      QualityPlan(answers: .init(min: 2), review: .init(sampleRate: 0.5, maxReworks: 9)))
    try await fixture.load(60, into: project)
    try await changeRates()
    for number in 0..<5 {
      let user = try await Users(
        fixture.engine, actor: .console, password: Password(logN: 2)
      ).create(
        email: "w\(number)@example.org", password: "a long password", role: .worker, client: nil)
      workers.append(user.id)
      // One never says where money goes.
      guard number > 0 else { continue }
      try await WorkerProfiles(fixture.engine).set(
        WorkerProfile(from: ["name": "W", "account": .string("provider \(number)")]), of: user.id)
    }
    for _ in 0..<steps { try await step() }
    try await fixture.vault { _ = try await Earnings(fixture.engine).collect(from: $0) }
    try await check()
  }

  private func changeRates() async throws {
    let prices = ["0.10", "0.035", "0.000001", "3"]
    try await PayPlans(fixture.engine, actor: .console).set(
      PayNotation.plan(from: [
        "rates": [
          [
            "currency": "USD", "answer": .string(prices[roll(0...3)]), "hourly_floor": "7.5",
            "on_rejection": .string(["floor", "nothing", "everything"][roll(0...2)]),
            "settles_after_hours": .int(Int64(roll(0...3))),
          ]
        ]
      ]), for: project.id)
  }

  private func step() async throws {
    do {
      switch roll(0...13) {
      case 0...3: try await lease()
      case 4...6: try await answer()
      case 7: try await review()
      case 8: fixture.advance(Int64(roll(1...120)) * 60_000)
      case 9:
        let isCollected = roll(0...1) == 0
        if isCollected {
          try await fixture.vault { _ = try await Earnings(fixture.engine).collect(from: $0) }
        }
        try await Earnings(fixture.engine).settleDue()
      case 10: try await holdOrRelease()
      case 11: try await adjust()
      case 12: try await pay()
      default:
        if roll(0...2) == 0 { try await changeRates() } else { try await fixture.reopen() }
      }
    } catch is Refusal {}
  }

  private func lease() async throws {
    let worker = workers[roll(0...4)]
    let principal = Principal(
      identity: .user(worker, email: ""), grants: [.init(client: nil, role: .worker)])
    let terms = try await Directory(fixture.engine).find(project.id, for: principal)?.pay
    let outcome = try await fixture.vault {
      try await Dispatch($0, worker: $0.key.pseudonym(of: worker.text), pay: terms).lease(
        in: project.id, stage: .label)
    }
    if case .leased(let tasks) = outcome { leases += tasks.map { (worker, $0.lease.id) } }
  }

  private func answer() async throws {
    guard !leases.isEmpty else { return }
    let (worker, lease) = leases.remove(at: roll(0...leases.count - 1))
    let option = roll(0...1) == 0 ? "good" : "bad"
    let receipt = try await fixture.vault {
      try await Answers($0, worker: $0.key.pseudonym(of: worker.text), project: project.id).submit(
        [["class": "mood", "option": .string(option)]], for: lease,
        activeMilliseconds: Int64(roll(0...900_000)))
    }
    answered.append((worker, lease, receipt.answer))
    // Sometimes it is sent once more.
    if roll(0...3) == 0 { leases.append((worker, lease)) }
  }

  private func review() async throws {
    guard let leased = try await fixture.next(project, "rev\(roll(0...30))", stage: .review) else { return }
    let kind: TaskLifecycle.ReviewVerdict = roll(0...1) == 0 ? .reject : .accept
    _ = try await fixture.vault {
      try await Reviews($0, reviewer: leased.lease.worker, project: project.id).submit(
        .init(kind: kind, reason: "because"), for: leased.lease.id, activeMilliseconds: 0)
    }
  }

  private func holdOrRelease() async throws {
    guard let one = answered.randomElement(using: &generator) else { return }
    if roll(0...2) == 0 {
      let appeals = Appeals(fixture.engine)
      _ = try? await appeals.make("no", on: one.answer, by: one.worker)
      if let waiting = try await appeals.waiting(limit: 9).randomElement(using: &generator) {
        try await appeals.decide(
          waiting.id, isGranted: roll(0...1) == 0, reply: "so", by: .console)
      }
      return
    }
    let earnings = Earnings(fixture.engine)
    if roll(0...1) == 0 {
      _ = try await earnings.hold(one.answer, reason: "?", by: .console)
    } else {
      _ = try await earnings.release(one.answer, by: .console)
    }
  }

  private func adjust() async throws {
    let worker = workers[roll(0...4)]
    let amount = Int64(roll(-2_000_000...5_000_000))
    let key = "k\(roll(0...20))"
    let isNew = try await Earnings(fixture.engine).adjust(
      worker, by: Money(micros: amount, dollar), reason: "r", key: key, actor: .console)
    if isNew { adjusted[worker, default: 0] += amount }
  }

  private func pay() async throws {
    let payouts = Payouts(fixture.engine, actor: .console)
    guard roll(0...1) == 0, let run = try await payouts.list(limit: 100).randomElement(using: &generator)
    else {
      _ = try await payouts.order(in: dollar, key: "run \(roll(0...30))")
      return
    }
    let payments = try await payouts.get(run.id).payments
    let back = payments.filter { _ in roll(0...3) == 0 }
    _ = try await payouts.confirm(
      run.id, returned: Dictionary(uniqueKeysWithValues: back.map { ($0.user, "closed") }))
  }

  private func check() async throws {
    let ledger = Ledger(fixture.engine)
    #expect(try await ledger.faults() == [], "seed \(seed)")
    #expect(answered.count > 40, "seed \(seed): \(answered.count)")
    let sum = try await ledger.trialBalance().reduce(0) { $0 + $1.micros }
    #expect(sum == 0, "seed \(seed)")
    for worker in workers {
      let statement = PayStatement(fixture.engine, of: worker)
      let items = try await statement.items(before: nil, limit: 1000)
      let own = Set(answered.filter { $0.worker == worker }.map(\.answer))
      #expect(Set(items.map(\.answer)) == own && items.count == own.count, "seed \(seed)")
      let earned = items.reduce(0) { $0 + $1.amount.micros } + adjusted[worker, default: 0]
      let total = try await statement.totals().first ?? .init(currency: dollar)
      #expect(
        total.pending + total.settled + total.ordered + total.paid == earned, "seed \(seed): \(worker)")
    }
  }
}

@Suite struct PaySimulationTests {
  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func whateverHappensTheBooksAddUpAndNobodyIsPaidTwice(seed: UInt64) async throws {
    try await PayWorld(seed: seed).run(steps: 500)
  }
}
