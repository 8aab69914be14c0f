import Labels
import Notation
import Store
import Testing
import Vault
import Workflow
import Workforce

@testable import Platform

/// Time at work as heartbeats report it: what is believed of it, what is refused, and what is disputed.
@Suite struct HeartbeatTests {
  private let rate: JSON = ["currency": "USD", "active_minute": "1"]

  private func paid(_ tasks: Int = 1) async throws -> PaidWork {
    let work = try await PaidWork(QualityPlan(), rate)
    try await work.fixture.load(tasks, into: work.project)
    return work
  }

  @discardableResult
  private func beat(_ work: PaidWork, _ lease: LeaseRow, _ claimed: Int64, seal: String? = nil)
    async throws -> LeaseRow
  {
    try await work.fixture.vault {
      try await Leases($0, worker: $0.key.pseudonym(of: work.worker.text), project: work.project.id)
        .heartbeat(lease.id, .init(claimed: claimed, seal: seal ?? Leases.seal(lease, $0)))
    }
  }

  @Test func timeThatHeartbeatsFollowedIsPaid() async throws {
    let work = try await paid()
    let leased = try await work.lease()
    var lease = leased.lease
    for minute in 1...8 as ClosedRange<Int64> {
      work.fixture.advance(60_000)
      lease = try await beat(work, lease, minute * 60_000)
    }
    work.fixture.advance(30_000)
    try await work.answer(leased, active: 510_000)
    try await work.collect()
    #expect(try await work.items().first?.activeMilliseconds == 510_000)
    #expect(try await work.total().pending == 8_500_000)
  }

  @Test func whatNoHeartbeatFollowedIsBelievedForAShortWhile() async throws {
    let work = try await paid()
    let leased = try await work.lease()
    work.fixture.advance(9 * 60_000)
    try await work.answer(leased, active: 9 * 60_000)
    try await work.collect()
    #expect(try await work.items().first?.activeMilliseconds == SeenTime.gapLimit)
  }

  @Test func aReportSentTwiceOrMadeUpOrOfAnotherLeaseIsRefused() async throws {
    let work = try await paid(2)
    let (first, second) = (try await work.lease().lease, try await work.lease().lease)
    work.fixture.advance(60_000)
    let seal = try await work.fixture.vault { Leases.seal(first, $0) }
    try await beat(work, first, 60_000, seal: seal)
    let madeUp = String(repeating: "0", count: 32)
    for (lease, forged) in [(first, seal), (first, madeUp), (second, seal), (first, "")] {
      await #expect(throws: Refusal.self) { try await beat(work, lease, 3_600_000, seal: forged) }
    }
    let held = try await work.fixture.vault {
      try await Dispatch($0, worker: $0.key.pseudonym(of: work.worker.text)).held(
        in: work.project.id)
    }
    let seen = Dictionary(
      uniqueKeysWithValues: held.map { ($0.lease.id, $0.lease.seen.milliseconds) })
    #expect(seen == [first.id: 60_000, second.id: 0])
  }

  @Test func somebodyElseCannotReportForALease() async throws {
    let work = try await paid()
    let lease = try await work.lease().lease
    await #expect(throws: Refusal.unknown(.lease, lease.id.text)) {
      try await work.fixture.vault {
        try await Leases($0, worker: "another", project: work.project.id)
          .heartbeat(lease.id, .init(claimed: 1, seal: Leases.seal(lease, $0)))
      }
    }
  }

  @Test func timeThatWasNotBelievedCanBeDisputedAndIsPaidWhereThatIsGranted() async throws {
    let work = try await paid()
    let leased = try await work.lease()
    work.fixture.advance(9 * 60_000)
    let answer = try await work.answer(leased, active: 8 * 60_000).answer
    try await work.collect()
    let appeals = Appeals(work.fixture.engine)
    _ = try await appeals.make("The network was down.", on: answer, by: work.worker)
    try await appeals.decide(answer.text, isGranted: true, reply: "It was.", by: .console)
    #expect(try await work.total().pending == 8_000_000)
    #expect(try await work.items().first?.activeMilliseconds == 8 * 60_000)
    try await work.settle()
    #expect(try await work.total().settled == 8_000_000)
    try await work.check()
  }

  @Test func aDisputeThatIsGrantedAfterItWasSettledPaysTheRestAtOnce() async throws {
    let work = try await paid()
    let leased = try await work.lease()
    work.fixture.advance(9 * 60_000)
    let answer = try await work.answer(leased, active: 8 * 60_000).answer
    try await work.collect()
    try await work.settle()
    let appeals = Appeals(work.fixture.engine)
    _ = try await appeals.make("The network was down.", on: answer, by: work.worker)
    try await appeals.decide(answer.text, isGranted: true, reply: "It was.", by: .console)
    #expect(try await work.total().settled == 8_000_000)
    try await work.check()
  }
}
