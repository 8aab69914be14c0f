import ArgumentParser
import Consensus
import Foundation
import Geometry
import Notation

/// Ranks labels that are likely wrong.
struct LabelErrorsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "label-errors", abstract: "Rank labels that a model's predictions speak against.",
    discussion: """
      FILE is CSV; `-` reads standard input. Predictions should be of a model that was not trained on the \
      item. Prints what is likely wrong, the least believed first.

      classes: the columns item, label, and one for each class, named as labels name it, that holds the \
      model's probability of it. tokens: the same with a row for each token of a text, its texts named by \
      item. labels: the same, but label holds all that apply, with ; between them, and probabilities are \
      each of 0…1. By confident learning (Northcutt et al., JAIR 2021).

      boxes: the columns item, label, x1, y1, x2, y2, with the predictions in a file of their own that has \
      also the column probability. By ObjectLab (Tkachenko et al., 2023).
      """)

  enum Kind: String, CaseIterable, ExpressibleByArgument { case classes, tokens, labels, boxes }

  @Argument(help: "A CSV file of labels, and of predictions but for boxes.") var file: String
  @Option(help: "What is labelled.") var kind = Kind.classes
  @Option(help: "A CSV file of predicted boxes.") var predictions: String?
  @Option(help: "Of boxes, print those with a score below this, 0…1.") var below = 0.5
  @OptionGroup var output: OutputOptions

  /// What is printed of one likely error.
  struct Row {
    var item: String
    var label: String
    var suggestion: String
    var score: Double
    /// The place in the item: of a token or a box.
    var place: Int?
  }

  func run() async throws {
    guard (predictions != nil) == (kind == .boxes) else {
      throw ValidationError("--predictions goes with --kind boxes, and with nothing else.")
    }
    let found: (rows: [Row], count: Int)
    switch kind {
    case .classes, .tokens: found = try LabelledFile.classes(file, isTokens: kind == .tokens)
    case .labels: found = try LabelledFile.labels(file)
    case .boxes: found = try LabelledFile.boxes(file, predictions ?? "", below: below)
    }
    var table = TextTable(
      "item", columns: ["          label", "     suggestion", "believed"], nameWidth: 30)
    for row in found.rows {
      table.add(
        row.place.map { "\(row.item) #\($0 + 1)" } ?? row.item,
        [row.label, row.suggestion, TextTable.number(row.score, 3)])
    }
    output.print(
      .array(
        found.rows.map { row in
          var members: [JSON.Member] = [
            .init("item", .string(row.item)), .init("label", .string(row.label)),
            .init("suggestion", .string(row.suggestion)),
            .init("self_confidence", .double(row.score)),
          ]
          if let place = row.place { members.append(.init("place", .int(Int64(place)))) }
          return .object(members)
        }), found.rows.isEmpty ? "No label of \(found.count) is in doubt." : table.text)
  }
}

/// Labels beside predictions, read and weighed.
private enum LabelledFile {
  private typealias Row = LabelErrorsCommand.Row

  /// How far a row's probabilities may be from 1 in sum.
  private static let tolerance = 0.01

  private struct Table {
    var classes: [String]
    var numbers: [String: Int]
    var rows: [(place: String, item: String, label: String, chances: [Double])] = []
  }

  private static func table(_ file: String) throws -> Table {
    let rows = try SetFile.allRows(file)
    guard let header = rows.first, header.starts(with: ["item", "label"]), header.count > 3 else {
      throw Failure(
        "\(file) has not the columns item, label and two classes or more",
        remedy: "Write a header such as item,label,cat,dog.")
    }
    let classes = Array(header.dropFirst(2))
    let numbers = Dictionary(classes.enumerated().map { ($1, $0) }) { first, _ in first }
    guard numbers.count == classes.count else { throw Failure("\(file) names a class twice") }
    var table = Table(classes: classes, numbers: numbers)
    for (number, row) in rows.enumerated().dropFirst() {
      let place = "\(file), row \(number + 1)"
      guard row.count == header.count else {
        throw Failure("\(place): has \(row.count) fields, not \(header.count)")
      }
      let chances = row.dropFirst(2).compactMap(Double.init)
      guard chances.count == classes.count, chances.allSatisfy({ (0...1).contains($0) }) else {
        throw Failure("\(place): its probabilities are not numbers of 0…1 that sum to 1")
      }
      table.rows.append((place, row[0], row[1], chances))
    }
    return table
  }

