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
    // Vectors of another model, or none any more.
    if state.index.map({ $0.dimensions != (size ?? nil).map { Int($0) } }) == true {
      (state.index, state.change) = (nil, 0)
    }
    guard let size = size ?? nil, known.lastChange != state.change else { return }
    let after = state.change
    var index = state.index ?? VectorIndex(dimensions: Int(size))
    // So that it is changed where it lies, not copied; and read anew where that fails half-way.
    (state.index, state.change) = (nil, 0)
    let dataset = dataset
    try LoadedItems.forEachOpened(
      "SELECT number, sealed FROM item_vectors WHERE dataset_id = ? AND changed > ? ORDER BY seq",
      [dataset.sql, .int(after)], connection
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
