#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Which of several labels hold, where labels come together: tasks are of some kind, each kind with a
/// probability of every label, and annotators find a label that is there (sensitivity) and leave out one
/// that is not (specificity), each as often as they do.
///
/// With kinds `c` of weight `π`, label probabilities `θ`, and `A`, `B` the likelihoods of the answers where
/// a label holds and where not: `P(c | answers) ∝ π_c Π_l (θ_cl A_l + (1 − θ_cl) B_l)`, exactly, and a label
/// holds with `Σ_c P(c) θ A / (θ A + (1 − θ) B)`. M-step: expected counts with small Beta priors. One kind
/// is the model that takes labels one by one; how many kinds there are is chosen by BIC among `kindCounts`.
///
/// A mixture of Bernoulli distributions as prior for two-coin annotators (Raykar et al., JMLR 11, 2010);
/// for the use of label correlation in crowds see Bragg, Mausam & Weld, *Crowdsourcing Multi-Label
/// Classification for Taxonomy Creation*, HCOMP 2013.
package struct MultiLabelConsensus: Sendable {
  package struct Answer: Hashable, Sendable {
    package var worker: Int
    /// Numbers of the labels that were chosen; all others were left out.
    package var labels: Set<Int>
    package init(worker: Int, labels: Set<Int>) {
      self.worker = worker
      self.labels = labels
    }
  }

  /// By task, then label: the probability that it holds.
  package private(set) var probabilities: [[Double]]
  /// Kinds of tasks that were told apart; 1 where labels come independently.
  package private(set) var kinds: Int

  package static let kindCounts = [1, 2, 4, 8]
  private static let rounds = 60

  /// - Parameter kindCounts: to choose among.
  /// - Complexity: O(Σ kinds × rounds × (answers + tasks) × labels)
  package init(
    _ tasks: [[Answer]], labelCount: Int, workerCount: Int, kindCounts: [Int] = kindCounts
  ) {
    var best: (model: Model, score: Double)?
    for kinds in kindCounts where kinds == 1 || kinds * 10 <= tasks.count {
      var model = Model(tasks, labelCount, workerCount, kinds)
      var likelihood = -Double.infinity
      for _ in 0..<Self.rounds {
        let next = model.step(tasks)
        if abs(next - likelihood) < 1e-6 * abs(next) { break }
        likelihood = next
      }
      let parameters = Double(kinds - 1 + kinds * labelCount)
      let score = model.step(tasks) - parameters / 2 * log(Double(max(2, tasks.count)))
      if score > best?.score ?? -.infinity { best = (model, score) }
    }
    probabilities = best?.model.truths ?? tasks.map { _ in [] }
    kinds = best?.model.weights.count ?? 1
  }

  private struct Model {
    let labelCount: Int
    var weights: [Double]
    /// By kind, then label.
    var shares: [[Double]]
    var sensitivities: [Double]
    var specificities: [Double]
    var truths: [[Double]]

    init(_ tasks: [[Answer]], _ labelCount: Int, _ workerCount: Int, _ kinds: Int) {
      self.labelCount = labelCount
      weights = [Double](repeating: 1 / Double(kinds), count: kinds)
      sensitivities = [Double](repeating: 0.7, count: workerCount)
      specificities = [Double](repeating: 0.9, count: workerCount)
      truths = tasks.map { answers in
        (0..<labelCount).map { label in
          let chosen = answers.filter { $0.labels.contains(label) }.count
          return (Double(chosen) + 0.1) / (Double(answers.count) + 0.2)
        }
      }
      shares = Self.start(truths, labelCount, kinds)
    }

    /// One kind is the mean task; of several the first is the first task, each further one the task that is
    /// farthest from all.
    private static func start(
      _ truths: [[Double]], _ labelCount: Int, _ kinds: Int
    ) -> [[Double]] {
      guard !truths.isEmpty else { return [[Double](repeating: 0.1, count: labelCount)] }
      var shares = [truths[0]]
      if kinds == 1 {
        shares[0] = (0..<labelCount).map { label in
          truths.reduce(0) { $0 + $1[label] } / Double(truths.count)
        }
      }
      while shares.count < kinds {
        let distances = truths.map { task in shares.map { distance($0, task) }.min() ?? 0 }
        shares.append(truths[distances.firstIndex(of: distances.max() ?? 0) ?? 0])
      }
      return shares.map { $0.map { 0.1 + 0.8 * $0 } }
    }

    private static func distance(_ a: [Double], _ b: [Double]) -> Double {
      zip(a, b).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }

    /// One round of EM.
    ///
    /// - Returns: the log-likelihood of the answers before it.
    mutating func step(_ tasks: [[Answer]]) -> Double {
      var likelihood = 0.0
      let kinds = weights.count
      var kindSums = [Double](repeating: 1, count: kinds)
      var shareSums = [[Double]](
        repeating: [Double](repeating: 0.5, count: labelCount), count: kinds)
      // Of all, then shrunk to: hits and chances to hit, where a label holds and where not.
      var hits = [Double](repeating: 0, count: sensitivities.count)
      var (there, rests, absent) = (hits, hits, hits)
      for (task, answers) in tasks.enumerated() where !answers.isEmpty {
        let odds = (0..<labelCount).map { evidence(of: $0, answers) }
        let logs = (0..<kinds).map { kind in
          (0..<labelCount).reduce(log(weights[kind])) { sum, label in
            let share = shares[kind][label]
            return sum + odds[label].no + logOf(share, odds[label].yes - odds[label].no)
          }
        }
        let peak = logs.max() ?? 0
        let total = logs.reduce(0) { $0 + exp($1 - peak) }
        likelihood += peak + log(total)
        var truth = [Double](repeating: 0, count: labelCount)
        for kind in 0..<kinds {
          let own = exp(logs[kind] - peak) / total
          kindSums[kind] += own
          for label in 0..<labelCount {
            let share = shares[kind][label]
            let ratio = exp(min(700, odds[label].yes - odds[label].no))
            let holds = share * ratio / (share * ratio + 1 - share)
            truth[label] += own * holds
            shareSums[kind][label] += own * holds
          }
        }
        truths[task] = truth
        for answer in answers {
          for label in 0..<labelCount {
            there[answer.worker] += truth[label]
            absent[answer.worker] += 1 - truth[label]
            if answer.labels.contains(label) {
              hits[answer.worker] += truth[label]
            } else {
              rests[answer.worker] += 1 - truth[label]
            }
          }
        }
      }
      let kindTotal = kindSums.reduce(0, +)
      for kind in 0..<kinds {
        for label in 0..<labelCount {
          shares[kind][label] = shareSums[kind][label] / kindSums[kind]
        }
        weights[kind] = kindSums[kind] / kindTotal
      }
      sensitivities = Self.shrunk(hits, there, usual: 0.8)
      specificities = Self.shrunk(rests, absent, usual: 0.9)
      return likelihood
    }

    /// `log(1 − share + share · eᵒ)`
    private func logOf(_ share: Double, _ odds: Double) -> Double {
      odds > 0 ? odds + log(share + (1 - share) * exp(-odds)) : log(1 - share + share * exp(odds))
    }

    private func evidence(of label: Int, _ answers: [Answer]) -> (yes: Double, no: Double) {
      var (yes, no) = (0.0, 0.0)
      for answer in answers {
        let (hit, rest) = (sensitivities[answer.worker], specificities[answer.worker])
        if answer.labels.contains(label) {
          yes += log(hit)
          no += log(1 - rest)
        } else {
          yes += log(1 - hit)
          no += log(rest)
        }
      }
      return (yes, no)
    }

    /// Shares of every worker, shrunk to the pool's with ten pseudo-labels, and the pool's to the usual.
    private static func shrunk(_ hits: [Double], _ all: [Double], usual: Double) -> [Double] {
      let pool = (hits.reduce(0, +) + 10 * usual) / (all.reduce(0, +) + 10)
      return zip(hits, all).map { min(max(($0 + 10 * pool) / ($1 + 10), 0.01), 0.99) }
    }
  }
}
