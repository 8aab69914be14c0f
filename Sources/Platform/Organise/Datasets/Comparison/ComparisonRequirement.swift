/// A number that a comparison must reach: a scenario's test.
package struct ComparisonRequirement: Hashable, Sendable {
  /// One of the report's measures, or of a class AP, AP50, `precision` or `recall`.
  package var measure: String
  /// nil for all classes together.
  package var label: String?
  /// 0…1.
  package var least: Double

  static let classMeasures = ["AP", "AP50", "precision", "recall"]

  /// From `AP50=0.6`, or `AP50:car=0.6` for one class; nil for what is neither.
  package init?(_ text: String) {
    guard let equals = text.lastIndex(of: "="),
      let least = Double(text[text.index(after: equals)...]), (0...1).contains(least)
    else { return nil }
    let name = text[..<equals]
    guard let colon = name.firstIndex(of: ":") else {
      let known = ComparisonReport.summaryNames + ComparisonReport.poseSummaryNames
      guard known.contains(String(name)) else { return nil }
      (measure, label, self.least) = (String(name), nil, least)
      return
    }
    let measure = String(name[..<colon])
    guard Self.classMeasures.contains(measure) else { return nil }
    (self.measure, label, self.least) = (measure, String(name[name.index(after: colon)...]), least)
  }

  /// As `init` reads it.
  package var text: String { "\(measure)\(label.map { ":\($0)" } ?? "")=\(least)" }

  /// What it came to; nil where nothing of the kind is labelled.
  package func value(in report: ComparisonReport) -> Double? {
    guard let label else {
      return report.measures.firstIndex(of: measure).flatMap { report.summary[$0] }
    }
    guard let row = report.classes.first(where: { $0.name == label }) else { return nil }
    return switch measure {
    case "AP": row.averagePrecision
    case "AP50": row.averagePrecision50
    case "precision": row.precision
    default: row.recall
    }
  }

  /// A sentence where it is not reached.
  package func failure(in report: ComparisonReport) -> String? {
    let name = label.map { "\(measure) of \($0)" } ?? measure
    guard let value = value(in: report) else {
      return "\(name) cannot be told: nothing of it is labelled; at least \(least) is required."
    }
    guard value < least else { return nil }
    // Rounded down, so that what fails does not look like what is required.
    let shown = (value * 10_000).rounded(.down) / 10_000
    return "\(name) is \(shown); at least \(least) is required."
  }
}
