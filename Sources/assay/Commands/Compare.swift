import ArgumentParser
import Consensus
import Formats
import Foundation
import Notation
import Platform

/// Predictions against what is right, without a server.
struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare predictions with ground truth: AP, recall, confusion.",
    discussion: """
      Both are labelled sets in any format that `assay formats` lists, whose images are paired by their \
      names; predictions may also be a list of COCO results. Numbers are those of COCO's own evaluation. \
      With --require the command fails where a number is too low: --require AP50=0.6 or \
      --require "AP50:car=0.7".
      """)

  @Argument(help: "The set that is right.") var truth: String
  @Argument(help: "The set of predictions, with scores.") var predictions: String
  @Option(help: "The format of the ground truth; found out where it is not said.") var from: String?
  @Option(help: "The format of the predictions; found out where it is not said.")
  var predictionsFrom: String?
  @Option(help: "How objects are laid over each other: boxes, masks or keypoints.")
  var by = ComparedItems.Region.boxes
  @Option(
    help: "The overlap from which a prediction is right, for precision, recall and confusion.")
  var overlap = DetectionErrors.overlap
  @Option(help: "Predictions with a lower score are left out of those.")
  var score = DetectionErrors.score
  @Option(help: "Fail where a number is below: NAME=LEAST or NAME:CLASS=LEAST.") var require:
    [String] = []
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (0...1).contains(overlap), (0...1).contains(score) else {
      throw ValidationError("--overlap and --score take numbers of 0…1")
    }
    _ = try require.map(ComparisonRequirement.init(text:))
  }

  func run() async throws {
    let requirements = try require.map(ComparisonRequirement.init(text:))
    do {
      let diagnostics = Diagnostics(.lenient)
      let folder = try DatasetFolder(truth)
      var schema = DatasetSchema()
      var predicted = try predictedLabels(folder, &schema, diagnostics)
      var compared = ComparedItems(by)
      var reader =
        try from.map(ConvertCommand.format).map { try $0.reader(of: folder, diagnostics) }
        ?? ConvertCommand.detected(folder).reader(of: folder, diagnostics)
      while let item = try reader.next() {
        let labels = item.labels.map { $0.numbered(from: reader.schema, in: &schema) }
        let name = DatasetPath.cleaned(item.name)
        compared.add(
          name, truth: labels, predictions: predicted.removeValue(forKey: name) ?? [], item.size)
      }
      let report = ComparisonReport(
        compared, classes: schema.classes.map(\.name), overlap: overlap, score: score)
      let failures = requirements.compactMap { $0.failure(in: report) }
      output.print(
        report.json.adding([
          .init("unpaired", .count(predicted.count)),
          .init("faults", .count(diagnostics.faultCount)),
          .init("failures", .array(failures.map { .string($0) })),
        ]), text(report, unpaired: predicted.count, diagnostics))
      guard failures.isEmpty else { throw Failure(failures.joined(separator: "\n")) }
    } catch let fault as FormatFault {
      throw Failure(fault.sentence)
    }
  }

  private func predictedLabels(
    _ truth: DatasetFolder, _ schema: inout DatasetSchema, _ diagnostics: Diagnostics
  ) throws -> [String: [DatasetLabel]] {
    let folder = try DatasetFolder(predictions)
    var found: [String: [DatasetLabel]] = [:]
    if let file = folder.file, predictionsFrom == nil {
      let bytes = try folder.open(file)
      if COCOResults.matches(bytes, isAskedFor: true) {
        let results = try COCOResults.labels(bytes, named: file, of: truth, &schema, diagnostics)
        for (name, labels) in results { found[DatasetPath.cleaned(name), default: []] += labels }
        return found
      }
    }
    let format = try predictionsFrom.map(ConvertCommand.format) ?? ConvertCommand.detected(folder)
    var reader = try format.reader(of: folder, diagnostics)
    while let item = try reader.next() {
      found[DatasetPath.cleaned(item.name), default: []] += item.labels.map {
        $0.numbered(from: reader.schema, in: &schema)
      }
    }
    return found
  }

  private func text(
    _ report: ComparisonReport, unpaired: Int, _ diagnostics: Diagnostics
  ) -> String {
    var table = TextTable(
      "\(report.items) items", columns: ["labelled", "AP", "AP50", "precision", "recall"],
      nameWidth: 24)
    for row in report.classes {
      table.add(
        row.name,
        [
          "\(row.labelled)", TextTable.number(row.averagePrecision, 3),
          TextTable.number(row.averagePrecision50, 3), TextTable.number(row.precision, 3),
          TextTable.number(row.recall, 3),
        ])
    }
    table.addLine()
    for (name, value) in zip(report.measures, report.summary) where value != nil {
      table.add(name, [TextTable.number(value, 3)])
    }
    if !report.worst.isEmpty {
      table.addLine("\nItems with the most errors (wrong, missed):")
      for item in report.worst.prefix(10) {
        table.addLine("  \(item.name): \(item.counts.wrong), \(item.counts.missed)")
      }
    }
    if unpaired > 0 {
      table.addLine("\(unpaired) items of the predictions are not in the ground truth; left out.")
    }
    for fault in diagnostics.faults.prefix(10) { table.addLine("  " + fault.sentence) }
    return table.text
  }
}

extension ComparedItems.Region: ExpressibleByArgument {}

extension ComparisonRequirement {
  fileprivate init(text: String) throws {
    guard let made = ComparisonRequirement(text) else {
      throw ValidationError(
        "“\(text)” is no requirement; write NAME=LEAST or NAME:CLASS=LEAST with a name of "
          + (ComparisonReport.summaryNames + ["precision", "recall"]).joined(separator: ", "))
    }
    self = made
  }
}
