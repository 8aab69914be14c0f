import Geometry
import Testing

@Suite struct PictureTests {
  /// Pixels by row and column.
  private func image<R>(
    _ width: Int, _ height: Int, _ gray: (Int, Int) -> UInt8, _ body: (PixelImage) -> R
  ) -> R {
    var bytes: [UInt8] = []
    for row in 0..<height {
      for column in 0..<width {
        let value = gray(column, row)
        bytes += [value, value, value, 255]
      }
    }
    return bytes.withUnsafeBufferPointer {
      body(PixelImage(width: width, height: height, bytes: $0))
    }
  }

  @Test(arguments: 0..<30) func theWandTakesWhatHangsTogether(seed: UInt64) {
    var random = Seeded(seed)
    let (width, height) = (
      Int.random(in: 1...40, using: &random), Int.random(in: 1...40, using: &random)
    )
    let values = (0..<width * height).map { _ in UInt8.random(in: 0...4, using: &random) * 10 }
    let (x, y) = (
      Int.random(in: 0..<width, using: &random), Int.random(in: 0..<height, using: &random)
    )
    let seedValue = Int(values[y * width + x])
    func isLike(_ column: Int, _ row: Int) -> Bool {
      abs(Int(values[row * width + column]) - seedValue) <= 10
    }
    var reached = Set([y * width + x])
    var queue = [(x, y)]
    while let (column, row) = queue.popLast() {
      for (c, r) in [(column + 1, row), (column - 1, row), (column, row + 1), (column, row - 1)]
      where (0..<width).contains(c) && (0..<height).contains(r) && isLike(c, r) {
        if reached.insert(r * width + c).inserted { queue.append((c, r)) }
      }
    }
    image(width, height, { values[$1 * width + $0] }) { picture in
      let near = picture.wand(x: x, y: y, tolerance: 10)
      let all = picture.wand(x: x, y: y, tolerance: 10, isContiguous: false)
      for column in 0..<width {
        for row in 0..<height {
          #expect(near.contains(column: column, row: row) == reached.contains(row * width + column))
          #expect(all.contains(column: column, row: row) == isLike(column, row))
        }
      }
      #expect(picture.wand(x: -1, y: 0, tolerance: 10).isEmpty)
      // A region of a mask is what the wand finds in its picture.
      #expect(all.region(atColumn: x, row: y) == near)
    }
  }

  @Test func theScissorsFollowAnEdge() {
    // A bright disc: from its left end to its right one the way runs along the rim.
    let (middle, radius) = (60.0, 40.0)
    func distance(_ x: Double, _ y: Double) -> Double {
      Point(x: x, y: y).distance(to: Point(x: middle, y: middle))
    }
    image(120, 120, { distance(Double($0) + 0.5, Double($1) + 0.5) < radius ? 220 : 30 }) {
      picture in
      let wire = Livewire(picture, x: 20, y: 60)
      let path = wire.path(toX: 99, y: 58)
      #expect(path.first == Point(x: 20.5, y: 60.5) && path.last == Point(x: 99.5, y: 58.5))
      for (a, b) in zip(path, path.dropFirst()) {
        #expect(abs(a.x - b.x) <= 1 && abs(a.y - b.y) <= 1 && a != b)
      }
      for point in path { #expect(abs(distance(point.x, point.y) - radius) < 2.5) }
      #expect(wire.path(toX: 20, y: 60) == [Point(x: 20.5, y: 60.5)])
      // Outside the picture the nearest pixel counts.
      #expect(wire.path(toX: 500, y: -7).last == Point(x: 119.5, y: 0.5))
    }
  }

  @Test func aFlatPictureGivesTheShortestWay() {
    image(50, 50, { _, _ in 7 }) { picture in
      let path = Livewire(picture, x: 5, y: 5).path(toX: 30, y: 15)
      #expect(path.count == 26)
    }
  }
}
