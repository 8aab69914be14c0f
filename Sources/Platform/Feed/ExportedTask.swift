import Foundation
import Labels
import Store
import Synchronization
import Vault

/// Everything an export says of one task.
struct ExportedTask {
  var row: TaskRow
  var batch: String
  var content: TaskContent
  var answers: [AnswerRow]
  var consensus: ConsensusRow?
  /// The version that the labels are read as.
  var version: Int
  var ontology: Ontology
}

/// Some tasks as they lie in the store, sealed: opening them needs no database, so it can be done
/// on every core at once.
struct ExportPage: Sendable {
  struct SealedTask: Sendable {
    var row: TaskRow
    var batch: String
    var sealed: Data
    var answers: [SealedAnswer] = []
    var consensus: SealedConsensus?
    var reading: LabelReading
  }

  struct SealedAnswer: Sendable {
    var clear: AnswerRow
    var sealed: Data
  }

  struct SealedConsensus: Sendable {
    var clear: ConsensusRow
    var sealed: ConsensusRow.Sealed
  }

  let vault: ClientVault
  /// In whose words annotations are given; nil for those of each task's own ontology.
  var union: OntologyUnion?
  var tasks: [SealedTask] = []

  func open(_ index: Int) throws -> ExportedTask {
    var task = try openAsItIs(index)
    guard let union, task.row.form != nil else { return task }
    for index in task.answers.indices {
      task.answers[index].annotations = union.annotations(
        task.answers[index].annotations, of: task.ontology)
    }
    if let result = task.consensus?.annotations {
      task.consensus?.annotations = union.annotations(result, of: task.ontology)
    }
    task.ontology = union.ontology
    return task
  }

  private func openAsItIs(_ index: Int) throws -> ExportedTask {
    let task = tasks[index]
    let plain = try vault.key.open(task.sealed, table: "tasks", row: task.row.id)
    let answers = try task.answers.map { sealed in
      var row = sealed.clear
      row.annotations = try task.reading.open(
        sealed.sealed, table: "answers", row: row.id.text, vault)
      return row
    }
    return ExportedTask(
      row: task.row, batch: task.batch, content: try TaskContent(stored: plain),
      answers: answers, consensus: try consensus(of: task, among: answers),
      version: task.reading.version, ontology: task.reading.ontology)
  }

  private func consensus(
    of task: SealedTask, among answers: [AnswerRow]
  ) throws -> ConsensusRow? {
    if task.row.consensusVersion == ConsensusRow.single {
      return answers.lazy.compactMap { ConsensusRow(single: $0, of: task.row) }.first
    }
    guard let found = task.consensus else { return nil }
    var row = found.clear
    let opened = found.sealed.answer.flatMap { seq in answers.first { $0.seq == seq } }
    row.annotations =
      try opened?.annotations
      ?? found.sealed.open(row.version, of: task.row.id, task.reading, vault)
    return row
  }
}

/// Something that is being made on another core.
final class Promised<T: Sendable>: Sendable {
  private let result = Mutex<Result<T, any Error>?>(nil)
  private let isDone = DispatchSemaphore(value: 0)

  init(_ make: @escaping @Sendable () throws -> T) {
    DispatchQueue.global().async { [self] in
      let made = Result { try make() }
      result.withLock { $0 = made }
      isDone.signal()
    }
  }

  /// Waits for it; once.
  func wait() throws -> T {
    isDone.wait()
    guard let made = result.withLock({ $0 }) else { throw CancellationError() }
    return try made.get()
  }
}

/// Walks the tasks of a project in the order of making, a page at a time.
struct ExportWalk {
  /// Tasks of one page.
  static let pageSize = 2_000

  let vault: ClientVault
  let project: ProjectID
  let connection: any Connection
  var union: OntologyUnion?

