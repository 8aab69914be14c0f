import Foundation
import Labels
import Store
import Vault

/// Everything an export says of one task.
struct ExportedTask {
  var row: TaskRow
  var batch: String
  var content: TaskContent
  var answers: [AnswerRow]
  var consensus: ConsensusRow?
  var ontology: Ontology
}

/// Walks the tasks of a project in the order of making, a page at a time.
struct ExportWalk {
  /// Tasks of one page.
  static let pageSize = 1_000

  let vault: ClientVault
  let project: ProjectID
  let connection: any Connection

  /// - Parameter needsAnswers: whether every answer is wanted, or the result alone.
  /// - Complexity: O(tasks) time, one page of memory.
  func forEach(needsAnswers: Bool, _ body: (ExportedTask) throws -> Void) throws {
    let batches = Dictionary(
      uniqueKeysWithValues: try connection.all(
        "SELECT id, name FROM batches WHERE project_id = ?", [project.sql]
      ) { (BatchID(stored: $0.text(0)), $0.text(1)) })
    var last: Int64 = 0
    while true {
      let page = try connection.all(
        """
        SELECT \(TaskRow.columns), t.sealed FROM tasks t
        WHERE t.project_id = ? AND t.seq > ? ORDER BY t.seq LIMIT ?
        """, [project.sql, .int(last), .number(Self.pageSize)]
      ) { (TaskRow.row($0), $0.blob(TaskRow.columnCount)) }
      guard let first = page.first?.0.seq, let end = page.last?.0.seq else { return }
      let tasks = Dictionary(uniqueKeysWithValues: page.map { ($0.0.seq, $0.0) })
      var answers = needsAnswers ? try self.answers(first, end, tasks) : [:]
      var results = try consensus(first, end, tasks)
      for (row, sealed) in page {
        let plain = try vault.key.open(sealed, table: "tasks", row: row.id.text)
        try body(
          ExportedTask(
            row: row, batch: batches[row.batch] ?? "", content: try TaskContent(stored: plain),
            answers: answers.removeValue(forKey: row.seq) ?? [],
            consensus: results.removeValue(forKey: row.seq), ontology: try ontology(of: row)))
      }
      last = end
    }
  }

  private func answers(
    _ first: Int64, _ end: Int64, _ tasks: [Int64: TaskRow]
  ) throws -> [Int64: [AnswerRow]] {
    var answers: [Int64: [AnswerRow]] = [:]
    try connection.forEach(
      """
      SELECT a.task, \(AnswerRow.columns) FROM answers a WHERE a.task BETWEEN ? AND ?
      ORDER BY a.task, a.seq
      """, [.int(first), .int(end)]
    ) { row in
      if let task = tasks[row.int(0)] {
        answers[task.seq, default: []].append(
          try AnswerRow.row(OffsetRow(row: row, offset: 1), try ontology(of: task), vault))
      }
      return true
    }
    return answers
  }

  private func consensus(
    _ first: Int64, _ end: Int64, _ tasks: [Int64: TaskRow]
  ) throws -> [Int64: ConsensusRow] {
    var results: [Int64: ConsensusRow] = [:]
    try connection.forEach(
      "SELECT c.task, \(ConsensusRow.columns) FROM consensus c WHERE c.task BETWEEN ? AND ?",
      [.int(first), .int(end)]
    ) { row in
      let version = Int(row.int(1))
      if let task = tasks[row.int(0)], task.consensusVersion == version {
        results[task.seq] = try ConsensusRow.row(
          OffsetRow(row: row, offset: 1), of: task.id, try ontology(of: task), vault)
      }
      return true
    }
    return results
  }

  private func ontology(of row: TaskRow) throws -> Ontology {
    try vault.content(of: row.project, version: row.version, connection).ontology
  }
}
