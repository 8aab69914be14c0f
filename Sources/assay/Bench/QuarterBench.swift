import ArgumentParser
import Consensus
import Foundation
import Notation
import Platform
import Store
import Workforce

/// A workforce over a quarter of a year, in minutes.
struct QuarterBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quarter",
    abstract: "Let a large workforce work for a quarter of virtual time, and add the books up.",
    discussion: """
      People come when they will, take whichever project has its turn, and answer; one in twenty does \
      not look. Each day their pay is taken in and settled and their conduct looked at; each month they \
      are paid, some payments come back, half of the appeals are granted, and some people leave and are \
      erased. The laws of the books are checked at the end of each month.
      """)

  @Option(help: "Workers.") var workers = 10_000
  @Option(help: "Days.") var days = 91
  @Option(help: "Answers in all, as many as there is work.") var answers = 200_000
  @Option(help: "The same seed plays the same people.") var seed: UInt64 = 1
  @OptionGroup var output: OutputOptions

  /// People at work at the same moment.
  private static let together = 16
  private static let month = 30
  /// Of a payout run, one payment in so many comes back; of those who were paid, one in so many leaves.
  private static let returnedEvery = 50
  private static let leavesEvery = 200

  private struct Tally {
    var answers = 0
    var decisions = 0
    var payments = 0
    var returned = 0
    var erased = 0
    var faults = 0
    var imbalance: Int64 = 0
  }

  func run() async throws {
    guard (20...100_000).contains(workers), (1...366).contains(days), answers >= 100 else {
      throw ValidationError("A number is out of range.")
    }
    let clock = ContinuousClock()
    let start = clock.now
    let world = try await QuarterWorld(workers: workers, answers: answers, seed: seed)
    var random = SeededGenerator(seed: seed)
    var tally = Tally()
    var left = Set<UserID>()
    for day in 0..<days {
      tally.answers += try await work(day, world, left, &random)
      try await world.endDay(day)
      if day % Self.month == Self.month - 1 || day == days - 1 {
        try await endMonth(day, world, &left, &tally)
      }
    }
    let decisions = try await Decisions(world.engine).list(limit: .max)
    tally.decisions = decisions.count
    let paused = Set(decisions.filter { $0.action == .pause }.map(\.user))
    let planted = Set(world.people.filter(\.isPlanted).map(\.id))
    let seconds = (clock.now - start) / .seconds(1)
    await world.close()
    report(tally, paused, planted, seconds)
  }

  private func work(
    _ day: Int, _ world: QuarterWorld, _ left: Set<UserID>, _ random: inout SeededGenerator
  ) async throws -> Int {
    // As many as make the answers in all, three each; always others.
    let count = max(1, answers / days / 3)
    let present = (0..<count).compactMap { _ in world.people.randomElement(using: &random) }
      .filter { !left.contains($0.id) }
    let seeds = present.map { _ in random.next() }
    return try await withThrowingTaskGroup(of: Int.self) { group in
      var (place, done) = (0, 0)
      func add() {
        guard place < present.count else { return }
        let (person, seed) = (present[place], seeds[place])
        place += 1
        group.addTask {
          var own = SeededGenerator(seed: seed)
          var count = 0
          while count < 3, try await world.work(person, &own) { count += 1 }
          return count
        }
      }
      for _ in 0..<Self.together { add() }
      while let count = try await group.next() {
        done += count
        add()
      }
      return done
    }
  }

  private func endMonth(
    _ day: Int, _ world: QuarterWorld, _ left: inout Set<UserID>, _ tally: inout Tally
  ) async throws {
    let engine = world.engine
    try await appeal(engine, day)
    let currency = try PayNotation.currency("USD", "currency")
    let payouts = Payouts(engine, actor: .console)
    let (run, _) = try await payouts.order(in: currency, minimum: 0, key: "month \(day)")
    // The same order, as after a crash: nobody is paid twice.
    let (again, _) = try await payouts.order(in: currency, minimum: 0, key: "month \(day)")
    guard again.id == run.id else { throw ValidationError("A payout was made twice.") }
    let payments = try await payouts.get(run.id).1
    var returned: [UserID: String] = [:]
    for (place, payment) in payments.enumerated() where place % Self.returnedEvery == 0 {
      returned[payment.user] = "account closed"
    }
    _ = try await payouts.confirm(run.id, returned: returned)
    tally.payments += payments.count
    tally.returned += returned.count
    for (place, payment) in payments.enumerated()
    where place % Self.leavesEvery == 1 && returned[payment.user] == nil {
      // Whoever is still owed something is refused, and leaves another month.
      guard (try? await Erasure(engine).erase(payment.user, by: .console)) != nil else { continue }
      left.insert(payment.user)
      tally.erased += 1
    }
    tally.faults += try await Ledger(engine).faults().count
    tally.imbalance += abs(try await Ledger(engine).trialBalance().reduce(0) { $0 + $1.micros })
  }

  /// Whoever was paused appeals; every other appeal is granted.
  private func appeal(_ engine: DataEngine, _ day: Int) async throws {
    let appeals = Appeals(engine)
    for decision in try await Decisions(engine).list(limit: .max)
    where decision.action == .pause && decision.liftedAt == nil && decision.appeal == nil {
      _ = try? await appeals.make("I looked.", on: decision.id, by: decision.user)
    }
    for (place, subject) in try await appeals.waiting(limit: .max).enumerated() {
      try await appeals.decide(
        subject.id, isGranted: place % 2 == 0, reply: "Looked at again.", by: .console)
    }
  }

  private func report(_ tally: Tally, _ paused: Set<UserID>, _ planted: Set<UserID>, _ seconds: Double) {
    let honest = workers - planted.count
    let falseAlarms = paused.subtracting(planted).count
    output.print(
      [
        "workers": .count(workers), "days": .count(days), "answers": .count(tally.answers),
        "seconds": .double(seconds), "decisions": .count(tally.decisions),
        "planted": .count(planted.count), "planted_paused": .count(paused.intersection(planted).count),
        "honest_paused": .count(falseAlarms), "payments": .count(tally.payments),
        "returned": .count(tally.returned), "erased": .count(tally.erased),
        "faults": .count(tally.faults), "imbalance_micros": .int(tally.imbalance),
      ],
      """
      \(workers) workers, \(days) days, \(tally.answers) answers in \(Int(seconds)) s
      paused: \(paused.intersection(planted).count) of \(planted.count) who do not look, \
      \(falseAlarms) of \(honest) who do
      paid: \(tally.payments) payments, of which \(tally.returned) came back; \(tally.erased) people erased
      books: \(tally.faults) faults, \(tally.imbalance) micro-units out of balance
      """)
  }
}
