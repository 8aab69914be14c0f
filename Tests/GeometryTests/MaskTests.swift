import Geometry
import Testing

@Suite struct MaskTests {
  @Test(arguments: 0..<60) func aMaskIsItsBitmap(seed: UInt64) {
    var random = Seeded(seed)
    let (width, height) = (
      Int.random(in: 1...90, using: &random), Int.random(in: 1...90, using: &random)
    )
    let bitmap = Drawn.bitmap(&random, width: width, height: height)
    let mask = Drawn.mask(bitmap, width: width, height: height)
    #expect(mask.bitmap == bitmap)
    #expect(mask.area == bitmap.count { $0 == 1 })
    #expect(mask.counts.dropFirst().allSatisfy { $0 > 0 })
    #expect(RunLengthMask(width: width, height: height, compressed: mask.compressed) == mask)
    let inside = bitmap.indices.filter { bitmap[$0] == 1 }
    let (columns, rows) = (inside.map { $0 / height }, inside.map { $0 % height })
    let box = mask.bounds
    #expect(box.x == Double(columns.min() ?? 0) && box.y == Double(rows.min() ?? 0))
    #expect(
      box.maxX == Double((columns.max() ?? -1) + 1) && box.maxY == Double((rows.max() ?? -1) + 1))
    let place = Int.random(in: 0..<bitmap.count, using: &random)
    #expect(mask.contains(column: place / height, row: place % height) == (bitmap[place] == 1))
    #expect(!mask.contains(column: -1, row: 0) && !mask.contains(column: 0, row: height))
  }

  @Test(arguments: 0..<60) func twoMasksMergeAsTheirPixelsDo(seed: UInt64) throws {
    var random = Seeded(seed)
    let (width, height) = (
      Int.random(in: 1...50, using: &random), Int.random(in: 1...50, using: &random)
    )
    let (a, b) = (
      Drawn.bitmap(&random, width: width, height: height),
      Drawn.bitmap(&random, width: width, height: height)
    )
    let (p, q) = (
      Drawn.mask(a, width: width, height: height), Drawn.mask(b, width: width, height: height)
    )
    let rules: [(RegionMerge, (UInt8, UInt8) -> Bool)] = [
      (.union, { $0 == 1 || $1 == 1 }), (.intersection, { $0 == 1 && $1 == 1 }),
      (.subtraction, { $0 == 1 && $1 == 0 }), (.difference, { $0 != $1 }),
    ]
    for (merge, rule) in rules {
      let wanted = zip(a, b).map { rule($0, $1) ? UInt8(1) : 0 }
      #expect(p.merged(with: q, merge) == Drawn.mask(wanted, width: width, height: height))
    }
    let shared = zip(a, b).count { $0 == 1 && $1 == 1 }
    #expect(p.intersectionArea(q) == shared)
    let either = zip(a, b).count { $0 == 1 || $1 == 1 }
    #expect(p.intersectionOverUnion(q) == (shared == 0 ? 0 : Double(shared) / Double(either)))
    #expect(p.intersectionOverUnion(q) == q.intersectionOverUnion(p))
  }

  @Test(arguments: 0..<60) func drawingTheOutlinesOfAMaskGivesItAgain(seed: UInt64) {
    var random = Seeded(seed)
    let (width, height) = (
      Int.random(in: 1...40, using: &random), Int.random(in: 1...40, using: &random)
    )
    let mask = Drawn.mask(&random, width: width, height: height)
    var again = RunLengthMask(emptyWidth: width, height: height)
    for polygon in mask.outlines {
      let piece = RunLengthMask(polygon, width: width, height: height)
      #expect(again.intersectionArea(piece) == 0, "pieces do not overlap")
      #expect(Double(piece.area) == polygon.area)
      again = again.merged(with: piece, .union) ?? again
    }
    #expect(again == mask)
  }

  @Test(arguments: 0..<60) func aPolygonHoldsThePixelsWhoseCentresItHolds(seed: UInt64) {
    var random = Seeded(seed)
    let polygon = Polygon(Drawn.star(&random, side: 60), holes: [Drawn.star(&random, side: 40)])
    let mask = RunLengthMask(polygon, width: 50, height: 45)
    for column in 0..<50 {
      for row in 0..<45 {
        let center = Point(x: Double(column) + 0.5, y: Double(row) + 0.5)
        #expect(mask.contains(column: column, row: row) == polygon.contains(center))
      }
    }
  }

  @Test(arguments: 0..<40) func neighboursShareNoPixelAndLeaveNoneOut(seed: UInt64) {
    var random = Seeded(seed)
    // On whole and half pixels, where centres lie on the border itself.
    let border = (0...6).map {
      Point(x: Double($0) * 5, y: (Double.random(in: 4...26, using: &random) * 2).rounded() / 2)
    }
    let above = Polygon(border + [Point(x: 30, y: 0), Point(x: 0, y: 0)])
    let below = Polygon(border + [Point(x: 30, y: 30), Point(x: 0, y: 30)])
    let (a, b) = (
      RunLengthMask(above, width: 30, height: 30), RunLengthMask(below, width: 30, height: 30)
    )
    #expect(a.intersectionArea(b) == 0)
    #expect(a.area + b.area == 900)
  }

  @Test(arguments: 0..<30) func aStrokeHoldsWhatLiesNearItsLine(seed: UInt64) {
    var random = Seeded(seed)
    let points = (0..<Int.random(in: 1...5, using: &random)).map { _ in
      Point(x: .random(in: -5...45, using: &random), y: .random(in: -5...45, using: &random))
    }
    let radius = Double.random(in: 0.6...9, using: &random)
    let mask = RunLengthMask(stroke: points, radius: radius, width: 40, height: 40)
    for column in 0..<40 {
      for row in 0..<40 {
        let center = Point(x: Double(column) + 0.5, y: Double(row) + 0.5)
        let distance =
          zip([points[0]] + points, points).map { center.distance(toSegment: $0, $1) }.min() ?? 0
        if abs(distance - radius) > 1e-9 {
          #expect(mask.contains(column: column, row: row) == (distance < radius))
        }
      }
    }
  }

  @Test(arguments: 0..<20) func aMovedMaskHoldsTheSamePixelsElsewhere(seed: UInt64) {
    var random = Seeded(seed)
    let mask = Drawn.mask(&random, width: 20, height: 30)
    let (right, down) = (
      Int.random(in: -25...25, using: &random), Int.random(in: -35...35, using: &random)
    )
    let moved = mask.moved(columns: right, rows: down)
    for column in 0..<20 {
      for row in 0..<30 {
        #expect(
          moved.contains(column: column, row: row)
            == mask.contains(column: column - right, row: row - down))
      }
    }
  }

  @Test func runsOfNoLengthAreJoined() {
    let mask = RunLengthMask(width: 2, height: 5, counts: [0, 0, 2, 0, 1, 3, 0, 4])
    #expect(mask?.counts == [3, 7])
    #expect(RunLengthMask(width: 1, height: 3, counts: [0, 3])?.counts == [0, 3])
    #expect(RunLengthMask(width: 1, height: 3, counts: [0, 1, 0, 2])?.counts == [0, 3])
  }

  @Test func countsThatDoNotAddUpAreRefused() {
    #expect(RunLengthMask(width: 2, height: 2, counts: [1, 2]) == nil)
    #expect(RunLengthMask(width: 2, height: 2, counts: [1, 4]) == nil)
    #expect(RunLengthMask(width: 2, height: 2, counts: []) == nil)
    #expect(RunLengthMask(width: -1, height: 2, counts: [0]) == nil)
    #expect(RunLengthMask(width: 1 << 20, height: 1 << 20, counts: [0]) == nil)
    #expect(RunLengthMask(width: 2, height: 2, counts: [.max, .max, 6]) == nil)
  }

  @Test(arguments: ["", "4 ", "~~~", "ooooooooooooo", "o", "500", "\u{7f}"])
  func textThatIsNoMaskIsRefused(text: String) {
    #expect(RunLengthMask(width: 2, height: 2, compressed: text.utf8) == nil)
  }
}
