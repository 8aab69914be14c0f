import Foundation
import Store
import Testing
import Workflow

@testable import Platform

/// A seeded crowd against the real platform on a clock of its own: honest, careless, slow and
/// doubling workers, and restarts at any moment. `ASSAY_SEEDS=5000` runs thousands.
@Suite struct SimulationTests {
  static let seeds = Int(ProcessInfo.processInfo.environment["ASSAY_SEEDS"] ?? "") ?? 200

  @Test func whateverHappensThePromisesHold() async throws {
    let seeds = Self.seeds
    try await withThrowingTaskGroup(of: Void.self) { group in
      for lane in 0..<4 {
        group.addTask {
          for seed in stride(from: lane, to: seeds, by: 4) {
            try await Simulation(seed: UInt64(seed)).run()
          }
        }
      }
      try await group.waitForAll()
    }
  }
}

private struct Dice: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 29)
  }
}

private final class Simulation {
  private let seed: UInt64
  private var dice: Dice
  private var held: [(worker: String, lease: LeaseID)] = []
  private var done: [(worker: String, lease: LeaseID, receipt: Answers.Receipt, option: String)] = []

  init(seed: UInt64) {
    self.seed = seed
    dice = Dice(state: seed &* 0x9E37_79B9_7F4A_7C15 &+ 11)
  }

  private func roll(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &dice) }

  func run() async throws {
    let fixture = try await Fixture(seed: seed &+ 77)
    let minimum = roll(1...3)
    let plan = QualityPlan(
      answers: .init(
        min: minimum, max: minimum + roll(0...2), targetConfidence: 0.8),
      review: roll(0...2) == 0 ? .init(
          sampleRate: 0.5, maxReworks: 1, reviewers: roll(1...2), stages: roll(1...2)) : nil)
    let project = try await fixture.project(plan)
    try await fixture.load(roll(2...6), into: project)
    for _ in 0..<60 { try await step(fixture, project) }
    try await drain(fixture, project)
    try await check(fixture, project, plan)
    await fixture.engine.close()
  }

  private func step(_ fixture: Fixture, _ project: Project) async throws {
    let worker = "w\(roll(0...4))"
    switch roll(0...11) {
    case 0...3:
      if case .leased(let tasks)? = try? await fixture.lease(
        project, worker, count: roll(1...2), isReserve: roll(0...3) == 0)
      {
        held += tasks.map { (worker, $0.lease.id) }
      }
    case 4...7:
      if let one = held.indices.randomElement(using: &dice) {
        try await answer(fixture, project, held.remove(at: one))
      }
    case 8:
      if let again = done.randomElement(using: &dice) {
        let receipt = try await fixture.submit(project, again.worker, again.lease, again.option)
        #expect(receipt.answer == again.receipt.answer, "seed \(seed): doubled")
      }
    case 9:
      if let one = held.indices.randomElement(using: &dice) {
        let lease = held.remove(at: one)
        try? await fixture.vault { vault in
          let leases = Leases(vault, worker: lease.worker, project: project.id)
          try await leases.skip(lease.lease, reason: "")
        }
      }
    case 10: fixture.advance(Int64(roll(1...12)) * 60_000)
    default:
      if roll(0...4) == 0 { try await fixture.reopen() } else { try await review(fixture, project) }
    }
  }

  private func answer(
    _ fixture: Fixture, _ project: Project, _ lease: (worker: String, lease: LeaseID)
  ) async throws {
    let option = roll(0...3) == 0 ? "bad" : "good"
    do {
      let receipt = try await fixture.submit(project, lease.worker, lease.lease, option)
      done.append((lease.worker, lease.lease, receipt, option))
    } catch Refusal.leaseEnded {}
  }

  private func review(_ fixture: Fixture, _ project: Project) async throws {
    let reviewer = "r\(roll(0...1))"
    guard let leased = try? await fixture.next(project, reviewer, stage: .review) else { return }
    let kind: TaskLifecycle.ReviewVerdict = roll(0...2) == 0 ? .reject : .accept
    do {
      _ = try await fixture.vault {
        try await Reviews($0, reviewer: reviewer, project: project.id).submit(
          .init(kind: kind, reason: "because"), for: leased.lease.id, activeMilliseconds: 0)
      }
    } catch is Refusal {}
  }

  /// New people finish what is left: every task must come to its end.
  private func drain(_ fixture: Fixture, _ project: Project) async throws {
    fixture.advance(Dispatch.leaseMilliseconds)
    try await fixture.vault { try await Dispatch.sweep($0) }
    for round in 0..<60 {
      let worker = "fresh\(round)"
      while let leased = try await fixture.next(project, worker) {
        let receipt = try await fixture.submit(project, worker, leased.lease.id)
        done.append((worker, leased.lease.id, receipt, "good"))
      }
      while let leased = try await fixture.next(
        project, "boss\(round)", stage: .review, decidesEscalations: true)
      {
        _ = try await fixture.vault {
          try await Reviews($0, reviewer: "boss\(round)", project: project.id).submit(
            .init(kind: .accept), for: leased.lease.id, activeMilliseconds: 0)
        }
      }
      let counts = try await fixture.counts(project)
      if counts.completed == counts.tasks { return }
    }
  }

  private func check(_ fixture: Fixture, _ project: Project, _ plan: QualityPlan) async throws {
    var stored: Set<AnswerID> = []
    var counts = Batch.Counts()
    for row in try await fixture.tasks(project) {
      #expect(row.lifecycle.state == .completed, "seed \(seed): \(row.id) did not end")
      #expect(row.lifecycle.counted <= plan.answers.max, "seed \(seed): over the plan")
      let detail = try await fixture.task(row.id)
      let labels = detail.answers.filter { $0.stage == .label }
      #expect(
        Set(labels.map(\.worker)).count == labels.count, "seed \(seed): twice to one person")
      #expect(
        labels.filter { $0.standing == .counted }.count == row.lifecycle.counted,
        "seed \(seed): counters lie")
      #expect(detail.consensus != nil, "seed \(seed): no result")
      stored.formUnion(detail.answers.map(\.id))
      counts.tasks += 1
      counts.answers += labels.count
    }
    for one in done {
      #expect(stored.contains(one.receipt.answer), "seed \(seed): an acknowledged answer is lost")
    }
    let kept = try await fixture.counts(project)
    #expect(kept.tasks == counts.tasks && kept.completed == counts.tasks, "seed \(seed)")
    #expect(kept.answers == counts.answers && kept.open == 0 && kept.inReview == 0, "seed \(seed)")
    _ = try await fixture.vault { try await Journal($0.database).verify() }
  }
}
