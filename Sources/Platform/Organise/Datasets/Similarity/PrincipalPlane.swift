import Consensus

/// Vectors as points of the plane in which they are spread most: their first two principal components
/// (Pearson, 1901), by power iteration.
enum PrincipalPlane {
  private static let steps = 12

  /// - Returns: a point for each vector, with the mean at (0, 0) and the farthest on a coordinate at 1.
  /// - Complexity: O(vectors × dimensions)
  static func points(_ vectors: [[Float]]) -> [(x: Float, y: Float)] {
    guard let size = vectors.first?.count else { return [] }
    var mean = [Float](repeating: 0, count: size)
    for vector in vectors { for axis in 0..<size { mean[axis] += vector[axis] } }
    for axis in 0..<size { mean[axis] /= Float(vectors.count) }
    var rows = vectors
    for row in rows.indices { for axis in 0..<size { rows[row][axis] -= mean[axis] } }
    var coordinates: [[Float]] = []
    for component in 0..<2 {
      let direction = principal(rows, size, seed: UInt64(component + 1))
      let shares = rows.map { row in zip(row, direction).reduce(0) { $0 + $1.0 * $1.1 } }
      coordinates.append(shares)
      for row in rows.indices {
        for axis in 0..<size { rows[row][axis] -= shares[row] * direction[axis] }
      }
    }
    let most = coordinates.joined().reduce(0) { max($0, abs($1)) }
    let scale = most > 0 ? 1 / most : 1
    return vectors.indices.map { (coordinates[0][$0] * scale, coordinates[1][$0] * scale) }
  }

  private static func principal(_ rows: [[Float]], _ size: Int, seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    var direction = (0..<size).map { _ in Float(generator.unit()) - 0.5 }
    for _ in 0..<steps {
      var next = [Float](repeating: 0, count: size)
      for row in rows {
        let share = zip(row, direction).reduce(0) { $0 + $1.0 * $1.1 }
        for axis in 0..<size { next[axis] += share * row[axis] }
      }
      let length = next.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard length > 0 else { break }
      direction = next.map { $0 / length }
    }
    // Either direction is as good; the same data gives the same picture.
    let largest = direction.max { abs($0) < abs($1) } ?? 0
    return largest < 0 ? direction.map { -$0 } : direction
  }
}