  private static func number(_ label: String, _ table: Table, _ place: String) throws -> Int {
    guard let number = table.numbers[label] else {
      throw Failure("\(place): “\(label)” is no class of the header")
    }
    return number
  }

  static func classes(
    _ file: String, isTokens: Bool
  ) throws -> (rows: [LabelErrorsCommand.Row], count: Int) {
    let table = try table(file)
    var labels: [Int] = []
    var places: [Int] = []
    var seen: [String: Int] = [:]
    for row in table.rows {
      labels.append(try number(row.label, table, row.place))
      guard abs(row.chances.reduce(0, +) - 1) <= tolerance else {
        throw Failure("\(row.place): its probabilities are not numbers of 0…1 that sum to 1")
      }
      places.append(seen[row.item, default: 0])
      seen[row.item, default: 0] += 1
    }
    let issues = ConfidentLearning.issues(
      labels: labels,
      probabilities: Posteriors(
        classCount: table.classes.count, values: table.rows.flatMap(\.chances)))
    return (
      issues.map {
        Row(
          item: table.rows[$0.item].item, label: table.classes[labels[$0.item]],
          suggestion: table.classes[$0.suggestion], score: $0.selfConfidence,
          place: isTokens ? places[$0.item] : nil)
      }, labels.count
    )
  }

  /// Every class is a question of its own: does it apply?
  static func labels(_ file: String) throws -> (rows: [LabelErrorsCommand.Row], count: Int) {
    let table = try table(file)
    let applied = try table.rows.map { row in
      Set(try row.label.split(separator: ";").map { try number(String($0), table, row.place) })
    }
    var found: [Row] = []
    for (number, name) in table.classes.enumerated() {
      let issues = ConfidentLearning.issues(
        labels: applied.map { $0.contains(number) ? 1 : 0 },
        probabilities: Posteriors(
          classCount: 2,
          values: table.rows.flatMap { [1 - $0.chances[number], $0.chances[number]] }))
      found += issues.map {
        Row(
          item: table.rows[$0.item].item,
          label: applied[$0.item].contains(number) ? name : "not \(name)",
          suggestion: $0.suggestion == 1 ? name : "not \(name)", score: $0.selfConfidence)
      }
    }
    return (found.sorted { ($0.score, $0.item) < ($1.score, $1.item) }, applied.count)
  }

  static func boxes(
    _ file: String, _ predictions: String, below: Double
  ) throws -> (rows: [LabelErrorsCommand.Row], count: Int) {
    var (items, classes) = (Numbering<String>(), Numbering<String>())
    var images: [(labels: [BoxLabelErrors.Box], predictions: [BoxLabelErrors.Box])] = []
    let header = ["item", "label", "x1", "y1", "x2", "y2"]
    func read(
      _ path: String, _ header: [String], _ add: (Int, BoxLabelErrors.Box) -> Void
    ) throws {
      let rows = try SetFile.allRows(path)
      guard rows.first == header else {
        throw Failure("\(path) has not the columns \(header.joined(separator: ", "))")
      }
      for (number, row) in rows.enumerated().dropFirst() {
        let values = row.dropFirst(2).compactMap(Double.init).filter(\.isFinite)
        guard row.count == header.count, values.count == header.count - 2,
          values[0] < values[2], values[1] < values[3]
        else { throw Failure("\(path), row \(number + 1): is no box") }
        let probability = values.count > 4 ? values[4] : 1
        guard (0...1).contains(probability) else {
          throw Failure("\(path), row \(number + 1): its probability is not of 0…1")
        }
        let item = items.number(row[0])
        if item == images.count { images.append(([], [])) }
        add(
          item,
          .init(
            label: classes.number(row[1]),
            box: Box(
              x: values[0], y: values[1], width: values[2] - values[0],
              height: values[3] - values[1]), probability: probability))
      }
    }
    try read(file, header) { images[$0].labels.append($1) }
    try read(predictions, header + ["probability"]) { images[$0].predictions.append($1) }
    let issues = BoxLabelErrors.issues(images).filter { $0.score < below }
    return (
      issues.map { issue in
        let image = images[issue.image]
        let box =
          issue.kind == .overlooked ? image.predictions[issue.box] : image.labels[issue.box]
        return Row(
          item: items.names[issue.image], label: classes.names[box.label],
          suggestion: issue.kind.rawValue, score: issue.score, place: issue.box)
      }, images.reduce(0) { $0 + $1.labels.count }
    )
  }
}
