import Foundation
import Notation
import Store
import Vault

/// Saved queries and fixed sets of a dataset's items.
package struct Slices: Sendable {
  let vault: ClientVault
  let actor: Actor

  package init(_ vault: ClientVault, actor: Actor) {
    self.vault = vault
    self.actor = actor
  }

  package struct Slice: Hashable, Sendable {
    package var id: SliceID
    package var name: String
    /// nil of a fixed set.
    package var query: String?
    /// Of a fixed set.
    package var numbers: [Int]
    /// What a comparison over it must reach: with some, the slice is a scenario's test.
    package var requirements: [ComparisonRequirement]
    package var createdAt: Int64
  }

  /// Slices of one dataset.
  package static let countLimit = 1_000
  /// Items of a fixed set.
  package static let itemLimit = 1_000_000
  /// Requirements of a slice.
  package static let requirementLimit = 100

  /// - Parameters:
  ///   - query: what it holds whenever it is asked; nil for a fixed set.
  ///   - numbers: what a fixed set holds.
  ///   - requirements: what predictions must reach over it.
  /// - Throws: `.invalid` for a query that is not understood or a number of no item, `.taken`, `.tooLarge`.
  package func create(
    name: String, query: String?, numbers: [Int], requirements: [ComparisonRequirement] = [],
    of dataset: DatasetID
  ) async throws -> Slice {
    let name = try Naming.checked(name, limit: 100)
    try Self.check(requirements)
    // Once it is asked, so that what cannot be answered is said now.
    if let query { _ = try await ItemSearch(vault, dataset: dataset).numbers(query, from: 0, limit: 1) }
    guard numbers.count <= Self.itemLimit else {
      throw Refusal.tooLarge(what: "items of a slice", limit: Self.itemLimit)
    }
    let record = vault.record(by: actor)
    let slice = Slice(
      id: vault.environment.newID(), name: name, query: query, numbers: Set(numbers).sorted(),
      requirements: requirements, createdAt: record.at)
    try await vault.database.write(.flushed) { connection in
      let owner = try Dataset.get(dataset, connection)
      if let last = slice.numbers.last, last >= owner.numbers || (slice.numbers.first ?? 0) < 0 {
        throw Refusal.invalid(
          path: "items", problem: "must be numbers of items: 0…\(owner.numbers - 1)")
      }
      let known = try connection.all(
        "SELECT name FROM slices WHERE dataset_id = ?", [dataset.sql]
      ) { $0.text(0) }
      guard !known.contains(name) else { throw Refusal.taken(.slice, name) }
      guard known.count < Self.countLimit else {
        throw Refusal.tooLarge(what: "slices of a dataset", limit: Self.countLimit)
      }
      try connection.run(
        "INSERT INTO slices (id, dataset_id, name, created_at, sealed) VALUES (?, ?, ?, ?, ?)",
        [
          slice.id.sql, dataset.sql, .text(name), .int(record.at), .blob(slice.sealed(by: vault.key)),
        ])
      _ = try Datasets.nextChange(of: dataset, connection)
      try record.append(connection, "slice.created", slice.id.text)
    }
    return slice
  }

  /// Sets what predictions must reach over a slice; with none it is no test.
  package func require(
    _ requirements: [ComparisonRequirement], of id: SliceID, of dataset: DatasetID
  ) async throws -> Slice {
    try Self.check(requirements)
    let record = vault.record(by: actor)
    return try await vault.database.write(.flushed) { connection in
      guard var slice = try Self.rows(of: dataset, vault, connection).first(where: { $0.id == id })
      else { throw Refusal.unknown(.slice, id.text) }
      slice.requirements = requirements
      try connection.run(
        "UPDATE slices SET sealed = ? WHERE id = ?", [.blob(slice.sealed(by: vault.key)), id.sql])
      try record.append(connection, "slice.required", id.text)
      return slice
    }
  }

  private static func check(_ requirements: [ComparisonRequirement]) throws {
    guard requirements.count <= requirementLimit else {
      throw Refusal.tooLarge(what: "requirements of a slice", limit: requirementLimit)
    }
  }

  package func list(of dataset: DatasetID) async throws -> [Slice] {
    try await vault.database.read { connection in
      _ = try Dataset.get(dataset, connection)
      return try Self.rows(of: dataset, vault, connection)
    }
  }

  package func remove(_ id: SliceID, of dataset: DatasetID) async throws {
    let record = vault.record(by: actor)
    try await vault.database.write(.flushed) { connection in
      let removed = try connection.run(
        "DELETE FROM slices WHERE id = ? AND dataset_id = ?", [id.sql, dataset.sql])
      guard removed == 1 else { throw Refusal.unknown(.slice, id.text) }
      _ = try Datasets.nextChange(of: dataset, connection)
      try record.append(connection, "slice.removed", id.text)
    }
  }

  static func rows(
    of dataset: DatasetID, _ vault: ClientVault, _ connection: any Connection
  ) throws -> [Slice] {
    try connection.all(
      "SELECT id, name, created_at, sealed FROM slices WHERE dataset_id = ? ORDER BY name",
      [dataset.sql]
    ) { row in
      let id: SliceID = row.id(0)
      let json = try JSON(
        parsing: [UInt8](vault.key.open(row.blob(3), table: "slices", row: id)))
      return Slice(
        id: id, name: row.text(1), query: json["query"]?.string,
        numbers: (json["items"]?.array ?? []).compactMap { $0.integer.map { Int($0) } },
        requirements: (json["require"]?.array ?? []).compactMap {
          $0.string.flatMap(ComparisonRequirement.init)
        },
        createdAt: row.int(2))
    }
  }

  /// What queries may name.
  static func all(
    of dataset: DatasetID, _ vault: ClientVault, _ connection: any Connection
  ) throws -> [String: ItemTable.Slice] {
    var found: [String: ItemTable.Slice] = [:]
    for slice in try rows(of: dataset, vault, connection) {
      if let query = slice.query {
        // What was saved before numbers were asked to be some is still what it was.
        let known = try? ItemQuery(parsing: query, checksNumbers: false)
        found[slice.name] = known.map { .query($0) } ?? .fixed([])
      } else {
        found[slice.name] = .fixed(Set(slice.numbers))
      }
    }
    return found
  }
}

extension Slices.Slice {
  fileprivate func sealed(by key: DataKey) -> Data {
    let required = JSON.array(requirements.map { .string($0.text) })
    let stored: JSON =
      if let query {
        ["query": .string(query), "require": required]
      } else {
        ["items": .array(numbers.map { .count($0) }), "require": required]
      }
    return key.seal(stored.utf8, table: "slices", row: id)
  }
}

extension ItemQuery {
  /// A query as somebody asked it.
  ///
  /// - Throws: `Refusal.invalid` with the place of what is not understood.
  package init(asked text: String) throws(Refusal) {
    do {
      self = try ItemQuery(parsing: text)
    } catch {
      throw .invalid(
        path: "query",
        problem: "is not understood at character \(error.place + 1): \(error.problem)")
    }
  }
}
