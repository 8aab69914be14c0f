import Foundation
import Testing

@testable import Consensus

@Suite struct NumericTests {
  /// Four who read exactly, but two of them too high and two too low, and four who guess.
  private func crowd(bias: Double) throws -> (truth: [Double], readings: NumericReadings) {
    var generator = SeededGenerator(seed: 9)
    func normal() -> Double {
      let u = (0..<12).reduce(0.0) { sum, _ in
        sum + Double(generator.next() >> 11) / Double(1 << 53)
      }
      return u - 6
    }
    let truth = (0..<500).map { _ in 20 * normal() }
    var readings: [NumericReadings.Reading] = []
    for (task, value) in truth.enumerated() {
      for worker in 0..<8 {
        let noise = worker < 4 ? normal() : 15 * normal()
        readings.append(
          .init(
            task: task, worker: worker,
            value: value + noise + (worker < 2 ? bias : worker < 4 ? -bias : 0)))
      }
    }
    return (truth, try #require(NumericReadings(readings, taskCount: 500, workerCount: 8)))
  }

  private func error(_ values: [Double], _ truth: [Double]) -> Double {
    zip(values, truth).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(truth.count)
  }

  @Test func whoReadsExactlyDecidesAndWhoReadsTooHighIsPutRight() throws {
    let (truth, readings) = try crowd(bias: 5)
    let fit = WorkerBias(readings)
    let mean = error(readings.weightedMeans { _ in 1 }, truth)
    #expect(error(fit.values, truth) < 0.4 * mean)
    #expect(fit.biases[0] > 2 && fit.biases[2] < -2)
    #expect(fit.deviations[0] < fit.deviations[5] / 2)
  }

  /// Where nobody strays, and most tasks have one rating, the evidence is chance's.
  @Test func ratingsWithoutABiasShowNone() throws {
    var largest = 0.0
    for seed in 0..<40 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let readings = (0..<1_200).flatMap { task in
        (0..<(task % 10 == 0 ? 2 : 1)).map { reader in
          NumericReadings.Reading(
            task: task, worker: task % 10 == 0 ? (task / 10 + reader) % 4 : task % 40,
            value: Double(generator.next() % 7))
        }
      }
      let table = try #require(NumericReadings(readings, taskCount: 1_200, workerCount: 40))
      largest = max(largest, abs(WorkerBias(table).evidence(table)))
    }
    #expect(largest < AutoConsensus.evidenceBar)
    let (_, biased) = try crowd(bias: 5)
    #expect(WorkerBias(biased).evidence(biased) > AutoConsensus.evidenceBar)
  }

  @Test func sourcesThatAreNearTheTruthWeighMore() throws {
    let (truth, readings) = try crowd(bias: 0)
    let mean = error(readings.weightedMeans { _ in 1 }, truth)
    #expect(error(CATD.fit(readings), truth) < 0.4 * mean)
    #expect(error(CRH.fit(readings), truth) < 0.9 * mean)
  }

  /// scipy.stats.chi2.ppf(0.025, n)
  @Test func quantilesOfChiSquareAreThoseOfScipy() {
    let table = [
      (1.0, 0.0009820691171752583), (2.0, 0.05063561596857975), (10.0, 3.246972780236842),
      (100.0, 74.22192747492373), (5000.0, 4805.904730862248),
    ]
    for (degrees, value) in table {
      #expect(abs(chiSquareQuantile(0.025, degrees: degrees) / value - 1) < 1e-8)
    }
  }

  @Test func whatCannotBeKnownIsNaNAndWhatIsNoNumberIsRefused() throws {
    #expect(
      NumericReadings([.init(task: 0, worker: 0, value: .nan)], taskCount: 1, workerCount: 1) == nil
    )
    #expect(
      NumericReadings([.init(task: 1, worker: 0, value: 1)], taskCount: 1, workerCount: 1) == nil)
    #expect(
      NumericReadings([.init(task: 0, worker: 2, value: 1)], taskCount: 1, workerCount: 1) == nil)
    // One worker, one task without readings, readings all alike, the same twice.
    let few = try #require(
      NumericReadings(
        [.init(task: 0, worker: 0, value: 7), .init(task: 0, worker: 0, value: 7)], taskCount: 2,
        workerCount: 2))
    for values in [WorkerBias(few).values, CATD.fit(few), CRH.fit(few)] {
      #expect(abs(values[0] - 7) < 1e-9 && values[1].isNaN)
    }
    let alike = try #require(
      NumericReadings(
        (0..<12).map { .init(task: $0 / 3, worker: $0 % 3, value: 4) }, taskCount: 4, workerCount: 3
      ))
    for values in [WorkerBias(alike).values, CATD.fit(alike), CRH.fit(alike)] {
      #expect(values.allSatisfy { abs($0 - 4) < 1e-9 })
    }
  }
}
