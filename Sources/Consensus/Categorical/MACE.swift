#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Multi-annotator competence estimation: on each task a worker either knows the answer and gives it,
/// or spams by a habit of their own.
///
/// `p(l | k) = s_w ξ_w[l] + (1 − s_w) [l = k]` under uniform classes; `s` has the prior `Beta(½, ½)`,
/// `ξ` the prior `Dir(10)`. E-step: task marginals, and how often each worker knew or spammed. M-step
/// by variational Bayes: `exp(ψ(count + prior) − ψ(Σ))`.
///
/// Hovy, Berg-Kirkpatrick, Vaswani & Hovy, *Learning Whom to Trust with MACE*, NAACL 2013. Where the
/// reference starts at random, this starts from `s = ½` and flat habits, which is where its draws have
/// their middle: the result is the same each time and needs no restarts.
package enum MACE {
  package struct Fit: Sendable {
    package var posteriors: Posteriors
    /// The probability that each worker knows the answer to a task.
    package var competence: [Double]
  }

  /// - Complexity: O(iterations × votes)
  package static func fit(_ votes: VoteTable, iterations: Int = 50) -> Fit {
    let (classes, workers) = (votes.classCount, votes.workerCount)
    var spams = [Double](repeating: 0.5, count: workers)
    var knows = spams
    var habits = [Double](repeating: 1 / Double(classes), count: workers * classes)
    var z = [Double](repeating: 0, count: votes.taskCount * classes)
    var (spamCounts, knowCounts) = (spams, spams)
    var habitCounts = habits
    // Of each worker and label: what it says for its class, and how much of it is known, not spammed.
    var (gains, shares) = (habits, habits)
    func expect() {
      for worker in 0..<workers {
        for cell in worker * classes..<(worker + 1) * classes {
          let spam = spams[worker] * habits[cell]
          gains[cell] = log1p(knows[worker] / max(spam, 1e-300))
          shares[cell] = knows[worker] / max(spam + knows[worker], 1e-300)
        }
      }
      for worker in 0..<workers { (spamCounts[worker], knowCounts[worker]) = (0, 0) }
      for place in habitCounts.indices { habitCounts[place] = 0 }
      var row = [Double](repeating: 0, count: classes)
      for task in 0..<votes.taskCount {
        let range = votes.starts[task]..<votes.starts[task + 1]
        // Every class shares what the votes would be worth as spam; only classes voted for have more.
        for label in 0..<classes { row[label] = 0 }
        for vote in range {
          let label = Int(votes.labels[vote])
          row[label] += gains[Int(votes.workers[vote]) * classes + label]
        }
        row.becomeDistribution()
        for label in 0..<classes { z[task * classes + label] = row[label] }
        for vote in range {
          let (worker, label) = (Int(votes.workers[vote]), Int(votes.labels[vote]))
          let known = row[label] * shares[worker * classes + label]
          knowCounts[worker] += known
          spamCounts[worker] += 1 - known
          habitCounts[worker * classes + label] += 1 - known
        }
      }
    }
    expect()
    for _ in 0..<iterations {
      for worker in 0..<workers {
        let whole = digamma(spamCounts[worker] + knowCounts[worker] + 1)
        spams[worker] = exp(digamma(spamCounts[worker] + 0.5) - whole)
        knows[worker] = exp(digamma(knowCounts[worker] + 0.5) - whole)
        let cells = worker * classes..<(worker + 1) * classes
        let all = digamma(habitCounts[cells].reduce(10 * Double(classes), +))
        for cell in cells { habits[cell] = exp(digamma(habitCounts[cell] + 10) - all) }
      }
      expect()
    }
    return Fit(posteriors: Posteriors(classCount: classes, values: z), competence: knows)
  }
}