  /// Every task, opened.
  ///
  /// - Parameter needsAnswers: whether every answer is wanted, or the result alone.
  /// - Complexity: O(tasks) time, one page of memory.
  func forEach(needsAnswers: Bool, _ body: (ExportedTask) throws -> Void) throws {
    try forEachPage(needsAnswers: needsAnswers) { page in
      for index in page.tasks.indices { try body(page.open(index)) }
    }
  }

  func forEachPage(needsAnswers: Bool, _ body: (ExportPage) throws -> Void) throws {
    let batches = Dictionary(
      uniqueKeysWithValues: try connection.all(
        "SELECT id, name FROM batches WHERE project_id = ?", [project.sql]
      ) { ($0.id(0) as BatchID, $0.text(1)) })
    let readings = try vault.readings(of: project, connection)
    var last: Int64 = 0
    let end =
      try connection.first(
        "SELECT coalesce(max(seq), 0) FROM tasks WHERE project_id = ?", [project.sql]
      ) { $0.int(0) } ?? 0
    while true {
      var page = ExportPage(vault: vault, union: union)
      // By the table itself, since nearly every row of the range is wanted whole.
      page.tasks = try connection.all(
        """
        SELECT \(TaskRow.columns), t.sealed FROM tasks t
        WHERE t.seq > ? AND t.seq <= ? AND +t.project_id = ? ORDER BY t.seq LIMIT ?
        """, [.int(last), .int(end), project.sql, .number(Self.pageSize)]
      ) { row in
        let task = TaskRow.row(row)
        return ExportPage.SealedTask(
          row: task, batch: batches[task.batch] ?? "",
          sealed: row.blob(TaskRow.columnCount),
          reading: try readings.reading(of: task, connection))
      }
      guard let first = page.tasks.first?.row.seq, let reached = page.tasks.last?.row.seq else {
        return
      }
      let places = Dictionary(
        uniqueKeysWithValues: page.tasks.enumerated().map { ($0.element.row.seq, $0.offset) })
      try addAnswers(first, reached, onlySingle: !needsAnswers, places, &page)
      try addConsensus(first, reached, isAlone: needsAnswers, places, &page)
      try body(page)
      last = reached
    }
  }

  /// - Parameter onlySingle: leaves out those whose tasks have a result of its own.
  private func addAnswers(
    _ first: Int64, _ end: Int64, onlySingle: Bool, _ places: [Int64: Int],
    _ page: inout ExportPage
  ) throws {
    func isWanted(_ task: ExportPage.SealedTask) -> Bool {
      !onlySingle || task.row.consensusVersion == ConsensusRow.single
    }
    guard page.tasks.contains(where: isWanted) else { return }
    try connection.forEach(
      """
      SELECT a.task, \(AnswerRow.columns) FROM answers a WHERE a.task BETWEEN ? AND ?
      ORDER BY a.task, a.seq
      """, [.int(first), .int(end)]
    ) { row in
      if let place = places[row.int(0)], isWanted(page.tasks[place]) {
        let columns = OffsetRow(row: row, offset: 1)
        page.tasks[place].answers.append(
          .init(clear: AnswerRow.clear(columns), sealed: AnswerRow.sealed(columns)))
      }
      return true
    }
  }

  private func addConsensus(
    _ first: Int64, _ end: Int64, isAlone: Bool, _ places: [Int64: Int],
    _ page: inout ExportPage
  ) throws {
    let columns = isAlone ? ConsensusRow.columnsAlone : ConsensusRow.columns
    let source = isAlone ? ConsensusRow.sourceAlone : ConsensusRow.source
    try connection.forEach(
      """
      SELECT c.task, \(columns) FROM \(source)
      WHERE c.task BETWEEN ? AND ?
      """, [.int(first), .int(end)]
    ) { row in
      let columns = OffsetRow(row: row, offset: 1)
      if let place = places[row.int(0)],
        page.tasks[place].row.consensusVersion == Int(row.int(1))
      {
        page.tasks[place].consensus = .init(
          clear: ConsensusRow.clear(columns), sealed: ConsensusRow.sealed(columns))
      }
      return true
    }
  }
}
