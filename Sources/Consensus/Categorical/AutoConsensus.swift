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
    let shares = MajorityVote.fit(votes)
    let evidence = evidence(votes, seed)
    guard evidence > evidenceBar else {
      return Fit(posteriors: shares, tellsWorkersApart: false, evidence: evidence)
    }
    var posteriors = shares
    let matrices = PooledDawidSkene.fit(votes).posteriors.values
    let coins = PooledDawidSkene.fit(votes, strength: 3, pool: .oneCoin).posteriors.values
    for place in posteriors.values.indices {
      posteriors.values[place] = shares.values[place] / 2 + (matrices[place] + coins[place]) / 4
    }
    return Fit(posteriors: posteriors, tellsWorkersApart: true, evidence: evidence)
  }

  /// By how many standard errors the votes set aside are more probable where workers are told apart; 0
  /// where there are too few.
  static func evidence(_ votes: VoteTable, _ seed: UInt64) -> Double {
    guard votes.classCount > 1, votes.workerCount > 1 else { return 0 }
    var generator = SeededGenerator(seed: seed)
    let fold = (0..<votes.voteCount).map { _ in Int(generator.next() % UInt64(folds)) }
    var (count, sum, squares) = (0.0, 0.0, 0.0)
    for aside in 0..<(votes.voteCount > plenty ? 1 : folds) {
      let rest = votes.keeping { fold[$0] != aside }
      let apart = PooledDawidSkene.fit(rest, strength: 3, iterations: 25)
      let alike = PooledDawidSkene.fit(rest, strength: .infinity, pool: .oneCoin, iterations: 40)
      for task in 0..<votes.taskCount {
        for vote in votes.starts[task]..<votes.starts[task + 1] where fold[vote] == aside {
          let gain =
            log(apart.probability(of: vote, on: task, votes))
            - log(alike.probability(of: vote, on: task, votes))
          count += 1
          sum += gain
          squares += gain * gain
        }
      }
    }
    guard count > 1 else { return 0 }
    let mean = sum / count
    let spread = max(0, squares / count - mean * mean)
    return spread > 0 ? mean / (spread / count).squareRoot() : 0
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
