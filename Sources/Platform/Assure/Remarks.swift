import Foundation
import Labels
import Notation
import Store
import Vault

/// What is said of a task's answers: why a reviewer sent them back, at which place, and what those say who
/// had given them.
package struct Remark: Hashable, Sendable {
  package enum Role: String, Hashable, Sendable, CaseIterable { case reviewer, annotator }

  package var at: Int64
  package var role: Role
  /// By pseudonym.
  package var author: String
  package var text: String
  /// `{"x", "y"}` in pixels of the image, or `{"start", "end"}` in scalars of the text; nil for the whole.
  package var place: JSON?

  /// Unicode scalars of a remark.
  package static let limit = 2_000
  /// Remarks of annotators on one task; a reviewer can always say why.
  package static let countLimit = 200

  /// - Throws: `.invalid`
  static func checked(_ text: String) throws(Refusal) -> String {
    let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard (1...limit).contains(text.unicodeScalars.count) else {
      throw .invalid(path: "text", problem: "must have 1 to \(limit) characters")
    }
    return text
  }

  /// - Throws: `.invalid`
  package static func place(_ json: JSON?) throws(Refusal) -> JSON? {
    guard let json, json != .null else { return nil }
    if let x = json["x"]?.number, let y = json["y"]?.number, json.members?.count == 2, x >= 0,
      y >= 0
    {
      return ["x": .double(x), "y": .double(y)]
    }
    if let start = json["start"]?.integer, let end = json["end"]?.integer, json.members?.count == 2,
      0 <= start, start < end
    {
      return ["start": .int(start), "end": .int(end)]
    }
    throw .invalid(
      path: "place",
      problem: "must be {\"x\", \"y\"} in pixels or {\"start\", \"end\"} in characters")
  }

  // MARK: Stored

  static func all(
    of task: TaskRow, _ vault: ClientVault, _ connection: any Connection
  ) throws -> [Remark] {
    try connection.all(
      "SELECT number, at, author, role, sealed FROM remarks WHERE task = ? ORDER BY number",
      [.int(task.seq)]
    ) { row in
      let plain = try vault.key.open(row.blob(4), table: "remarks", row: "\(task.id)/\(row.int(0))")
      let json = try JSON(parsing: [UInt8](plain))
      return Remark(
        at: row.int(1), role: Role(rawValue: row.text(3)) ?? .annotator, author: row.text(2),
        text: json["text"]?.string ?? "", place: json["place"])
    }
  }

  /// - Throws: `.tooLarge` where annotators have said too much already.
  func insert(on task: TaskRow, _ vault: ClientVault, _ connection: any Connection) throws {
    let last = try connection.first(
      "SELECT coalesce(max(number), 0) FROM remarks WHERE task = ?", [.int(task.seq)]
    ) { $0.int(0) }
    let number = (last ?? 0) + 1
    guard role == .reviewer || number <= Int64(Self.countLimit) else {
      throw Refusal.tooLarge(what: "remarks on a task", limit: Self.countLimit)
    }
    var members = [JSON.Member("text", .string(text))]
    if let place { members.append(.init("place", place)) }
    let sealed = vault.key.seal(
      JSON.object(members).utf8, table: "remarks", row: "\(task.id)/\(number)")
    try connection.run(
      "INSERT INTO remarks VALUES (?, ?, ?, ?, ?, ?)",
      [.int(task.seq), .int(number), .int(at), .text(author), .text(role.rawValue), .blob(sealed)])
  }
}

/// What one worker is told of their answers, and what they say to it.
package struct Feedback: Sendable {
  let vault: ClientVault
  let worker: String
  let project: ProjectID

  package init(_ vault: ClientVault, worker: String, project: ProjectID) {
    self.vault = vault
    self.worker = worker
    self.project = project
  }

  /// A task whose answers were sent back, with the worker's own.
  package struct Item: Sendable {
    package var task: TaskRow
    package var content: TaskContent
    /// The file that its image is, or was fetched to.
    package var image: AssetID?
    package var ontology: Ontology
    package var answer: [Annotation]
    /// Of that answer; nil where it is gone.
    package var answerID: AnswerID?
    package var remarks: [Remark]
    package var isNew: Bool
  }

  /// The newest first. What is listed is no longer new.
  ///
  /// - Complexity: O(limit)
  package func list(limit: Int = 50) async throws -> [Item] {
    try await vault.database.write(.relaxed) { connection in
      let readings = try vault.readings(of: project, connection)
      let found = try connection.all(
        "SELECT task, is_new FROM feedback WHERE project_id = ? AND worker = ? ORDER BY at DESC LIMIT ?",
        [project.sql, .text(worker), .number(limit)]
      ) { (task: $0.int(0), isNew: $0.int(1) == 1) }
      let items = try found.map { found -> Item in
        let task = try TaskRow.get(seq: found.task, connection)
        let reading = try readings.reading(of: task, connection)
        let own = try AnswerRow.all(of: task, reading, vault, connection).last {
          $0.worker == worker
        }
        let content = try TaskContent.of(task, vault, connection)
        let image = try content.image.flatMap {
          try AssetID($0) ?? Assets.fetched($0, vault, connection)
        }
        return Item(
          task: task, content: content, image: image, ontology: reading.ontology,
          answer: own?.annotations ?? [], answerID: own?.id,
          remarks: try Remark.all(of: task, vault, connection),
          isNew: found.isNew)
      }
      try connection.run(
        "UPDATE feedback SET is_new = 0 WHERE project_id = ? AND worker = ? AND is_new = 1",
        [project.sql, .text(worker)])
      return items
    }
  }

  /// How much of it was not looked at yet.
  package func newCount() async throws -> Int {
    try await vault.database.read { connection in
      try connection.first(
        "SELECT count(*) FROM feedback WHERE project_id = ? AND worker = ? AND is_new = 1",
        [project.sql, .text(worker)]
      ) { Int($0.int(0)) } ?? 0
    }
  }

  /// The worker's word on a task of theirs that was sent back; the next reviewer reads it.
  ///
  /// - Throws: `.unknown(.task)` for any other task; `.invalid`, `.tooLarge`.
  package func answer(_ id: TaskID, _ text: String) async throws -> [Remark] {
    let text = try Remark.checked(text)
    let record = vault.record(by: .worker(worker))
    return try await vault.database.write(.flushed) { connection in
      let task = try TaskRow.get(id, connection)
      let isTheirs = try connection.first(
        "SELECT 1 FROM feedback WHERE project_id = ? AND worker = ? AND task = ?",
        [project.sql, .text(worker), .int(task.seq)]
      ) { $0.int(0) }
      guard isTheirs != nil else { throw Refusal.unknown(.task, id.text) }
      try Remark(at: record.at, role: .annotator, author: worker, text: text).insert(
        on: task, vault, connection)
      try record.append(connection, "review.answered", id.text)
      return try Remark.all(of: task, vault, connection)
    }
  }

  /// Tells everybody whose answer counted that a reviewer sent it back.
  static func tell(of task: TaskRow, at: Int64, _ connection: any Connection) throws {
    try connection.run(
      """
      INSERT INTO feedback (project_id, worker, task, at, is_new)
      SELECT DISTINCT ?, worker, task, ?, 1 FROM answers
      WHERE task = ? AND stage = 'label' AND standing = 'counted'
      ON CONFLICT (project_id, worker, task) DO UPDATE SET at = excluded.at, is_new = 1
      """, [task.project.sql, .int(at), .int(task.seq)])
  }
}
