import Formats
import Foundation
import Notation
import Store
import Vault

/// Makes the datasets of one vault, and hands out what is in them.
package struct Datasets: Sendable {
  let vault: ClientVault
  let actor: Actor

  package init(_ vault: ClientVault, actor: Actor) {
    self.vault = vault
    self.actor = actor
  }

  package static let nameLimit = 200
  /// Datasets of one vault.
  package static let countLimit = 10_000

  package func create(name: String) async throws -> Dataset {
    let name = try Naming.checked(name, limit: Self.nameLimit)
    let record = vault.record(by: actor)
    let made = Dataset(
      id: vault.environment.newID(), name: name, numbers: 0, lastChange: 0, lastPrint: 0,
      createdAt: record.at)
    try await vault.database.write(.flushed) { connection in
      let isTaken = try connection.first("SELECT 1 FROM datasets WHERE name = ?", [.text(name)]) {
        _ in true
      }
      guard isTaken == nil else { throw Refusal.taken(.dataset, name) }
      let count = try connection.first("SELECT count(*) FROM datasets") { Int($0.int(0)) } ?? 0
      guard count < Self.countLimit else {
        throw Refusal.tooLarge(what: "datasets of a client", limit: Self.countLimit)
      }
      try connection.run(
        "INSERT INTO datasets (id, name, created_at) VALUES (?, ?, ?)",
        [made.id.sql, .text(name), .int(made.createdAt)])
      _ = try LabelSet.take(LabelSet.truth, of: made.id, at: made.createdAt, connection)
      try record.append(connection, "dataset.created", made.id.text)
    }
    return made
  }

  package func list() async throws -> [Dataset] {
    try await vault.database.read { connection in
      try connection.all(
        "SELECT \(Dataset.columns) FROM datasets ORDER BY id LIMIT ?", [.number(Self.countLimit)],
        Dataset.row)
    }
  }

  package func get(_ id: DatasetID) async throws -> Dataset {
    try await vault.database.read { try Dataset.get(id, $0) }
  }

  package func sets(of id: DatasetID) async throws -> [LabelSet] {
    try await vault.database.read { connection in
      _ = try Dataset.get(id, connection)
      return try LabelSet.all(of: id, connection)
    }
  }

  /// Classes that a dataset is shown with at most.
  package static let shownClassLimit = 1_000

  /// Names of its classes in the order of their numbers.
  package func classes(of id: DatasetID) async throws -> [String] {
    let vault = vault
    return try await vault.database.read { connection in
      _ = try Dataset.get(id, connection)
      return try DatasetWriter.schema(of: id, vault, connection).classes.prefix(Self.shownClassLimit)
        .map(\.name)
    }
  }

  /// Adds classes in their order, those that are known already left where they are: so that they are numbered
  /// as the set says that they come with, whichever is met first.
  ///
  /// - Parameter set: whose they are, whether it has labels of them or not.
  /// - Throws: `.invalid` for a set that has no name, or that a project fills.
  package func add(
    classes: DatasetSchema, of set: String = LabelSet.truth, to id: DatasetID
  ) async throws {
    let set = try ItemImport.checked(set: set)
    guard !classes.classes.isEmpty else { return }
    let vault = vault
    try await vault.database.write(.relaxed) { connection in
      try ItemImport.refuseResults(set, of: id, connection)
      var schema = try DatasetWriter.schema(of: id, vault, connection)
      let known = schema
      var numbers = ClassNumbers()
      for one in classes.classes { numbers.insert(schema.add(one)) }
      let labels = try LabelSet.take(set, of: id, at: vault.environment.now(), connection)
      try LabelSet.add(numbers, to: labels.id, connection)
      guard schema != known else { return }
      let writer = try DatasetWriter(vault, id, connection)
      try writer.save(schema)
    }
  }

  /// Takes a set of predictions away, with its labels.
  ///
  /// - Throws: `.invalid` for the ground truth, which a dataset always has.
  package func remove(set name: String, of id: DatasetID) async throws {
    guard name != LabelSet.truth else {
      throw Refusal.invalid(path: "set", problem: "must not be the ground truth")
    }
    let record = vault.record(by: actor)
    try await vault.database.write(.flushed) { connection in
      guard let set = try LabelSet.find(name, of: id, connection) else {
        throw Refusal.unknown(.labelSet, name)
      }
      try connection.run("DELETE FROM item_labels WHERE label_set = ?", [.int(set.id)])
      try connection.run("DELETE FROM label_sets WHERE id = ?", [.int(set.id)])
      _ = try Self.nextChange(of: id, connection)
      try record.append(connection, "dataset.labels-removed", id.text)
    }
    vault.itemTables.forget(id)
  }

  /// Takes a dataset away with all that is in it, but for the tasks that were made of it.
  ///
  /// - Parameter takesFiles: whether files of its items go too that no other dataset has.
  /// - Throws: `.notPossible(.dataset)` while there are releases of it
  package func remove(_ id: DatasetID, takesFiles: Bool = false) async throws {
    let files = takesFiles ? try await files(of: id) : []
    let record = vault.record(by: actor)
    let parts = try await vault.database.write(.flushed) { connection -> [String] in
      _ = try Dataset.get(id, connection)
      let releases = try connection.first(
        "SELECT count(*) FROM releases WHERE dataset_id = ?", [id.sql]
      ) { $0.int(0) }
      guard releases == 0 else {
        throw Refusal.notPossible(
          .dataset, state: "what \(releases == 1 ? "a release is" : "\(releases ?? 0) releases are") of",
          asked: "taking it away: take them away first")
      }
      let parts = try connection.all(
        """
        SELECT address FROM received_parts
        WHERE owner IN (SELECT id FROM uploads WHERE dataset_id = ?)
        """, [id.sql]
      ) { $0.text(0) }
      for set in try LabelSet.all(of: id, connection) {
        try connection.run("DELETE FROM item_labels WHERE label_set = ?", [.int(set.id)])
      }
      try connection.run(
        "DELETE FROM received_parts WHERE owner IN (SELECT id FROM uploads WHERE dataset_id = ?)",
        [id.sql])
      for table in [
        "label_sets", "slices", "item_vectors", "item_prints", "remote_sources", "uploads",
        "collections", "items",
      ] {
        try connection.run("DELETE FROM \(table) WHERE dataset_id = ?", [id.sql])
      }
      try connection.run("DELETE FROM datasets WHERE id = ?", [id.sql])
      try record.append(connection, "dataset.removed", id.text)
      return parts
    }
    for part in parts { try? vault.blobs.remove(part) }
    vault.itemTables.forget(id)
    vault.itemVectors.forget(id)
    _ = try await Assets(vault, actor: actor).removeUnnamed(files)
  }

  private func files(of id: DatasetID) async throws -> Set<AssetID> {
    try await vault.database.read { connection in
      var found: Set<AssetID> = []
      try connection.forEach(
        "SELECT number, sealed FROM items WHERE dataset_id = ? AND has_image = 1", [id.sql]
      ) { row in
        let item = try Self.open(item: row.blob(1), id, Int(row.int(0)), vault)
        if let file = try ItemFiles(vault: vault).file(of: item, connection) { found.insert(file) }
        return true
      }
      return found
    }
  }

  /// Brings what projects have settled since the last time: labels of items that were sent to them, and items
  /// that their annotators contribute.
  package func bringNews(to id: DatasetID) async throws {
    try await SentItems(vault, actor: actor, dataset: id).gather()
    try await CollectedItems(vault, actor: actor, dataset: id).gather()
  }

  /// The number of a change that is being made.
  static func nextChange(of id: DatasetID, _ connection: any Connection) throws -> Int64 {
    let number = try connection.first(
      "UPDATE datasets SET last_change = last_change + 1 WHERE id = ? RETURNING last_change",
      [id.sql]
    ) { $0.int(0) }
    guard let number else { throw Refusal.unknown(.dataset, id.text) }
    return number
  }

  /// By what an item is found, without its name being readable.
  static func key(_ name: String, of id: DatasetID, _ vault: ClientVault) -> String {
    vault.key.blobAddress(of: Data("item \(id) \(name)".utf8))
  }

  // MARK: What is in it

  package struct FoundItem: Sendable {
    package var number: Int
    package var item: DatasetItem
    /// An asset's id, or a URL.
    package var image: String?
    /// By the names of the sets that were asked for, in stored notation.
    package var labels: [(set: String, labels: JSON)]
  }

  /// Items by their numbers, in that order; those there are not are left out.
  ///
  /// - Parameter sets: names of the label sets to bring along.
  /// - Complexity: O(numbers × (1 + sets))
  package func items(
    _ numbers: [Int], of id: DatasetID, with sets: [String]
  ) async throws -> [FoundItem] {
    try await vault.database.read { connection in
      let known = try LabelSet.all(of: id, connection)
      for name in sets where !known.contains(where: { $0.name == name }) {
        throw Refusal.unknown(.labelSet, name)
      }
      return try numbers.compactMap { number in
        guard let stored = try Self.item(number, of: id, vault, connection) else { return nil }
        let labels = try known.filter { sets.contains($0.name) }.compactMap { set in
          try Self.labels(of: number, in: set.id, vault, connection).map { (set.name, $0) }
        }
        return FoundItem(number: number, item: stored.item, image: stored.image, labels: labels)
      }
    }
  }

  /// The number of an item by its name.
  static func number(
    of name: String, in id: DatasetID, _ vault: ClientVault, _ connection: any Connection
  ) throws -> Int? {
    try connection.first(
      "SELECT number FROM items WHERE dataset_id = ? AND key = ?",
      [id.sql, .text(key(name, of: id, vault))]
    ) { Int($0.int(0)) }
  }

  static func item(
    _ number: Int, of id: DatasetID, _ vault: ClientVault, _ connection: any Connection
  ) throws -> StoredItem? {
    try connection.first(
      "SELECT sealed FROM items WHERE dataset_id = ? AND number = ? AND length(sealed) > 0",
      [id.sql, .number(number)]
    ) { try open(item: $0.blob(0), id, number, vault) }
  }

  /// What a set says of an item, as `open(labels:)` gives it; nil where it says nothing.
  static func labels(
    of number: Int, in set: Int64, _ vault: ClientVault, _ connection: any Connection
  ) throws -> JSON? {
    try connection.first(
      "SELECT sealed FROM item_labels WHERE label_set = ? AND number = ?",
      [.int(set), .number(number)]
    ) { try open(labels: $0.blob(0), set, number, vault) }
  }

  static func open(
    item sealed: Data, _ id: DatasetID, _ number: Int, _ vault: ClientVault
  ) throws -> StoredItem {
    try StoredItem(stored: vault.key.open(sealed, table: "items", row: "\(id)/\(number)"))
  }

  /// What a row of labels holds: `labels`, and `facts` of the item that came with them.
  static func open(
    labels sealed: Data, _ set: Int64, _ number: Int, _ vault: ClientVault
  ) throws -> JSON {
    try JSON(
      parsing: [UInt8](vault.key.open(sealed, table: "item_labels", row: "\(set)/\(number)")))
  }
}
