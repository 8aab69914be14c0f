import Consensus
import Foundation

/// A CSV file of votes between two things, or of orders of some.
struct VoteFile {
  var items = Numbering<String>()
  var workers = Numbering<String>()
  var comparisons: [Comparison] = []
  var rankings: [[Int]] = []

  /// Columns `left`, `right`, `label`, and `worker` where there is one.
  init(comparisons path: String) throws {
    let rows = try SetFile.allRows(path)
    let columns = try Self.columns(rows, ["left", "right", "label"], path)
    let worker = rows[0].firstIndex(of: "worker")
    for (number, row) in rows.enumerated().dropFirst() {
      let place = "\(path), row \(number + 1)"
      guard row.count == rows[0].count else {
        throw Failure("\(place): has \(row.count) fields, not \(rows[0].count)")
      }
      let (left, right, label) = (row[columns[0]], row[columns[1]], row[columns[2]])
      guard !left.isEmpty, !right.isEmpty else {
        throw Failure("\(place): names nothing on one side")
      }
      guard left != right else { throw Failure("\(place): compares “\(left)” with itself") }
      let outcome: Double
      switch label {
      case "left", left: outcome = 1
      case "right", right: outcome = 0
      case "tie": outcome = 0.5
      default:
        throw Failure(
          "\(place): “\(label)” is neither left, right nor tie", remedy: "Name one of the two.")
      }
      comparisons.append(
        Comparison(
          first: items.number(left), second: items.number(right), outcome: outcome,
          worker: worker.map { workers.number(row[$0]) }))
    }
    guard !comparisons.isEmpty else { throw Failure("\(path) holds no votes") }
  }

  /// Column `ranking`: names with `>` between them, the best first.
  init(rankings path: String) throws {
    let rows = try SetFile.allRows(path)
    let column = try Self.columns(rows, ["ranking"], path)[0]
    for (number, row) in rows.enumerated().dropFirst() {
      let names = column < row.count ? row[column].split(separator: ">") : []
      guard names.count > 1 else {
        throw Failure("\(path), row \(number + 1): ranks fewer than two things")
      }
      rankings.append(names.map { items.number($0.trimmingCharacters(in: .whitespaces)) })
    }
    guard !rankings.isEmpty else { throw Failure("\(path) holds no rankings") }
  }

  private static func columns(
    _ rows: [[String]], _ names: [String], _ path: String
  ) throws -> [Int] {
    let header = rows.first ?? []
    return try names.map { name in
      guard let place = header.firstIndex(of: name) else {
        throw Failure(
          "\(path) has no column \(name)",
          remedy: "Its first line must name the columns \(names.joined(separator: ", ")).")
      }
      return place
    }
  }
}
