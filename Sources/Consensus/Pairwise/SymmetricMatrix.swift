/// A small dense symmetric matrix, solved by Cholesky's decomposition.
struct SymmetricMatrix {
  let size: Int
  private var values: [Double]

  init(_ size: Int, filledWith value: Double = 0) {
    self.size = size
    values = [Double](repeating: value, count: size * size)
  }

  subscript(row: Int, column: Int) -> Double {
    get { values[row * size + column] }
    set { values[row * size + column] = newValue }
  }

  /// The lower triangle `L` of `L Lᵀ`; nil where the matrix is not positive definite.
  ///
  /// - Complexity: O(size³)
  private func cholesky() -> [Double]? {
    var lower = values
    for column in 0..<size {
      for row in column..<size {
        var sum = lower[row * size + column]
        for place in 0..<column { sum -= lower[row * size + place] * lower[column * size + place] }
        if row == column {
          guard sum > 0, sum.isFinite else { return nil }
          lower[row * size + row] = sum.squareRoot()
        } else {
          lower[row * size + column] = sum / lower[column * size + column]
        }
      }
    }
    return lower
  }

  private func solved(_ lower: [Double], _ right: [Double]) -> [Double] {
    var x = right
    for row in 0..<size {
      for place in 0..<row { x[row] -= lower[row * size + place] * x[place] }
      x[row] /= lower[row * size + row]
    }
    for row in stride(from: size - 1, through: 0, by: -1) {
      for place in row + 1..<max(row + 1, size) { x[row] -= lower[place * size + row] * x[place] }
      x[row] /= lower[row * size + row]
    }
    return x
  }

  /// The `x` of `matrix · x = right`; nil where the matrix is not positive definite.
  static func solved(_ matrix: SymmetricMatrix, _ right: [Double]) -> [Double]? {
    matrix.cholesky().map { matrix.solved($0, right) }
  }

  /// - Complexity: O(size³)
  func inverse() -> SymmetricMatrix? {
    guard let lower = cholesky() else { return nil }
    var inverse = SymmetricMatrix(size)
    for column in 0..<size {
      var unit = [Double](repeating: 0, count: size)
      unit[column] = 1
      for (row, value) in solved(lower, unit).enumerated() { inverse[row, column] = value }
    }
    return inverse
  }
}
