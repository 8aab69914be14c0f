#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The tags of a sequence out of several workers', by a hidden Markov model whose observations are the
/// workers' tags: whoever has begun an entity goes on with it, so what a worker says depends on the truth
/// and on what the same worker said before.
///
/// `p(tag of w | truth k, w's tag before l)` has the prior `Dir(0.3 + 2.7 [tag = k])`; the true tags are a
/// Markov chain in which I follows only B or I of its kind. Mean-field variational Bayes on the workers,
/// forward–backward on the truth, Viterbi at the end; starts from the vote shares.
///
/// Simpson & Gurevych, *A Bayesian Approach for Sequence Tagging with Crowds*, EMNLP 2019 (BSC-seq); Nguyen
/// et al., *Aggregating and Predicting Sequence Labels from Crowd Annotations*, ACL 2017 (HMM-Crowd).
package struct SequenceConsensus: Sendable {
  /// The likeliest legal tags of every sequence; all O where nobody read it.
  package var tags: [[Int]]
  /// How probable each of them is, 0…1.
  package var confidences: [[Double]]

  private static let everywhere = 0.3
  private static let diagonal = 3.0
  private static let transitionPrior = 0.1
  /// Logarithm of what cannot be, and the least that an observation may say beside the likeliest.
  private static let never = -40.0

  /// - Complexity: O(iterations × (tags of all readings × K + tokens × K²)) time for K tags;
  ///   O(workers × K³ + tokens × K) space.
  package init(_ table: SequenceTable, iterations: Int = 20) {
    var model = Model(table)
    for _ in 0..<max(1, iterations) { model.improve() }
    tags = model.paths()
    confidences = zip(tags, model.posteriors).map { tags, z in
      tags.enumerated().map { z[$0.offset * table.tagCount + $0.element] }
    }
  }

  private struct Model {
    let table: SequenceTable
    let count: Int
    /// `[token × K + tag]` for each sequence.
    var posteriors: [[Double]]
    /// `[((worker × K + tag before) × K + truth) × K + tag]`
    private var logMatrix: [Double] = []
    /// `[previous × K + tag]`; the last row is the beginning.
    private var logTransitions: [Double] = []
    private var transitions: [Double]

    init(_ table: SequenceTable) {
      self.table = table
      let count = table.tagCount
      self.count = count
      transitions = [Double](repeating: 1, count: (count + 1) * count)
      posteriors = zip(table.lengths, table.readings).map { length, readings in
        var z = [Double](repeating: readings.isEmpty ? 1 / Double(count) : 0, count: length * count)
        for reading in readings {
          for (token, tag) in reading.tags.enumerated() {
            z[token * count + tag] += 1 / Double(readings.count)
          }
        }
        return z
      }
    }

    mutating func improve() {
      updateWorkers()
      updateTransitions()
      var sums = [Double](repeating: 0, count: (count + 1) * count)
      for sequence in table.lengths.indices where table.lengths[sequence] > 0 {
        smooth(sequence, &sums)
      }
      transitions = sums
    }

    private func cell(_ worker: Int, _ before: Int, _ truth: Int) -> Int {
      ((worker * count + before) * count + truth) * count
    }

    private mutating func updateWorkers() {
      let rows = table.workerCount * count * count
      var counts = [Double](repeating: everywhere, count: rows * count)
      for row in 0..<rows { counts[row * count + row % count] = diagonal }
      for (z, readings) in zip(posteriors, table.readings) {
        for reading in readings {
          var before = 0
          for (token, tag) in reading.tags.enumerated() {
            for truth in 0..<count {
              counts[cell(reading.worker, before, truth) + tag] += z[token * count + truth]
            }
            before = tag
          }
        }
      }
      for row in 0..<rows {
        let places = row * count..<(row + 1) * count
        let whole = digamma(counts[places].reduce(0, +))
        for place in places { counts[place] = digamma(counts[place]) - whole }
      }
      logMatrix = counts
    }

    private mutating func updateTransitions() {
      logTransitions = [Double](repeating: never, count: transitions.count)
      for previous in 0...count {
        let legal = (0..<count).filter {
          SequenceTable.mayFollow($0, after: previous == count ? 0 : previous)
        }
        let total = legal.reduce(0) { $0 + transitions[previous * count + $1] + transitionPrior }
        for tag in legal {
          logTransitions[previous * count + tag] = log(
            (transitions[previous * count + tag] + transitionPrior) / total)
        }
      }
    }

    /// What the workers' tags say of each token, as logarithms.
    private func evidence(_ sequence: Int) -> [Double] {
      var evidence = [Double](repeating: 0, count: table.lengths[sequence] * count)
      for reading in table.readings[sequence] {
        var before = 0
        for (token, tag) in reading.tags.enumerated() {
          for truth in 0..<count {
            evidence[token * count + truth] += logMatrix[cell(reading.worker, before, truth) + tag]
          }
          before = tag
        }
      }
      return evidence
    }

    /// Forward–backward; adds the expected transitions to `sums`.
    private mutating func smooth(_ sequence: Int, _ sums: inout [Double]) {
      let length = table.lengths[sequence]
      let chances = logTransitions.map { exp($0) }
      var emissions = evidence(sequence)
      for token in 0..<length {
        let places = token * count..<(token + 1) * count
        let peak = emissions[places].max() ?? 0
        for place in places { emissions[place] = max(exp(emissions[place] - peak), 1e-100) }
      }
      var (forward, scales) = (emissions, [Double](repeating: 1, count: length))
      for token in 0..<length {
        let row = token * count
        var total = 0.0
        for tag in 0..<count {
          var sum = token == 0 ? chances[count * count + tag] : 0
          if token > 0 {
            for previous in 0..<count {
              sum += forward[row - count + previous] * chances[previous * count + tag]
            }
          }
          forward[row + tag] = sum * emissions[row + tag]
          total += forward[row + tag]
        }
        scales[token] = total
        for tag in 0..<count { forward[row + tag] /= total }
      }
      var backward = [Double](repeating: 1, count: count)
      for token in stride(from: length - 1, through: 0, by: -1) {
        let row = token * count
        for tag in 0..<count {
          posteriors[sequence][row + tag] = forward[row + tag] * backward[tag]
        }
        guard token > 0 else { break }
        var earlier = [Double](repeating: 0, count: count)
        for tag in 0..<count {
          let weight = emissions[row + tag] * backward[tag] / scales[token]
          for previous in 0..<count {
            let share = chances[previous * count + tag] * weight
            earlier[previous] += share
            sums[previous * count + tag] += forward[row - count + previous] * share
          }
        }
        backward = earlier
      }
      for tag in 0..<count { sums[count * count + tag] += posteriors[sequence][tag] }
    }

    /// Viterbi.
    func paths() -> [[Int]] {
      table.lengths.indices.map { sequence in
        let length = table.lengths[sequence]
        guard length > 0, !table.readings[sequence].isEmpty else {
          return [Int](repeating: 0, count: length)
        }
        let evidence = evidence(sequence)
        var scores = (0..<count).map { logTransitions[count * count + $0] + evidence[$0] }
        var origins: [[Int]] = []
        for token in 1..<max(1, length) {
          var next = scores
          var origin = [Int](repeating: 0, count: count)
          for tag in 0..<count {
            var best = -Double.infinity
            for previous in 0..<count {
              let score = scores[previous] + logTransitions[previous * count + tag]
              if score > best { (best, origin[tag]) = (score, previous) }
            }
            next[tag] = best + evidence[token * count + tag]
          }
          scores = next
          origins.append(origin)
        }
        let last = scores.indices.max { scores[$0] < scores[$1] } ?? 0
        return origins.reversed().reduce(into: [last]) { path, origin in
          path.append(origin[path[path.count - 1]])
        }.reversed()
      }
    }
  }
}
