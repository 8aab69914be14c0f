import ArgumentParser
import Consensus
import Foundation
import Notation

/// What one more answer costs where very many are known.
struct IncrementalBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "incremental", abstract: "Time single answers on top of a million.",
    discussion: """
      Draws a crowd of 1,000 annotators and five classes under a fixed seed, fits it, and adds one \
      answer to every tenth of its tasks, one by one.
      """)

  @Option(help: "Answers that are known beforehand.") var answers = 1_000_000
  @OptionGroup var output: OutputOptions

  private static let (workers, classes, perTask) = (1_000, 5, 10)

  func run() async throws {
    guard (1_000...100_000_000).contains(answers) else {
      throw ValidationError("--answers must lie in 1,000…100,000,000.")
    }
    var generator = SeededGenerator(seed: 7)
    let tasks = answers / Self.perTask
    let skills = (0..<Self.workers).map { _ in Double.random(in: 0.4..<0.95, using: &generator) }
    func vote(_ task: Int) -> VoteTable.Vote {
      let worker = Int(generator.next() % UInt64(Self.workers))
      let isRight = Double.random(in: 0..<1, using: &generator) < skills[worker]
      let other = Int(generator.next() % UInt64(Self.classes))
      return .init(task: task, worker: worker, label: isRight ? task % Self.classes : other)
    }
    let votes = (0..<tasks).flatMap { task in (0..<Self.perTask).map { _ in vote(task) } }
    var kept = IncrementalConsensus(
      VoteTable(
        taskCount: tasks, workerCount: Self.workers, classCount: Self.classes, votes: votes))
    var times: [Double] = []
    for task in stride(from: 0, to: tasks, by: 10) {
      let next = vote(task)
      let started = ContinuousClock.now
      kept.add(next)
      times.append(started.duration(to: .now) / .microseconds(1))
    }
    times.sort()
    let mean = times.reduce(0, +) / Double(times.count)
    let late = times[times.count * 99 / 100]
    output.print(
      [
        "answers": .int(Int64(answers)), "added": .int(Int64(times.count)),
        "mean_microseconds": .double(mean), "p99_microseconds": .double(late),
      ],
      String(
        format: "%d answers known, %d added: %.1f µs on average, %.1f µs at 99 %%", answers,
        times.count, mean, late))
  }
}
