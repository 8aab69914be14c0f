/// Figures to look at, with their axes: a value with two notations, SVG for the eye and CSV for
/// programs; the numbers of the one are the numbers of the other.
package struct Chart: Hashable, Sendable {
  package var title: String
  /// What runs to the right; with its unit.
  package var across: String
  /// What runs up; with its unit.
  package var up: String
  package var content: Content

  package init(title: String, across: String, up: String, _ content: Content) {
    self.title = title
    self.across = across
    self.up = up
    self.content = content
  }

  package enum Content: Hashable, Sendable {
    case lines([Line])
    case bars([Bar])
    /// Rows and columns of one set of names; every value in 0…1, shown in percent.
    case matrix(names: [String], values: [[Double]])
  }

  package struct Line: Hashable, Sendable {
    package var name: String
    package var points: [Point]
    package init(name: String, points: [Point]) {
      self.name = name
      self.points = points
    }
  }

  package struct Point: Hashable, Sendable {
    package var x: Double
    package var y: Double
    /// Where `y` may lie.
    package var range: ClosedRange<Double>?
    package init(x: Double, y: Double, range: ClosedRange<Double>? = nil) {
      self.x = x
      self.y = y
      self.range = range
    }
  }

  package struct Bar: Hashable, Sendable {
    package var name: String
    package var value: Double
    package init(name: String, value: Double) {
      self.name = name
      self.value = value
    }
  }

  /// The numbers as a table: a header, then rows.
  package var table: [[String]] {
    switch content {
    case .lines(let lines):
      let isRanged = lines.contains { $0.points.contains { $0.range != nil } }
      return [["series", across, up] + (isRanged ? ["from", "to"] : [])]
        + lines.flatMap { line in
          line.points.map { point in
            let range = point.range.map { [Self.text($0.lowerBound), Self.text($0.upperBound)] }
            return [line.name, Self.text(point.x), Self.text(point.y)]
              + (isRanged ? range ?? ["", ""] : [])
          }
        }
    case .bars(let bars):
      return [[across, up]] + bars.map { [$0.name, Self.text($0.value)] }
    case .matrix(let names, let values):
      return [[up + " \\ " + across] + names]
        + zip(names, values).map { name, row in [name] + row.map { Self.text(100 * $0) } }
    }
  }

  /// RFC 4180; a field that a spreadsheet would take for a formula begins with an apostrophe.
  package var csv: String {
    table.map { row in row.map(Self.field).joined(separator: ",") + "\r\n" }.joined()
  }

  private static func field(_ text: String) -> String {
    let isFormula = text.first.map { "=+-@\t\r".contains($0) } == true && Double(text) == nil
    let safe = isFormula ? "'" + text : text
    guard safe.contains(where: { ",\"\r\n".contains($0) || $0 == "\r\n" }) else { return safe }
    return "\""
      + safe.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }

  /// Up to four decimals.
  static func text(_ value: Double) -> String {
    guard value.isFinite else { return "" }
    let rounded = (value * 10_000).rounded() / 10_000
    guard rounded == rounded.rounded(), abs(rounded) < 1e15 else { return "\(rounded)" }
    return "\(Int64(rounded))"
  }
}
