import Foundation

/// Rows of a report for a terminal: a name on the left, numbers on the right of equal columns.
struct TextTable {
  private let nameWidth: Int
  private let widths: [Int]
  private(set) var lines: [String] = []

  init(_ corner: String, columns: [String], nameWidth: Int) {
    self.nameWidth = nameWidth
    widths = columns.map { max(8, $0.count + 2) }
    add(corner, columns)
  }

  mutating func add(_ name: String, _ cells: [String]) {
    lines.append(
      name + String(repeating: " ", count: max(1, nameWidth - name.count))
        + zip(cells, widths).map { cell, width in
          String(repeating: " ", count: max(1, width - cell.count)) + cell
        }.joined())
  }

  mutating func addLine(_ line: String = "") { lines.append(line) }

  var text: String { lines.joined(separator: "\n") }

  /// A dash where there is no number.
  static func number(_ value: Double?, _ places: Int, sign: Bool = false) -> String {
    value.map { String(format: "%\(sign ? "+" : "").\(places)f", $0) } ?? "–"
  }
}
