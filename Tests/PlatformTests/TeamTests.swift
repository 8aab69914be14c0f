import Foundation
import Notation
import Store
import Testing
import Workflow
import Workforce

@testable import Platform

@Suite struct TeamTests {
  @Test func daysAtWorkAreKeptOverARestartAndCountOnTheBoard() async throws {
    let work = try await PaidWork()
    let days = WorkDays(work.fixture.engine)
    days.note(work.worker, on: work.project.id, activeMilliseconds: 60_000)
    days.note(work.worker, on: work.project.id, activeMilliseconds: 30_000)
    try await days.flush()
    try await work.fixture.reopen()
    WorkDays(work.fixture.engine).note(work.worker, on: work.project.id, activeMilliseconds: 1_000)
    TeamBoard(work.fixture.engine).heard(of: work.worker, on: work.project.id)
    let live = try await TeamBoard(work.fixture.engine).live()
    #expect(live.map(\.answersToday) == [3] && live.first?.activeMillisecondsToday == 91_000)
    work.fixture.advance(TeamBoard.presentMilliseconds + 1)
    #expect(try await TeamBoard(work.fixture.engine).live() == [])
  }

  @Test func timeIsCountedByTheServersClockWhateverIsClaimed() async throws {
    let work = try await PaidWork()
    let days = WorkDays(work.fixture.engine)
    func today() async throws -> Int64 {
      try await TeamBoard(work.fixture.engine).live().first?.activeMillisecondsToday ?? 0
    }
    days.worked(work.worker, on: work.project.id, claimed: 86_400_000)
    TeamBoard(work.fixture.engine).heard(of: work.worker, on: work.project.id)
    #expect(try await today() == Dispatch.leaseMilliseconds, "a day cannot be claimed")
    work.fixture.advance(60_000)
    days.worked(work.worker, on: work.project.id, claimed: 0)
    #expect(
      try await today() == Dispatch.leaseMilliseconds + 30_000, "and nothing is half of it at least"
    )
    work.fixture.advance(60_000)
    days.worked(work.worker, on: work.project.id, claimed: 86_400_000)
    #expect(try await today() == Dispatch.leaseMilliseconds + 90_000)
  }

  @Test func aReportCountsWhatWasEarnedAndAccepted() async throws {
    let work = try await PaidWork()
    try await work.fixture.load(2, into: work.project)
    for _ in 0..<2 {
      try await work.answer(work.lease())
      WorkDays(work.fixture.engine).note(
        work.worker, on: work.project.id, activeMilliseconds: 5_000)
    }
    try await work.collect()
    let today = work.fixture.clock.withLock { $0 } / WorkDays.dayMilliseconds
    let lines = try await TeamBoard(work.fixture.engine).report(today...today)
    #expect(lines.map(\.answers) == [2] && lines.map(\.acceptedAnswers) == [2])
    #expect(lines.first?.earned == [Money(micros: 200_000, work.dollar)])
    #expect(try await TeamBoard(work.fixture.engine).report((today - 3)...(today - 1)) == [])
    await #expect(throws: Refusal.self) {
      try await TeamBoard(work.fixture.engine).report((today - Int64(TeamBoard.spanLimit))...today)
    }
    _ = try await TeamBoard(work.fixture.engine).report(
      (today - Int64(TeamBoard.spanLimit) + 1)...today)
    let board = TeamBoard(work.fixture.engine)
    #expect(try await board.report(today...today, .init(search: "W@EXAMPLE")).count == 1)
    #expect(try await board.report(today...today, .init(search: "nobody")) == [])
    #expect(try await board.report(today...today, .init(client: work.fixture.client)).count == 1)
    #expect(
      try await board.report(today...today, .init(client: ClientID("0123456789abcdef01234567")))
        == [])
    #expect(try await board.daily(today...today, of: work.worker).map(\.answers) == [2])
  }

  private func missing(_ work: PaidWork) async throws -> [Eligibility.Missing] {
    try #require(try await work.fixture.listing(work.project.id, for: work.principal)).missing
  }

  @Test func aDayHasItsLimitAndTheNextBeginsAnew() async throws {
    let work = try await PaidWork()
    let days = WorkDays(work.fixture.engine)
    try await days.setDailyMinutes(2, by: .console)
    days.note(work.worker, on: work.project.id, activeMilliseconds: 119_999)
    #expect(try await missing(work) == [])
    days.note(work.worker, on: work.project.id, activeMilliseconds: 1)
    #expect(try await missing(work) == [.rest(minutes: 2)])
    work.fixture.advance(WorkDays.dayMilliseconds)
    #expect(try await missing(work) == [])
    for wrong in [0, 1441] {
      await #expect(throws: Refusal.self) { try await days.setDailyMinutes(wrong, by: .console) }
    }
    try await days.setDailyMinutes(nil, by: .console)
    #expect(try await days.dailyMinutes() == nil)
  }

  @Test func whatMayHarmIsSeenByWhoSaidYesForSoLong() async throws {
    let work = try await PaidWork()
    try await Routings(work.fixture.engine).set(
      ProjectRouting(exposure: .init(warning: "Wounds.", minutesPerDay: 10)), for: work.project.id,
      by: .console)
    #expect(try await missing(work) == [.optIn(warning: "Wounds.")])
    let days = WorkDays(work.fixture.engine)
    try await days.optIn(work.worker, to: work.project.id)
    #expect(try await missing(work) == [])
    days.note(work.worker, on: work.project.id, activeMilliseconds: 600_000)
    #expect(try await missing(work) == [.rest(minutes: 10)])
    try await days.optOut(work.worker, of: work.project.id)
    #expect(try await missing(work).contains(.optIn(warning: "Wounds.")))
  }

  @Test func oneWorkerGetsTheirShareOfABatchAndNoMore() async throws {
    let work = try await PaidWork()
    try await work.fixture.load(10, into: work.project)
    let routing = ProjectRouting(shareLimitPercent: 20)
    func lease(_ worker: String) async throws -> Dispatch.Outcome {
      try await work.fixture.vault {
        try await Dispatch($0, worker: worker, routing: routing).lease(
          in: work.project.id, stage: .label)
      }
    }
    var given: [LeasedTask] = []
    while case .leased(let tasks) = try await lease("a") { given += tasks }
    #expect(given.count == 2)
    guard case .nothing(let nothing) = try await lease("a") else { return }
    #expect(nothing.reason == .shareTaken)
    // What was given back is not had.
    try await work.fixture.vault {
      try await Leases($0, worker: "a", project: work.project.id).release(given[0].lease.id)
    }
    guard case .leased = try await lease("a") else { return #expect(Bool(false)) }
    guard case .leased = try await lease("b") else { return #expect(Bool(false)) }
  }

  @Test func aNewBatchIsTheClientsOwnPeoplesFirst() async throws {
    let work = try await PaidWork()
    try await work.fixture.load(1, into: work.project)
    func isOpen(_ routing: ProjectRouting) async throws -> Bool {
      let outcome = try await work.fixture.vault {
        try await Dispatch($0, worker: "w", routing: routing).lease(
          in: work.project.id, stage: .label)
      }
      guard case .leased(let tasks) = outcome else { return false }
      try await work.fixture.vault {
        try await Leases($0, worker: "w", project: work.project.id).release(tasks[0].lease.id)
      }
      return true
    }
    let later = ProjectRouting(ownTeamHours: 2)
    #expect(try await isOpen(later) == false)
    #expect(try await isOpen(ProjectRouting()))
    work.fixture.advance(2 * 3_600_000)
    #expect(try await isOpen(later))
  }

  @Test func theNextTaskComesFromWhicheverProjectHasItsTurn() async throws {
    let work = try await PaidWork()
    let other = try await work.fixture.project()
    try await Routings(work.fixture.engine).set(
      ProjectRouting(priority: 5), for: other.id, by: .console)
    let queue = WorkQueue(work.fixture.engine)
    #expect(try await queue.candidates(for: work.principal) == [other.id, work.project.id])
    queue.hadNothing(other.id, for: work.principal)
    #expect(try await queue.candidates(for: work.principal) == [work.project.id])
    work.fixture.advance(WorkQueue.emptyMilliseconds)
    #expect(try await queue.candidates(for: work.principal).first == other.id)
    try await Decisions(work.fixture.engine).make(
      .init(user: work.worker, project: other.id, actions: [.pause], reason: "No."), by: .console)
    #expect(try await queue.candidates(for: work.principal) == [work.project.id])
  }

  @Test func messagesReachWhomTheyAreForAndNobodyElse() async throws {
    let work = try await PaidWork()
    let messages = Messages(work.fixture.engine)
    #expect(try await messages.send("Thank you.", to: [work.worker], by: .console) == 1)
    #expect(try await messages.send("To all.", to: nil, by: .console) == 1)
    #expect(
      try await messages.list(of: work.worker, limit: 9).map(\.text) == ["To all.", "Thank you."])
    #expect(try await messages.newCount(of: work.worker) == 2)
    try await messages.markRead(by: work.worker)
    #expect(try await messages.newCount(of: work.worker) == 0)
    let stranger = UserID(seconds: 1, random: 2)
    await #expect(throws: Refusal.unknown(.user, stranger.text)) {
      try await messages.send("?", to: [work.worker, stranger], by: .console)
    }
    await #expect(throws: Refusal.self) {
      try await messages.send(
        String(repeating: "x", count: Messages.textLimit + 1), to: nil, by: .console)
    }
    #expect(
      try await messages.list(of: work.worker, limit: 9).count == 2, "a refused one goes to nobody")
  }

  @Test func aForecastSaysWhenABatchIsDoneAndWarnsOfItsDay() async throws {
    let work = try await PaidWork()
    try await work.fixture.load(40, into: work.project)
    for _ in 0..<20 {
      try await work.answer(work.lease())
      work.fixture.advance(1_800_000)
    }
    try await work.collect()
    let cost = try #require(try await Earnings(work.fixture.engine).cost(of: work.project.id))
    func forecast() async throws -> Forecasts.BatchForecast {
      let found = try await work.fixture.vault {
        try await Forecasts($0).make(for: work.project.id, cost: cost)
      }
      return try #require(found.first)
    }
    let first = try await forecast()
    #expect((8...12).contains(first.forecast.hours?.likely ?? 0), "20 answers at 2 an hour")
    #expect((1_800_000...2_200_000).contains(first.forecast.cost?.likely ?? 0), "at ten cents")
    #expect(first.alarm == nil)
    let now = work.fixture.clock.withLock { $0 }
    for (hours, alarm) in [(1, Forecasts.Alarm.late), (100, nil)] as [(Int64, Forecasts.Alarm?)] {
      try await work.fixture.vault {
        try await Forecasts($0).setDue(now + hours * 3_600_000, for: first.batch.id, by: .console)
      }
      #expect(try await forecast().alarm == alarm)
    }
  }

  @Test func whoIsErasedIsGoneAndTheBooksStay() async throws {
    let work = try await PaidWork()
    try await work.fixture.load(1, into: work.project)
    try await work.sayWhereTo()
    try await work.answer(work.lease())
    try await work.collect()
    let erasure = Erasure(work.fixture.engine)
    await #expect(throws: Refusal.self) { try await erasure.erase(work.worker, by: .console) }
    try await work.settle()
    let payouts = Payouts(work.fixture.engine, actor: .console)
    let (run, _) = try await payouts.order(in: work.dollar, minimum: 0, key: "k")
    await #expect(throws: Refusal.self, "what is on its way is owed") {
      try await erasure.erase(work.worker, by: .console)
    }
    _ = try await payouts.confirm(run.id, returned: [:])
    try await erasure.erase(work.worker, by: .console)
    #expect(try await WorkerProfiles(work.fixture.engine).get(work.worker) == WorkerProfile())
    let payments = try await payouts.get(run.id).1
    #expect(payments.map(\.name) == [""] && payments.first?.amount.micros == 100_000)
    #expect(try await work.items().count == 1)
    try await work.check()
    let left = try await work.fixture.engine.control.read { connection in
      try connection.first("SELECT email FROM users WHERE id = ?", [work.worker.sql]) { $0.text(0) }
    }
    #expect(left == "\(work.worker)@erased.invalid")
    await #expect(throws: Refusal.unknown(.user, work.worker.text)) {
      try await erasure.erase(work.worker, by: .console)
    }
  }
}
