import Foundation
import Store
import Vault

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

  /// How far from zero one may be, so that lengths can be counted.
  package static let valueLimit: Float = 1e15

  static func isUsable(_ vector: [Float]) -> Bool {
    vector.allSatisfy { $0.magnitude <= valueLimit } && vector.contains { $0 != 0 }
  }

  /// Takes all vectors of the dataset away, so that those of another model can be sent.
  package func removeAll() async throws {
    let record = vault.record(by: actor)
    try await vault.database.write(.flushed) { connection in
      _ = try Datasets.nextChange(of: dataset, connection)
      try connection.run("DELETE FROM item_vectors WHERE dataset_id = ?", [dataset.sql])
      try connection.run("UPDATE datasets SET vector_size = NULL WHERE id = ?", [dataset.sql])
      try record.append(connection, "dataset.vectors-removed", dataset.text)
    }
    vault.itemVectors.forget(dataset)
  }

  /// Stores vectors by the numbers of their items; all are of one size, which the first ones decide.
  ///
  /// - Throws: `.invalid` for another size, a number beyond `valueLimit`, or an item that is not there.
  package func store(_ vectors: [(number: Int, values: [Float])]) async throws {
    guard let size = vectors.first?.values.count else { return }
    guard (1...Self.sizeLimit).contains(size) else {
      throw Refusal.invalid(path: "vector", problem: "must have 1 to \(Self.sizeLimit) numbers")
    }
    for vector in vectors where !Self.isUsable(vector.values) {
      throw Refusal.invalid(
        path: "vector",
        problem: "of item \(vector.number) must have finite numbers, "
          + "of -\(Self.valueLimit)…\(Self.valueLimit), and one at least that is not 0")
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
            path: "vector",
            problem: "of item \(vector.number) must have \(known ?? size) numbers, as those that there are;"
              + " take them away first where those of another model are sent")
        }
        guard (0..<owner.numbers).contains(vector.number),
          try owner.removed == 0 || Datasets.isThere(vector.number, in: dataset, connection)
        else {
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
        found[name] = try Datasets.number(of: name, in: dataset, vault, connection)
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
