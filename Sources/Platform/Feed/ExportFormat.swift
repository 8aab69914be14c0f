import Formats

/// What can be taken out of a project: all that is known of its tasks, or its results as a labelled set.
package enum ExportFormat: Hashable, Sendable, CaseIterable, RawRepresentable {
  case jsonl, csv
  case dataset(DatasetFormat)

  /// Assay's own lines of a set say less than those of the tasks.
  package static let allCases: [ExportFormat] =
    [.jsonl, .csv]
    + DatasetFormat.all.filter { $0.write != nil && $0.id != "jsonl" }.map { .dataset($0) }

  package init?(rawValue: String) {
    guard let format = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = format
  }

  package var rawValue: String {
    switch self {
    case .jsonl: "jsonl"
    case .csv: "csv"
    case .dataset(let format): format.id
    }
  }

  package var fileExtension: String {
    switch self {
    case .jsonl, .csv: rawValue
    case .dataset(let format):
      format.facts.singleFile?.split(separator: ".").last.map(String.init) ?? "tar"
    }
  }

  package var contentType: String {
    switch fileExtension {
    case "jsonl", "ndjson": "application/x-ndjson"
    case "csv": "text/csv; charset=utf-8"
    case "json": "application/json"
    case "xml": "application/xml"
    default: "application/x-tar"
    }
  }
}
