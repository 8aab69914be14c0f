import Formats
import Foundation
import Labels
import Notation
import Store

/// A project whose annotators contribute items of a dataset.
package struct CollectedProject: Hashable, Sendable {
  package var project: ProjectID
  /// Its name.
  package var name: String
  /// Items that came of it.
  package var items: Int
  /// Whether personal data in texts is masked; it is flagged in any case.
  package var masksPersonalData: Bool
  package var createdAt: Int64
}

/// Brings what annotators contribute into a dataset: each file of an answer that counts, once its task has a
/// result that stands, or where a project asks for none each text.
package struct CollectedItems: Sendable {
  let vault: ClientVault
  let actor: Actor
  let dataset: DatasetID

  package init(_ vault: ClientVault, actor: Actor, dataset: DatasetID) {
    self.vault = vault
    self.actor = actor
    self.dataset = dataset
  }

  /// Collections of one dataset.
  package static let countLimit = 100

  /// Has the dataset take what a project collects, from its first task on.
  ///
  /// - Throws: `.unknown`, `.tooLarge`, `.invalid` for a project that asks for neither files nor texts
  package func follow(
    _ project: ProjectID, masksPersonalData: Bool = false
  ) async throws -> CollectedProject {
    let record = vault.record(by: actor)
    return try await vault.database.write(.flushed) { connection in
      _ = try Dataset.get(dataset, connection)
      let row = try Projects.get(project, connection)
      let content = try vault.content(of: project, version: row.version, connection)
      guard content.ontology.questions.contains(where: Self.isContributed) else {
        throw Refusal.invalid(
          path: "project", problem: "must ask for files or texts: “\(row.name)” asks for neither")
      }
      let known = try Self.all(of: dataset, connection)
      if var one = known.first(where: { $0.project == project }) {
        one.masksPersonalData = masksPersonalData
        try connection.run(
          "UPDATE collections SET is_masking = ? WHERE dataset_id = ? AND project_id = ?",
          [.int(masksPersonalData ? 1 : 0), dataset.sql, project.sql])
        return one
      }
      guard known.count < Self.countLimit else {
        throw Refusal.tooLarge(what: "collections of a dataset", limit: Self.countLimit)
      }
      try connection.run(
        """
        INSERT INTO collections (dataset_id, project_id, is_masking, created_at) VALUES (?, ?, ?, ?)
        """, [dataset.sql, project.sql, .int(masksPersonalData ? 1 : 0), .int(record.at)])
      try record.append(
        connection, "dataset.collects", dataset.text, ["project": .string(project.text)])
      return CollectedProject(
        project: project, name: row.name, items: 0, masksPersonalData: masksPersonalData,
        createdAt: record.at)
    }
  }

  /// Takes nothing more of a project; items stay.
  package func leave(_ project: ProjectID) async throws {
    let record = vault.record(by: actor)
    try await vault.database.write(.flushed) { connection in
      let removed = try connection.run(
        "DELETE FROM collections WHERE dataset_id = ? AND project_id = ?",
        [dataset.sql, project.sql])
      guard removed == 1 else { throw Refusal.unknown(.project, project.text) }
      try record.append(
        connection, "dataset.collects-no-more", dataset.text, ["project": .string(project.text)])
    }
  }

  package func list() async throws -> [CollectedProject] {
    try await vault.database.read { connection in
      _ = try Dataset.get(dataset, connection)
      return try Self.all(of: dataset, connection)
    }
  }

  private static func all(
    of dataset: DatasetID, _ connection: any Connection
  ) throws -> [CollectedProject] {
    try connection.all(
      """
      SELECT c.project_id, p.name, c.items, c.is_masking, c.created_at
      FROM collections c JOIN projects p ON p.id = c.project_id
      WHERE c.dataset_id = ? ORDER BY c.created_at, c.project_id
      """, [dataset.sql]
    ) {
      CollectedProject(
        project: $0.id(0), name: $0.text(1), items: Int($0.int(2)),
        masksPersonalData: $0.int(3) == 1, createdAt: $0.int(4))
    }
  }

  private static func isContributed(_ question: LabelClass) -> Bool {
    switch question.kind {
    case .files, .text: true
    default: false
    }
  }

  /// Events that are taken in at once.
  private static let portion = 200

  /// Brings what was settled since the last time, each result once.
  ///
  /// - Complexity: O(events)
  package func gather() async throws {
    // Mostly there is nothing new, which needs no turn at writing.
    let due = try await vault.database.read { connection in
      try connection.all(
        """
        SELECT project_id FROM collections c WHERE dataset_id = ? AND EXISTS (
          SELECT 1 FROM feed_events f WHERE f.project_id = c.project_id AND f.seq > c.cursor)
        """, [dataset.sql]
      ) { $0.id(0) as ProjectID }
    }
    for project in due {
      while try await gather(project) == Self.portion {}
    }
  }

  /// - Returns: events that were read.
  private func gather(_ project: ProjectID) async throws -> Int {
    try await vault.database.write(.relaxed) { connection in
      let state = try connection.first(
        "SELECT cursor, is_masking FROM collections WHERE dataset_id = ? AND project_id = ?",
        [dataset.sql, project.sql]
      ) { (cursor: $0.int(0), isMasking: $0.int(1) == 1) }
      guard let state,
        let news = try LiveFeed.news(
          of: project, after: state.cursor, limit: Self.portion, connection)
      else { return 0 }
      var writer = try DatasetWriter(vault, dataset, connection)
      for task in news.tasks {
        for var item in try items(of: task, masking: state.isMasking, connection) {
          // What is there may be a copy with faces black by now.
          if try writer.number(of: item.item.name) != nil { item.image = nil }
          _ = try writer.put(item)
        }
      }
      try writer.finish()
      try connection.run(
        """
        UPDATE collections SET cursor = ?, items = items + ? WHERE dataset_id = ? AND project_id = ?
        """, [.int(news.cursor), .number(writer.created), dataset.sql, project.sql])
      return news.events
    }
  }

  /// What the answers of a task brought, with what else they say as fields. Named by task and file, or answer
  /// and question, so that what comes again is known again.
  private func items(
    of task: TaskRow, masking: Bool, _ connection: any Connection
  ) throws -> [StoredItem] {
    let reading = try vault.reading(of: task, connection)
    let ontology = reading.ontology
    let answers = try AnswerRow.all(of: task, reading, vault, connection).filter {
      $0.standing == .counted && $0.stage == .label
    }
    guard let result = try ConsensusRow.newest(of: task, reading, vault, connection)?.annotations
    else {
      return []
    }
    // What a reviewer took out is no item.
    let kept = Set(result.flatMap(\.files))
    let hasFiles = ontology.questions.contains { $0.fileRules != nil }
    let name = task.uniqueID ?? task.id.text
    return try answers.flatMap { answer -> [StoredItem] in
      let annotations = answers.count == 1 ? result : answer.annotations
      var fields: [JSON.Member] = [
        .init("project", .string(try Projects.get(task.project, connection).name)),
        .init("task", .string(task.id.text)), .init("worker", .string(answer.worker)),
        .init("contributed", .string(Timestamp.text(answer.submittedAt))),
      ]
      fields += ontology.fields(annotations, withTexts: hasFiles)
      var items: [StoredItem] = []
      for annotation in annotations {
        for file in annotation.files where kept.contains(file) {
          // Imported answers may name anything.
          guard let id = AssetID(file),
            let asset = try Assets.find("id", id.text, vault, connection)
          else { continue }
          let ending = Assets.Looks.fileExtension(asset.type).map { ".\($0)" } ?? ""
          let item = DatasetItem(name: "\(name)/\(id)\(ending)", metadata: fields)
          items.append(StoredItem(item, image: id.text).flagged(masking: masking))
        }
        if case .text(let text) = annotation.value, !hasFiles {
          let own = "\(name)/\(answer.id)/\(annotation.classID.number)"
          let item = StoredItem(DatasetItem(name: own, text: text, metadata: fields), image: nil)
          items.append(item.flagged(masking: masking))
        }
      }
      return items
    }
  }
}

extension Annotation {
  fileprivate var files: [String] {
    if case .files(let files) = value { files } else { [] }
  }
}

extension Ontology {
  /// Answers to questions as fields of an item.
  ///
  /// - Parameter withTexts: whether texts are fields; else they are items themselves.
  fileprivate func fields(_ annotations: [Annotation], withTexts: Bool) -> [JSON.Member] {
    var fields: [JSON.Member] = []
    for annotation in annotations {
      guard let question = self[annotation.classID], question.kind.isQuestion else { continue }
      func name(_ id: OptionID) -> String { question.options.first { $0.id == id }?.name ?? "" }
      let value: JSON
      switch annotation.value {
      case .category(let id): value = .string(name(id))
      case .multiLabel(let ids): value = .string(ids.map(name).joined(separator: " "))
      case .rating(let number), .number(let number): value = .double(number)
      case .boolean(let isTrue): value = .bool(isTrue)
      case .text(let text) where withTexts: value = .string(text)
      case .text, .files, .shape, .span, .relation: continue
      }
      fields.append(.init(question.name, value))
    }
    return fields
  }
}
