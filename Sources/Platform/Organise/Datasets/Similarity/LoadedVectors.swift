import Foundation
import Store
import Synchronization
import Vault

/// The vectors of a dataset in memory, brought up to date whenever they are asked. Cells are made beside the
/// work; until they are there, all vectors are compared.
final class LoadedVectors: Sendable {
  private struct State: Sendable {
    var index: VectorIndex?
    var change: Int64 = 0
    var isMaking = false
  }

  private let state = Mutex(State())
  private let dataset: DatasetID

  init(_ dataset: DatasetID) { self.dataset = dataset }

  /// - Throws: `.invalid` where the dataset has no vectors; what `body` throws.
  func use<T>(
    _ vault: ClientVault, _ connection: any Connection, _ body: (VectorIndex) throws -> T
  ) throws -> T {
    let index = try state.withLock { state in
      try load(&state, vault, connection)
      if let index = state.index, index.needsCells, !state.isMaking {
        state.isMaking = true
        Task.detached { await self.makeCells(for: index) }
      }
      return state.index
    }
    guard let index else {
      throw Refusal.invalid(
        path: "dataset", problem: "has no vectors; send those of a model to …/vectors first")
    }
    return try body(index)
  }

  private func load(
    _ state: inout State, _ vault: ClientVault, _ connection: any Connection
  ) throws {
    let known = try Dataset.get(dataset, connection)
    let size = try connection.first(
      "SELECT vector_size FROM datasets WHERE id = ?", [dataset.sql]
    ) { $0.optionalInt(0) }
    guard let size = size ?? nil, known.lastChange != state.change else { return }
    var index = state.index ?? VectorIndex(dimensions: Int(size))
    // So that it is changed where it lies, not copied.
    state.index = nil
    let dataset = dataset
    try LoadedItems.forEachOpened(
      "SELECT number, sealed FROM item_vectors WHERE dataset_id = ? AND changed > ? ORDER BY seq",
      [dataset.sql, .int(state.change)], connection
    ) { rows in
      try rows.map { row in
        let plain = try vault.key.open(
          row.sealed, table: "item_vectors", row: "\(dataset)/\(row.number)")
        return (Int32(row.number), ItemVectors.floats(plain))
      }
    } take: { vectors in
      for (number, vector) in vectors { index.set(vector, of: number) }
    }
    state.index = index
    state.change = known.lastChange
  }

  private func makeCells(for index: VectorIndex) async {
    let made = await index.withCells()
    state.withLock { state in
      state.isMaking = false
      // Where vectors came meanwhile, the next question has cells made again.
      if state.index?.version == index.version { state.index = made }
    }
  }
}

/// Takes the vectors of a dataset's items in.
package struct ItemVectors: Sendable {
  let vault: ClientVault
  let actor: Actor
  let dataset: DatasetID

  package init(_ vault: ClientVault, actor: Actor, dataset: DatasetID) {
    self.vault = vault
    self.actor = actor
    self.dataset = dataset
  }

  /// Numbers of one vector.
  package static let sizeLimit = 8_192

  /// Stores vectors by the numbers of their items; all are of one size, which the first ones decide.
  ///
  /// - Throws: `.invalid` for another size, a number that is not finite, or an item that is not there.
  package func store(_ vectors: [(number: Int, values: [Float])]) async throws {
    guard let size = vectors.first?.values.count else { return }
    guard (1...Self.sizeLimit).contains(size) else {
      throw Refusal.invalid(path: "vector", problem: "must have 1 to \(Self.sizeLimit) numbers")
    }
    for vector in vectors where !vector.values.allSatisfy(\.isFinite) {
      throw Refusal.invalid(
        path: "vector", problem: "of item \(vector.number) must have finite numbers")
    }
    let record = vault.record(by: actor)
    try await vault.database.write(.flushed) { connection in
      let owner = try Dataset.get(dataset, connection)
      let change = try Datasets.nextChange(of: dataset, connection)
      let known = try connection.first(
        "SELECT coalesce(vector_size, ?) FROM datasets WHERE id = ?", [.number(size), dataset.sql]
      ) { Int($0.int(0)) }
      for vector in vectors {
        guard vector.values.count == known else {
          throw Refusal.invalid(
            path: "vector", problem: "of item \(vector.number) must have \(known ?? size) numbers")
        }
        guard (0..<owner.items).contains(vector.number) else {
          throw Refusal.unknown(.item, "\(vector.number)")
        }
        let sealed = vault.key.seal(
          Self.bytes(vector.values), table: "item_vectors", row: "\(dataset)/\(vector.number)")
        try connection.run(
          """
          INSERT INTO item_vectors (dataset_id, number, changed, sealed) VALUES (?, ?, ?, ?)
          ON CONFLICT (dataset_id, number) DO UPDATE SET changed = excluded.changed, sealed = excluded.sealed
          """, [dataset.sql, .number(vector.number), .int(change), .blob(sealed)])
      }
      try connection.run(
        "UPDATE datasets SET vector_size = ? WHERE id = ?", [.number(size), dataset.sql])
      try record.append(
        connection, "dataset.vectors-stored", dataset.text, ["count": .count(vectors.count)])
    }
  }

  /// The numbers of items by their names; those that are not there are left out.
  package func numbers(of names: [String]) async throws -> [String: Int] {
    try await vault.database.read { connection in
      var found: [String: Int] = [:]
      for name in names {
        found[name] = try connection.first(
          "SELECT number FROM items WHERE dataset_id = ? AND key = ?",
          [dataset.sql, .text(Datasets.key(name, of: dataset, vault))]
        ) { Int($0.int(0)) }
      }
      return found
    }
  }

  // Every machine that Swift runs on has the lowest byte first, as the stored form does.
  static func bytes(_ values: [Float]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }

  /// Of four bytes each, the lowest first; what is left over is left out.
  package static func floats(_ bytes: Data) -> [Float] {
    [Float](unsafeUninitializedCapacity: bytes.count / 4) { buffer, count in
      count = bytes.count / 4
      _ = bytes.prefix(count * 4).copyBytes(to: buffer)
    }
  }
}
