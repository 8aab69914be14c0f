#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The method for whoever does not want to choose: knows each worker's errors where the votes show that
/// there is something to know, and is majority where they do not.
///
/// The evidence is what nobody needs truth for: votes are set aside, and two models say how probable
/// they were. One has a confusion matrix for each worker (`PooledDawidSkene`), one takes everybody to
/// be alike. Where the first does better by `evidenceBar` standard errors, the result is half the vote
/// shares, a quarter the posteriors with whole confusion matrices and a quarter those with one number a
/// worker: the shares keep a task with a clear vote from being overturned by models that only guess,
/// and models that err in their own ways from being too sure. Else the result is the vote shares.
///
/// On eleven public sets it gains 2.8 points over majority on average and loses nowhere; where their
/// answers were thinned to 2, 3, 5 and 8 a task at random (72 cases), it gains 2.0, loses more than half
/// a point three times, and 1.9 at most: two tasks of 108 (`docs/guides/quality.md`).
package enum AutoConsensus {
  package struct Fit: Sendable {
    package var posteriors: Posteriors
    /// Whether workers were told apart.
    package var tellsWorkersApart: Bool
    /// By how many standard errors telling workers apart foretells votes better.
    package var evidence: Double
  }

  /// Standard errors from which on workers are told apart.
  package static let evidenceBar = 5.0
  private static let folds = 5
  /// Votes beyond which one fold is evidence enough.
  private static let plenty = 200_000

  /// - Parameter seed: of the choice of votes that are set aside.
  /// - Complexity: that of twelve fits of `PooledDawidSkene`; of four from 200,000 votes on.
  package static func fit(_ votes: VoteTable, seed: UInt64 = 1) -> Fit {
    let evidence = evidence(votes, seed: seed)
    guard evidence > evidenceBar else { return alike(votes, evidence) }
    return apart(votes, evidence, [matrices(votes), coins(votes)])
  }

  /// The same to the last bit, on as many cores as there are.
  package static func fitOnAllCores(_ votes: VoteTable, seed: UInt64 = 1) async -> Fit {
    let gained = await inParallel(parts(of: votes, seed)) { part in
      let rest = part.rest(of: votes)
      return gains(part, votes, await inParallel(rivals) { $0(rest) })
    }
    let evidence = Gains.joined(gained).evidence
    guard evidence > evidenceBar else { return alike(votes, evidence) }
    let models = await inParallel([matrices, coins]) { $0(votes) }
    return apart(votes, evidence, models)
  }

  private static func alike(_ votes: VoteTable, _ evidence: Double) -> Fit {
    Fit(posteriors: MajorityVote.fit(votes), tellsWorkersApart: false, evidence: evidence)
  }

  private static func apart(_ votes: VoteTable, _ evidence: Double, _ models: [[Double]]) -> Fit {
    var posteriors = MajorityVote.fit(votes)
    for place in posteriors.values.indices {
      posteriors.values[place] =
        posteriors.values[place] / 2 + (models[0][place] + models[1][place]) / 4
    }
    return Fit(posteriors: posteriors, tellsWorkersApart: true, evidence: evidence)
  }

  @Sendable private static func matrices(_ votes: VoteTable) -> [Double] {
    PooledDawidSkene.fit(votes).posteriors.values
  }

  @Sendable private static func coins(_ votes: VoteTable) -> [Double] {
    PooledDawidSkene.fit(votes, strength: 3, pool: .oneCoin).posteriors.values
  }

  /// By how many standard errors the votes set aside are more probable where workers are told apart; 0
  /// where there are too few.
  package static func evidence(_ votes: VoteTable, seed: UInt64 = 1) -> Double {
    let gained = parts(of: votes, seed).map { part in
      let rest = part.rest(of: votes)
      return gains(part, votes, rivals.map { $0(rest) })
    }
    return Gains.joined(gained).evidence
  }

  /// The model that tells workers apart, and the one that does not.
  private static let rivals: [@Sendable (VoteTable) -> PooledDawidSkene.Fit] = [
    { PooledDawidSkene.fit($0, strength: 3, iterations: 25) },
    { PooledDawidSkene.fit($0, strength: .infinity, pool: .oneCoin, iterations: 40) },
  ]

  /// Votes that are set aside together.
  private struct Part: Sendable {
    var fold: [UInt8]
    var aside: UInt8

    func rest(of votes: VoteTable) -> VoteTable { votes.keeping { fold[$0] != aside } }
  }

  private static func parts(of votes: VoteTable, _ seed: UInt64) -> [Part] {
    guard votes.classCount > 1, votes.workerCount > 1 else { return [] }
    var generator = SeededGenerator(seed: seed)
    let fold = (0..<votes.voteCount).map { _ in UInt8(generator.next() % UInt64(folds)) }
    return (0..<(votes.voteCount > plenty ? 1 : folds)).map { Part(fold: fold, aside: UInt8($0)) }
  }

  /// What is gained in the logarithm of a vote's probability, summed over votes.
  private struct Gains: Sendable {
    var (count, sum, squares) = (0.0, 0.0, 0.0)

    static func joined(_ parts: [Gains]) -> Gains {
      parts.reduce(into: Gains()) { all, part in
        all.count += part.count
        all.sum += part.sum
        all.squares += part.squares
      }
    }

    var evidence: Double {
      guard count > 1 else { return 0 }
      let mean = sum / count
      let spread = max(0, squares / count - mean * mean)
      return spread > 0 ? mean / (spread / count).squareRoot() : 0
    }
  }

  /// - Parameter fits: of the rivals to the rest of the votes.
  private static func gains(
    _ part: Part, _ votes: VoteTable, _ fits: [PooledDawidSkene.Fit]
  ) -> Gains {
    let (apart, alike) = (fits[0], fits[1])
    var gains = Gains()
    for task in 0..<votes.taskCount {
      for vote in votes.starts[task]..<votes.starts[task + 1] where part.fold[vote] == part.aside {
        let gain =
          log(apart.probability(of: vote, on: task, votes))
          - log(alike.probability(of: vote, on: task, votes))
        gains.count += 1
        gains.sum += gain
        gains.squares += gain * gain
      }
    }
    return gains
  }
}

extension PooledDawidSkene.Fit {
  /// How probable a vote was, whose task and worker were fitted by other votes.
  fileprivate func probability(of vote: Int, on task: Int, _ votes: VoteTable) -> Double {
    let classes = priors.count
    let cell = (Int(votes.workers[vote]) * classes + Int(votes.labels[vote])) * classes
    var probability = 0.0
    for truth in 0..<classes {
      probability += posteriors.values[task * classes + truth] * confusion[cell + truth]
    }
    return max(probability, 1e-12)
  }
}
