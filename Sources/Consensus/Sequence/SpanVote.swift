/// Where several readers marked something in a text: the characters whose marking readers carry at least
/// `quorum` of the weight of all who read it.
///
/// A reader weighs the square of how well their marks fit those of the others (F1 of characters against
/// the others' weighted shares, averaged over the texts they read and shrunk to the mean), found in three
/// rounds. Iterated agreement as in Wawa, on characters.
package struct SpanVote: Sendable {
  package struct Reading: Hashable, Sendable {
    package var worker: Int
    /// In any order; overlaps count once.
    package var spans: [Range<Int>]
    package init(worker: Int, spans: [Range<Int>]) {
      self.worker = worker
      self.spans = spans
    }
  }

  package static let quorum = 0.45
  private static let rounds = 3
  /// Texts that the mean of all readers is worth.
  private static let priorTexts = 2.0

  /// Of every text, in order, apart from each other.
  package var spans: [[Range<Int>]]
  /// Of every text, how much of the weight says of a piece what was made of it, in the mean over the pieces
  /// that anybody marked; 1 where nobody marked any. 0…1.
  package var confidences: [Double]
  /// By worker; those who read nothing weigh the mean.
  package var weights: [Double]

  /// - Parameter texts: the readings of every text; who marked nothing is a reading too.
  /// - Complexity: O(rounds × readings × marks), whatever the texts' lengths.
  package init(_ texts: [[Reading]], workerCount: Int, quorum: Double = SpanVote.quorum) {
    let cut = texts.map(Pieces.init)
    weights = [Double](repeating: 1, count: workerCount)
    for _ in 0..<Self.rounds {
      var sums = [Double](repeating: 0, count: workerCount)
      var counts = sums
      for pieces in cut { pieces.addFits(weights, &sums, &counts) }
      let total = counts.reduce(0, +)
      let mean = total > 0 ? sums.reduce(0, +) / total : 1
      weights = zip(sums, counts).map { sum, count in
        let fit = (sum + Self.priorTexts * mean) / (count + Self.priorTexts)
        return max(fit * fit, 1e-6)
      }
    }
    let found = cut.map { [weights] in $0.marked(weights, quorum) }
    spans = found.map(\.spans)
    confidences = found.map(\.confidence)
  }

  /// A text cut where a mark of anybody begins or ends.
  private struct Pieces {
    private let readings: [Reading]
    private let bounds: [Int]
    /// Whether each reader marked each piece.
    private let marks: [[Bool]]

    init(_ readings: [Reading]) {
      self.readings = readings
      let ends = readings.flatMap { $0.spans.flatMap { [$0.lowerBound, $0.upperBound] } }
      let bounds = Set(ends).sorted()
      self.bounds = bounds
      let places = Dictionary(uniqueKeysWithValues: bounds.enumerated().map { ($1, $0) })
      marks = readings.map { reading in
        var marked = [Bool](repeating: false, count: max(0, bounds.count - 1))
        for span in reading.spans {
          guard let first = places[span.lowerBound], let end = places[span.upperBound] else {
            continue
          }
          for piece in first..<end { marked[piece] = true }
        }
        return marked
      }
    }

    private func length(_ piece: Int) -> Double { Double(bounds[piece + 1] - bounds[piece]) }

    func addFits(_ weights: [Double], _ sums: inout [Double], _ counts: inout [Double]) {
      guard readings.count > 1 else { return }
      let total = readings.reduce(0) { $0 + weights[$1.worker] }
      for (place, reading) in readings.enumerated() {
        var (both, own, others) = (0.0, 0.0, 0.0)
        for piece in marks[place].indices {
          var weight = 0.0
          for (other, reading) in readings.enumerated() where other != place && marks[other][piece]
          {
            weight += weights[reading.worker]
          }
          let share = length(piece) * weight / max(total - weights[reading.worker], 1e-9)
          others += share
          if marks[place][piece] {
            own += length(piece)
            both += share
          }
        }
        guard own + others > 0 else { continue }
        sums[reading.worker] += 2 * both / (own + others)
        counts[reading.worker] += 1
      }
    }

    func marked(
      _ weights: [Double], _ quorum: Double
    ) -> (spans: [Range<Int>], confidence: Double) {
      let total = readings.reduce(0) { $0 + weights[$1.worker] }
      var spans: [Range<Int>] = []
      var (sure, count) = (0.0, 0.0)
      for piece in 0..<max(0, bounds.count - 1) {
        var weight = 0.0
        for (place, reading) in readings.enumerated() where marks[place][piece] {
          weight += weights[reading.worker]
        }
        guard weight > 0 else { continue }
        count += 1
        guard weight >= quorum * total - 1e-12 else {
          sure += 1 - weight / total
          continue
        }
        sure += weight / total
        if let last = spans.last, last.upperBound == bounds[piece] {
          spans[spans.count - 1] = last.lowerBound..<bounds[piece + 1]
        } else {
          spans.append(bounds[piece]..<bounds[piece + 1])
        }
      }
      return (spans, count > 0 ? sure / count : 1)
    }
  }
}
