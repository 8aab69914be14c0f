extension Polygon {
  /// Hands out the pixels whose centres lie inside, as runs: a row, and its columns from the left.
  ///
  /// - Complexity: O(rows × points)
  public func forEachRun(
    inWidth width: Int, height: Int, _ body: (_ row: Int, _ columns: Range<Int>) -> Void
  ) {
    guard width > 0, height > 0, !rings.isEmpty else { return }
    let bounds = Shape.polygon(self).bounds
    let first = max(0, Int((bounds.y - 0.5).rounded(.up)))
    let end = min(height, Int((bounds.maxY - 0.5).rounded(.up)))
    guard first < end else { return }
    for row in first..<end {
      let crossings = crossings(atY: Double(row) + 0.5)
      for place in stride(from: 0, to: crossings.count - 1, by: 2) {
        let left = max(0, Int((max(crossings[place], 0) - 0.5).rounded(.up)))
        let right = min(width, Int((min(crossings[place + 1], Double(width)) - 0.5).rounded(.up)))
        if left < right { body(row, left..<right) }
      }
    }
  }
}
