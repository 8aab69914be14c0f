import ArgumentParser
import Consensus
import Foundation
import Notation

/// Scores of things out of votes between two of them, or out of orders of some of them.
struct RankCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rank", abstract: "Score things by votes between two of them.",
    discussion: """
      FILE is CSV. Votes have the columns left, right and label (left, right, tie, or the name that was \
      preferred), and worker where voters are known; orders have the column ranking, the best first, \
      names with > between them. Other columns are passed over; `-` reads standard input.

      Scores have the mean 0, and the odds of a against b are exp(score a − score b); of elo the mean is \
      1500 and the odds are 10^((score a − score b) / 400). The intervals hold a \
      score with 95 %: by the sandwich for bradley_terry, else by 200 draws of voters (of votes where \
      voters are not known). crowd_bt and noisy_bt also say how reliable each voter is; elo depends on \
      the order of the votes and has no interval.
      """)

  enum Method: String, CaseIterable, ExpressibleByArgument {
    case bradleyTerry = "bradley_terry"
    case crowd = "crowd_bt"
    case noisy = "noisy_bt"
    case plackettLuce = "plackett_luce"
    case elo
  }

  @Argument(help: "A CSV file of votes or orders.") var file: String
  @Option(help: "How to score.") var method = Method.bradleyTerry
  @Flag(help: "Take intervals by drawing votes anew, for bradley_terry too.") var bootstrap = false
  @OptionGroup var output: OutputOptions

  /// Of strengths that are fitted to votes drawn anew, far finer than the intervals they make.
  private static let drawTolerance = 1e-2

  private struct Score {
    var strengths: [Double]
    var intervals: [ClosedRange<Double>]?
    var reliabilities: [Double] = []
  }

  func run() async throws {
    let votes: VoteFile
    let score: Score
    do {
      if method == .plackettLuce {
        votes = try VoteFile(rankings: file)
        score = try ranked(votes)
      } else {
        votes = try VoteFile(comparisons: file)
        score = try compared(votes)
      }
    } catch BradleyTerry.Fault.tooManyItems(let limit) {
      throw Failure("\(file) names more than \(limit) things", remedy: "Rank them in groups.")
    }
    show(score, votes)
  }

  private func ranked(_ votes: VoteFile) throws -> Score {
    let count = votes.items.count
    guard let strengths = PlackettLuce.fit(votes.rankings, itemCount: count) else {
      throw Failure("\(file) names something twice in one ranking")
    }
    let numbers = votes.rankings.indices.map { Comparison(first: $0, second: $0, outcome: 0) }
    let intervals = try BootstrapStrengths.intervals(numbers) { drawn throws(BradleyTerry.Fault) in
      PlackettLuce.fit(
        drawn.map { votes.rankings[$0.first] }, itemCount: count, tolerance: 1e-6) ?? strengths
    }
    return Score(strengths: strengths, intervals: intervals)
  }

  private func compared(_ votes: VoteFile) throws -> Score {
    let (items, workers) = (votes.items.count, max(1, votes.workers.count))
    func fit(
      _ comparisons: [Comparison], tolerance: Double = 1e-7
    ) throws(BradleyTerry.Fault) -> Score {
      switch method {
      case .bradleyTerry, .plackettLuce:
        let found = try BradleyTerry(
          comparisons, itemCount: items, hasErrors: !bootstrap)
        return Score(
          strengths: found.strengths,
          intervals: bootstrap ? nil : (0..<items).map { found.interval(of: $0) })
      case .crowd:
        let found = try CrowdBradleyTerry.fit(
          comparisons, itemCount: items, workerCount: workers, tolerance: tolerance)
        return Score(strengths: found.strengths.strengths, reliabilities: found.reliabilities)
      case .noisy:
        let found = try NoisyBradleyTerry.fit(
          comparisons, itemCount: items, workerCount: workers, tolerance: tolerance)
        return Score(
          strengths: found.votes.strengths.strengths, reliabilities: found.votes.reliabilities)
      case .elo:
        var elo = Elo(itemCount: items)
        for one in comparisons { elo.take(one.first, one.second, outcome: one.outcome) }
        return Score(strengths: elo.ratings)
      }
    }
    var score = try fit(votes.comparisons)
    if method != .elo, bootstrap || score.intervals == nil {
      score.intervals = try BootstrapStrengths.intervals(votes.comparisons) {
        drawn throws(BradleyTerry.Fault) in try fit(drawn, tolerance: Self.drawTolerance).strengths
      }
    }
    return score
  }

  private func show(_ score: Score, _ votes: VoteFile) {
    let order = score.strengths.indices.sorted {
      (-score.strengths[$0], $0) < (-score.strengths[$1], $1)
    }
    let width = (votes.items.names.map(\.count).max() ?? 0) + 4
    var table = TextTable("name", columns: ["score", "from", "to"], nameWidth: max(12, width))
    for item in order {
      let interval = score.intervals?[item]
      table.add(
        votes.items.names[item],
        [score.strengths[item], interval?.lowerBound, interval?.upperBound].map {
          TextTable.number($0, 3)
        })
    }
    let voters = score.reliabilities.indices.sorted {
      (score.reliabilities[$0], $0) < (score.reliabilities[$1], $1)
    }
    if !voters.isEmpty, votes.workers.count > 0 {
      table.addLine()
      table.add("voter", ["reliable"])
      for voter in voters {
        table.add(
          votes.workers.names[voter],
          [TextTable.number(score.reliabilities[voter], 3)])
      }
    }
    let items = order.map { item -> JSON in
      [
        "name": .string(votes.items.names[item]), "score": .double(score.strengths[item]),
        "interval": score.intervals.map {
          .array([.double($0[item].lowerBound), .double($0[item].upperBound)])
        } ?? .null,
      ]
    }
    output.print(
      [
        "method": .string(method.rawValue), "items": .array(items),
        "voters": .array(
          votes.workers.count == 0
            ? []
            : voters.map {
              [
                "worker": .string(votes.workers.names[$0]),
                "reliability": .double(score.reliabilities[$0]),
              ]
            }),
      ], table.text)
  }
}
