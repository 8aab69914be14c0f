extension [Double] {
  /// nil for none.
  package var mean: Double? { isEmpty ? nil : reduce(0, +) / Double(count) }

  /// Of an even number, the mean of the two in the middle; nil for none.
  package var median: Double? {
    guard !isEmpty else { return nil }
    let sorted = sorted()
    let middle = count / 2
    return count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
