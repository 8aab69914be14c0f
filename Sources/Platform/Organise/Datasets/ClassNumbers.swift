import Foundation

/// Numbers of classes, as a label set keeps those that are its own: `0-79,85`.
struct ClassNumbers: Hashable, Sendable {
  private(set) var numbers: IndexSet

  init(_ numbers: IndexSet = []) { self.numbers = numbers }

  /// - Parameter text: as `text` writes it; what is no range is passed over.
  init(stored text: String) {
    numbers = IndexSet()
    for part in text.split(separator: ",") {
      let ends = part.split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, first <= last else { continue }
      numbers.insert(integersIn: first...last)
    }
  }

  /// - Complexity: O(ranges)
  var text: String {
    numbers.rangeView.map { range in
      range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound - 1)"
    }.joined(separator: ",")
  }

  func contains(_ number: Int) -> Bool { numbers.contains(number) }

  mutating func insert(_ number: Int) { numbers.insert(number) }

  mutating func formUnion(_ others: ClassNumbers) { numbers.formUnion(others.numbers) }
}
