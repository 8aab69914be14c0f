import Consensus
import Testing

@testable import Platform

@Suite struct VectorIndexTests {
  /// Vectors round some centres, as embeddings lie.
  private func index(_ count: Int, seed: UInt64) -> (VectorIndex, [[Float]]) {
    var generator = SeededGenerator(seed: seed)
    func number() -> Float { Float(generator.unit() - 0.5) }
    let centres = (0..<40).map { _ in (0..<24).map { _ in number() } }
    var index = VectorIndex(dimensions: 24, exactLimit: 1_000)
    var vectors: [[Float]] = []
    for item in 0..<count {
      let vector = centres[item % 40].map { $0 + 0.4 * number() }
      vectors.append(vector)
      index.set(vector, of: Int32(item))
    }
    return (index, vectors)
  }

  @Test func fewAreComparedExactly() {
    let (index, vectors) = index(500, seed: 1)
    func cosine(_ a: [Float], _ b: [Float]) -> Float {
      func product(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
      return product(a, b) / (product(a, a) * product(b, b)).squareRoot()
    }
    for item in [0, 17, 499] {
      let right = vectors.indices.sorted {
        cosine(vectors[item], vectors[$0]) > cosine(vectors[item], vectors[$1])
      }
      let found = index.nearest(to: vectors[item], limit: 10)
      #expect(found.map { Int($0.item) } == Array(right.prefix(10)))
      #expect(abs(found[0].similarity - 1) < 1e-5)
    }
  }

  @Test func cellsFindNearlyAll() async {
    let (exact, vectors) = index(3_000, seed: 2)
    #expect(exact.needsCells && !exact.hasCells)
    let made = await exact.withCells()
    #expect(!made.needsCells && made.hasCells)
    var (hits, asked) = (0, 0)
    for item in stride(from: 0, to: vectors.count, by: 997) {
      let right = Set(exact.nearest(to: vectors[item], limit: 10).map(\.item))
      hits += made.nearest(to: vectors[item], limit: 10).count { right.contains($0.item) }
      asked += 10
    }
    #expect(Double(hits) / Double(asked) >= 0.95)
  }

  @Test func whatChangesAfterCellsWereMadeIsFound() async {
    let (exact, vectors) = index(1_001, seed: 3)
    var made = await exact.withCells()
    let new = vectors[5].map { $0 * -1 }
    made.set(new, of: 77)
    made.set(new.map { $0 * 2 }, of: 1_000_000)
    #expect(Set(made.nearest(to: new, limit: 2).map(\.item)) == [77, 1_000_000])
    #expect(!made.nearest(to: vectors[77], limit: 1).contains { $0.item == 77 })
  }

  @Test func onlyWhatIsAllowedIsFoundAndZerosAreLikeNone() {
    let (start, vectors) = index(100, seed: 4)
    var index = start
    var marks = [UInt8](repeating: 0, count: 100)
    for item in [3, 50, 99] { marks[item] = 1 }
    #expect(
      Set(index.nearest(to: vectors[0], limit: 10, isAllowed: marks).map(\.item)) == [3, 50, 99])
    #expect(index.nearest(to: [Float](repeating: 0, count: 24), limit: 10).isEmpty)
    #expect(index.nearest(to: [1, 2], limit: 10).isEmpty)
    index.set([Float](repeating: 0, count: 24), of: 200)
    #expect(!index.nearest(to: vectors[0], limit: 50).contains { $0.item == 200 })
  }
}
