import Consensus
import Formats
import Foundation
import Labels
import Notation
import Store

/// Sends items of a dataset to labelling, and brings back what a project finds.
package struct SentItems: Sendable {
  let vault: ClientVault
  let actor: Actor
  let dataset: DatasetID

  package init(_ vault: ClientVault, actor: Actor, dataset: DatasetID) {
    self.vault = vault
    self.actor = actor
    self.dataset = dataset
  }

  /// Items of one sending.
  package static let itemLimit = 1_000_000

  /// Makes a task of each item, which remembers it; an item goes to a project once.
  ///
  /// - Parameters:
  ///   - numbers: the items; nil for all that the query finds.
  ///   - set: the label set that annotators begin with; nil for none.
  ///   - spool: an empty one.
  /// - Returns: the import's report, and what of the labels the project has no form for.
  /// - Throws: what an import throws; `.unknown(.labelSet)`.
  package func send(
    _ query: String, _ numbers: [Int]?, to project: ProjectID, batch: String?,
    prelabels set: String?,
    through spool: Spool
  ) async throws -> (report: ImportReport, losses: [Diagnostics.Loss]) {
    let chosen: [Int]
    if let numbers {
      chosen = Set(numbers).sorted()
    } else {
      chosen = try await ItemSearch(vault, dataset: dataset).numbers(query, from: 0, limit: .max)
        .numbers
    }
    guard chosen.count <= Self.itemLimit else {
      throw Refusal.tooLarge(what: "items that are sent at once", limit: Self.itemLimit)
    }
    let content = try await Projects(vault, actor: actor).content(of: project)
    let target = try TaskTarget(
      ["id": .string(project.text), "ontology": OntologyNotation.json(content.ontology)])
    let losses = try await write(chosen, target, prelabels: set, to: spool)
    let report = try await Imports(vault, actor: actor).run(
      spool, into: project, .init(batch: batch, key: nil))
    try await follow(project)
    return (report, losses)
  }

  private func write(
    _ numbers: [Int], _ target: TaskTarget, prelabels set: String?, to spool: Spool
  ) async throws -> [Diagnostics.Loss] {
    try await vault.database.read { connection in
      _ = try Dataset.get(dataset, connection)
      let labels = try set.map { name in
        guard let found = try LabelSet.find(name, of: dataset, connection) else {
          throw Refusal.unknown(.labelSet, name)
        }
        return found.id
      }
      let search = ItemSearch(vault, dataset: dataset)
      let diagnostics = Diagnostics(.lenient)
      var schema = try DatasetWriter.schema(of: dataset, vault, connection)
      for number in numbers {
        guard
          var found = try Datasets.item(number, of: dataset, vault, connection)
        else { throw Refusal.unknown(.item, "\(number)") }
        if found.item.metadata.contains(where: { $0.name == Assets.Looks.mediaField }) {
          diagnostics.lose("recordings left out: tasks show images and texts")
          continue
        }
        if let labels {
          found.item.labels = try search.labels(number, labels, &schema, connection) ?? []
        }
        // What is sent as a file of the vault has its size by itself.
        if found.image.flatMap({ AssetID($0) }) != nil { found.item.media = found.image }
        let line = target.line(
          found.item, schema, image: found.image, labels == nil ? .none : .prelabels,
          uniqueID: Self.uniqueID(dataset, number, target.project), diagnostics)
        try spool.append(line.utf8 + [0x0A])
      }
      return diagnostics.losses
    }
  }

  /// By which a task and its item know each other.
  private static func uniqueID(_ dataset: DatasetID, _ number: Int, _ project: String) -> String {
    "\(dataset)/\(number)/\(project)"
  }

  /// The number in `uniqueID` of a task of a dataset.
  static func number(in uniqueID: String?, of dataset: DatasetID) -> Int? {
    let parts = (uniqueID ?? "").split(separator: "/")
    guard parts.count == 3, parts[0] == dataset.text else { return nil }
    return Int(parts[1])
  }

  // MARK: Results

  /// Has the dataset bring back what a project finds, in a set of labels of the project's name.
  private func follow(_ project: ProjectID) async throws {
    let now = vault.environment.now()
    try await vault.database.write(.flushed) { connection in
      let sets = try LabelSet.all(of: dataset, connection)
      guard !sets.contains(where: { $0.project == project }) else { return }
      let name = Self.setName(try Projects.get(project, connection).name, besides: sets.map(\.name))
      _ = try LabelSet.take(name, of: dataset, project: project, at: now, connection)
      _ = try Datasets.nextChange(of: dataset, connection)
    }
  }

  /// A project's name as one that queries can say.
  static func setName(_ name: String, besides taken: [String]) -> String {
    let plain = String(
      name.map { $0.isLetter || $0.isNumber || "-_".contains($0) ? $0 : "_" }.prefix(80))
    var (result, number) = (plain, 2)
    while taken.contains(result) || result.isEmpty {
      result = "\(plain)_\(number)"
      number += 1
    }
    return result
  }

  /// Events that are taken in at once.
  private static let portion = 1_000

  /// Brings what has settled since the last time, each event once.
  ///
  /// - Complexity: O(events)
  package func gather() async throws {
    // Mostly there is nothing new, which needs no turn at writing.
    let due = try await vault.database.read { connection in
      try connection.all(
        """
        SELECT id FROM label_sets s WHERE dataset_id = ? AND EXISTS (
          SELECT 1 FROM feed_events f WHERE f.project_id = s.project_id AND f.seq > s.cursor)
        """, [dataset.sql]
      ) { $0.int(0) }
    }
    for set in due {
      while try await gather(set) == Self.portion {}
    }
  }

  /// - Returns: events that were read.
  private func gather(_ id: Int64) async throws -> Int {
    try await vault.database.write(.relaxed) { connection in
      let set = try connection.first(
        "SELECT \(LabelSet.columns) FROM label_sets WHERE id = ?", [.int(id)], LabelSet.row)
      guard let set, let project = set.project,
        let news = try LiveFeed.news(
          of: project, after: set.cursor, limit: Self.portion, connection)
      else { return 0 }
      var writer = try DatasetWriter(vault, dataset, connection)
      let known = try DatasetWriter.schema(of: dataset, vault, connection)
      var schema = known
      for task in news.tasks {
        guard let number = Self.number(in: task.uniqueID, of: dataset) else { continue }
        try put(task, at: number, in: set.id, &writer, &schema, connection)
      }
      if schema != known { try writer.save(schema) }
      try writer.finish()
      try connection.run(
        "UPDATE label_sets SET cursor = ? WHERE id = ?", [.int(news.cursor), .int(set.id)])
      return news.events
    }
  }

  /// Writes a task's result as the labels of its item.
  private func put(
    _ task: TaskRow, at number: Int, in set: Int64, _ writer: inout DatasetWriter,
    _ schema: inout DatasetSchema, _ connection: any Connection
  ) throws {
    let reading = try vault.reading(of: task, connection)
    guard let result = try ConsensusRow.newest(of: task, reading, vault, connection) else { return }
    let classes = ExportedClasses(reading.ontology, for: Set(DatasetLabelKind.allCases))
    let exported = ExportedTask(
      row: task, batch: "", content: try TaskContent.of(task, vault, connection), answers: [],
      consensus: result, version: reading.version, ontology: reading.ontology)
    let item = classes.item(exported, result.annotations, named: "")
    var facts: [JSON.Member] = item.metadata
    facts.append(.init("confidence", .double(result.confidence)))
    facts.append(.init("answers", .count(result.answers)))
    facts.append(.init("settled", .string(Timestamp.text(result.createdAt))))
    let answers = try AnswerRow.all(of: task, reading, vault, connection)
    let alike = AnswerAgreement.meanShare(
      answers.filter { $0.stage == .label && $0.standing != .discarded }.map(\.annotations),
      ontology: reading.ontology)
    if let alike { facts.append(.init("agreement", .double(alike))) }
    let workers = Set(answers.map(\.worker)).sorted()
    facts.append(.init("workers", .string(workers.joined(separator: " "))))
    try writer.put(
      item.labels.map { $0.numbered(from: classes.schema, in: &schema) }, schema, facts: facts,
      in: set, at: number)
  }
}
