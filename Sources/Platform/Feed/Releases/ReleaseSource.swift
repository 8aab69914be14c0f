import Formats
import Foundation
import Labels
import Notation
import Store
import Vault

/// What a release is made of.
package enum ReleaseSource: Hashable, Sendable {
  /// The results of a project: all that is completed.
  case project(ProjectID)
  /// Items of a dataset that a query finds, with the labels of a set.
  case dataset(DatasetID, query: String, set: String)

  /// Hands out each item with its schema and how many answers its labels rest on, always in the same order.
  ///
  /// - Parameter hasMedia: whether each says where its image is.
  /// - Returns: the schema of all of them.
  func forEachItem(
    hasMedia: Bool, _ vault: ClientVault, _ connection: any Connection,
    _ body: (DatasetItem, DatasetSchema, _ answers: Int) throws -> Void
  ) throws -> DatasetSchema {
    switch self {
    case .project(let project): try Self.results(of: project, hasMedia, vault, connection, body)
    case .dataset(let dataset, let query, let set):
      try Self.items(of: dataset, query, set, hasMedia, vault, connection, body)
    }
  }

  private static func results(
    of project: ProjectID, _ hasMedia: Bool, _ vault: ClientVault, _ connection: any Connection,
    _ body: (DatasetItem, DatasetSchema, Int) throws -> Void
  ) throws -> DatasetSchema {
    let current = try Projects.get(project, connection)
    let union = try vault.union(of: current, connection)
    let walk = ExportWalk(vault: vault, project: project, connection: connection, union: union)
    // One numbering of classes for all formats, so that a class is the same number everywhere.
    let classes = ExportedClasses(union.ontology, for: DatasetFormat.jsonLines.facts.holds)
    var names = ImageNames(vault: vault, connection: connection)
    try walk.forEach(needsAnswers: false) { task in
      guard task.row.gold == nil, task.row.lifecycle.state == .completed,
        let consensus = task.consensus
      else { return }
      let name = try task.content.image == nil ? task.row.id.text : names.name(of: task)
      var item = classes.item(task, consensus.annotations, named: name)
      item.metadata += task.content.metadata.members ?? []
      item.metadata.append(.init("task", .string(task.row.id.text)))
      item.metadata.append(.init("confidence", .double(consensus.confidence)))
      item.metadata.append(.init("answers", .int(Int64(consensus.answers))))
      if hasMedia { item.media = try media(task.content.image, vault, connection) }
      try body(item, classes.schema, consensus.answers)
    }
    return classes.schema
  }

  private static func items(
    of dataset: DatasetID, _ text: String, _ set: String, _ hasMedia: Bool, _ vault: ClientVault,
    _ connection: any Connection, _ body: (DatasetItem, DatasetSchema, Int) throws -> Void
  ) throws -> DatasetSchema {
    guard let labels = try LabelSet.find(set, of: dataset, connection) else {
      throw Refusal.unknown(.labelSet, set)
    }
    let search = ItemSearch(vault, dataset: dataset)
    // Whole before the first item, so that a class is the same number in every file.
    var schema = try DatasetWriter.schema(of: dataset, vault, connection)
    for number in try search.numbers(text, connection) {
      guard let found = try Datasets.item(number, of: dataset, vault, connection) else { continue }
      var item = found.item
      item.labels = try search.labels(number, labels.id, &schema, connection)
      if hasMedia { item.media = try media(found.image, vault, connection) }
      try body(item, schema, 0)
    }
    return schema
  }

  /// The address of an item's image, where the vault has it; one that is a URL stays where it is.
  private static func media(
    _ image: String?, _ vault: ClientVault, _ connection: any Connection
  ) throws -> String? {
    guard let image else { return nil }
    let id = try AssetID(image) ?? Assets.fetched(image, vault, connection)
    return try id.flatMap { id in
      try connection.first("SELECT address FROM assets WHERE id = ?", [id.sql]) { $0.text(0) }
    }
  }
}
