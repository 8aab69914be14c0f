import Foundation
import Geometry
import Testing

@testable import Consensus

@Suite struct MaskConsensusTests {
  private static let (width, height) = (40, 30)

  private func mask(_ isCovered: (_ x: Int, _ y: Int) -> Bool) -> RunLengthMask {
    var bitmap = [UInt8](repeating: 0, count: Self.width * Self.height)
    for y in 0..<Self.height {
      for x in 0..<Self.width where isCovered(x, y) { bitmap[x * Self.height + y] = 1 }
    }
    return bitmap.withUnsafeBytes {
      RunLengthMask(bitmap: $0, width: Self.width, height: Self.height)
    }
  }

  private static func isTrue(_ x: Int, _ y: Int) -> Bool {
    (x - 18) * (x - 18) + (y - 15) * (y - 15) < 100
  }

  /// What a rater of some sensitivity and specificity draws of the disc.
  private func rater(_ p: Double, _ q: Double, _ generator: inout Fixed) -> RunLengthMask {
    var drawn: Set<Int> = []
    for x in 0..<Self.width {
      for y in 0..<Self.height {
        let r = Double(generator.next() >> 11) / Double(1 << 53)
        if Self.isTrue(x, y) ? r < p : r >= q { drawn.insert(y * Self.width + x) }
      }
    }
    return mask { drawn.contains($1 * Self.width + $0) }
  }

  /// The figures are SimpleITK 2.5's of the same four masks.
  @Test func findsWhatSimpleITKFinds() throws {
    var generator = Fixed(state: 7)
    let masks = [(0.9, 0.97), (0.75, 0.95), (0.6, 0.9), (0.95, 0.85)].map {
      rater($0.0, $0.1, &generator)
    }
    #expect(masks.map(\.area) == [296, 279, 262, 434])
    let fit = try #require(STAPLE(masks))
    let sensitivities = [
      0.8794125982201887, 0.7493987424011298, 0.5603916631059562, 0.9482351983099365,
    ]
    let specificities = [
      0.9774106760441194, 0.9505518236022742, 0.9028014188085776, 0.8460576525805328,
    ]
    for rater in masks.indices {
      #expect(abs(fit.sensitivities[rater] - sensitivities[rater]) < 1e-6)
      #expect(abs(fit.specificities[rater] - specificities[rater]) < 1e-6)
    }
    #expect(abs(fit.probability(column: 0, row: 0) - 0.00034888551305487024) < 1e-6)
    #expect(abs(fit.probability(column: 18, row: 15) - 0.9984334601359852) < 1e-6)
    #expect(abs(fit.probability(column: 10, row: 15) - 0.9924399659869683) < 1e-6)
    #expect(fit.mask?.area == 307)
  }

  /// Two careful raters among three careless ones.
  @Test func isNearerToTheTruthThanTheVoteWhereRatersDiffer() throws {
    var generator = Fixed(state: 3)
    let truth = mask(Self.isTrue)
    var (found, voted) = (0.0, 0.0)
    for _ in 0..<20 {
      let masks = [(0.95, 0.98), (0.93, 0.97), (0.6, 0.8), (0.55, 0.85), (0.5, 0.75)].map {
        rater($0.0, $0.1, &generator)
      }
      found += try #require(STAPLE(masks)?.mask).intersectionOverUnion(truth) / 20
      voted +=
        try #require(PixelVote.mask(masks, weights: [1, 1, 1, 1, 1])).intersectionOverUnion(truth)
        / 20
    }
    #expect(found > voted + 0.01)
  }

  @Test func aPixelIsTakenByHalfOfTheWeight() throws {
    let (left, right) = (mask { x, _ in x < 20 }, mask { x, _ in x >= 10 })
    #expect(PixelVote.mask([left, right, right], weights: [1, 1, 1]) == right)
    #expect(PixelVote.mask([left, right], weights: [2, 1]) == left)
    #expect(PixelVote.mask([left, right], weights: [0, 0])?.area == 40 * 30)
  }

  @Test func whatCannotBeComparedHasNoResult() {
    let one = mask { x, _ in x < 20 }
    #expect(STAPLE([]) == nil)
    #expect(STAPLE([one, RunLengthMask(emptyWidth: 3, height: 3)]) == nil)
    #expect(STAPLE([RunLengthMask](repeating: one, count: RaterPatterns.raterLimit)) != nil)
    #expect(STAPLE([RunLengthMask](repeating: one, count: RaterPatterns.raterLimit + 1)) == nil)
    #expect(PixelVote.mask([one], weights: [1, 1]) == nil)
    let nothing = RunLengthMask(emptyWidth: 40, height: 30)
    #expect(STAPLE([nothing, nothing])?.mask?.isEmpty == true)
    #expect(STAPLE([one])?.mask == one)
    let all = mask { _, _ in true }
    #expect(STAPLE([all, all])?.mask == all)
  }
}
