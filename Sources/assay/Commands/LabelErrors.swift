import ArgumentParser
import Consensus
import Foundation
import Notation

/// Ranks labels that are likely wrong.
struct LabelErrorsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "label-errors", abstract: "Rank labels that a model's predictions speak against.",
    discussion: """
      FILE is CSV with the columns item, label, and one for each class, named as labels name it, that \
      holds the model's probability of it. Predictions should be of a model that was not trained on \
      the item. Prints the items whose label is likely wrong, the least believed first, by confident \
      learning (Northcutt et al., JAIR 2021). `-` reads standard input.
      """)

  @Argument(help: "A CSV file of labels and predictions.") var file: String
  @OptionGroup var output: OutputOptions

  /// How far a row's probabilities may be from 1 in sum.
  private static let tolerance = 0.01

  func run() async throws {
    let rows = try SetFile.allRows(file)
    guard let header = rows.first, header.starts(with: ["item", "label"]), header.count > 3 else {
      throw Failure(
        "\(file) has not the columns item, label and two classes or more",
        remedy: "Write a header such as item,label,cat,dog.")
    }
    let classes = Array(header.dropFirst(2))
    let numbers = Dictionary(classes.enumerated().map { ($1, $0) }) { first, _ in first }
    guard numbers.count == classes.count else {
      throw Failure("\(file) names a class twice")
    }
    var (items, labels, values): ([String], [Int], [Double]) = ([], [], [])
    for (number, row) in rows.enumerated().dropFirst() {
      let place = "\(file), row \(number + 1)"
      guard row.count == header.count else {
        throw Failure("\(place): has \(row.count) fields, not \(header.count)")
      }
      guard let label = numbers[row[1]] else {
        throw Failure("\(place): “\(row[1])” is no class of the header")
      }
      let chances = row.dropFirst(2).compactMap(Double.init)
      guard chances.count == classes.count, chances.allSatisfy({ (0...1).contains($0) }),
        abs(chances.reduce(0, +) - 1) <= Self.tolerance
      else { throw Failure("\(place): its probabilities are not numbers of 0…1 that sum to 1") }
      items.append(row[0])
      labels.append(label)
      values += chances
    }
    let issues = ConfidentLearning.issues(
      labels: labels, probabilities: Posteriors(classCount: classes.count, values: values))
    var table = TextTable(
      "item", columns: ["          label", "     suggestion", "believed"], nameWidth: 30)
    for issue in issues {
      table.add(
        items[issue.item],
        [
          classes[labels[issue.item]], classes[issue.suggestion],
          TextTable.number(issue.selfConfidence, 3),
        ])
    }
    output.print(
      .array(
        issues.map {
          [
            "item": .string(items[$0.item]), "label": .string(classes[labels[$0.item]]),
            "suggestion": .string(classes[$0.suggestion]),
            "self_confidence": .double($0.selfConfidence),
          ]
        }), issues.isEmpty ? "No label of \(items.count) is in doubt." : table.text)
  }
}
