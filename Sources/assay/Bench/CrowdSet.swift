import Consensus
import Formats
import Foundation

/// Answers of a crowd to single-choice questions with the truth of some: a folder with `answers.csv`
/// (columns `task,worker,label`) and `truth.csv` (`task,label`).
struct CrowdSet {
  var name: String
  var votes: VoteTable
  /// Names of tasks and labels, by their numbers.
  var tasks: [String]
  var labels: [String]
  /// nil where the truth of a task is not known.
  var truth: [Int?]

  /// Labels beyond which a set without a word on its kind is taken for numbers.
  static let labelLimit = 50

  /// Every set in a folder, and why others are left out.
  static func all(in folder: String) throws -> (sets: [CrowdSet], left: [String]) {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw Failure("\(folder) cannot be read", remedy: "Give a folder of sets with --data.")
    }
    var (sets, left): ([CrowdSet], [String]) = ([], [])
    for name in names.sorted() {
      let path = "\(folder)/\(name)"
      guard FileManager.default.fileExists(atPath: path + "/answers.csv") else { continue }
      let kind = SetFile.kind(path)
      guard kind == nil || kind == "categorical" else {
        left.append("\(name): \(kind ?? "")")
        continue
      }
      guard let set = try read(path, name) else {
        left.append("\(name): not single choices")
        continue
      }
      guard set.truth.contains(where: { $0 != nil }) else {
        left.append("\(name): no truth")
        continue
      }
      sets.append(set)
    }
    guard !sets.isEmpty else {
      throw Failure(
        "\(folder) holds no sets",
        remedy: "A set is a folder with answers.csv (task,worker,label) and truth.csv (task,label)."
      )
    }
    return (sets, left)
  }

  /// - Returns: nil where the columns or the number of labels are those of something else.
  private static func read(_ path: String, _ name: String) throws -> CrowdSet? {
    guard let answers = try SetFile.rows(path + "/answers.csv", ["task", "worker", "label"]),
      let known = try SetFile.rows(path + "/truth.csv", ["task", "label"])
    else { return nil }
    let labels = Set(answers.map { $0[2] } + known.map { $0[1] }).sorted {
      (Double($0) ?? .infinity, $0) < (Double($1) ?? .infinity, $1)
    }
    guard labels.count <= labelLimit else { return nil }
    let numbers = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, $0) })
    var (tasks, workers) = (Numbering<String>(), Numbering<String>())
    var votes: [VoteTable.Vote] = []
    votes.reserveCapacity(answers.count)
    for answer in answers {
      votes.append(
        .init(
          task: tasks.number(answer[0]), worker: workers.number(answer[1]),
          label: numbers[answer[2]] ?? 0))
    }
    let truths = Dictionary(known.map { ($0[0], numbers[$0[1]]) }) { _, last in last }
    let truth = tasks.names.map { truths[$0] ?? nil }
    return CrowdSet(
      name: name,
      votes: VoteTable(
        taskCount: tasks.count, workerCount: workers.count, classCount: labels.count, votes: votes),
      tasks: tasks.names, labels: labels, truth: truth)
  }
}
