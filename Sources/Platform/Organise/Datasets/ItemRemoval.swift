import Foundation
import Store

/// Takes items out of a dataset: what they are, their labels in every set, their vectors, and what was found
/// in their images. Tasks that were made of them and releases that they are in stay, and their files unless
/// these are to go along.
///
/// Numbers of items are not given again. Results that a project finds later of an item that is gone go
/// nowhere; an item of its name that is sent again is a new one.
package struct ItemRemoval: Sendable {
  let vault: ClientVault
  let actor: Actor
  let dataset: DatasetID

  package init(_ vault: ClientVault, actor: Actor, dataset: DatasetID) {
    self.vault = vault
    self.actor = actor
    self.dataset = dataset
  }

  /// Items of one removal.
  package static let itemLimit = 1_000_000
  /// Items that are taken out at once, so that others get their turn to write.
  private static let portion = 2_000

  /// What was taken out.
  package struct Report: Hashable, Sendable {
    package var items = 0
    /// Files that went along.
    package var files = 0
  }

  /// - Parameters:
  ///   - numbers: of items; those that are gone already are passed over.
  ///   - takesFiles: whether their files go for good, but for those that other items have. Tasks that were
  ///     made of the items show nothing then.
  /// - Throws: `.unknown(.dataset)`, `.unknown(.item)` for a number that never was one, `.tooLarge`.
  /// - Complexity: O(items × label sets), and with files all items of the vault
  package func remove(_ numbers: [Int], takesFiles: Bool = false) async throws -> Report {
    let chosen = Set(numbers).sorted()
    guard chosen.count <= Self.itemLimit else {
      throw Refusal.tooLarge(what: "items that are taken out at once", limit: Self.itemLimit)
    }
    let known = try await vault.database.read { try Dataset.get(dataset, $0) }
    if let wrong = chosen.first(where: { !(0..<known.numbers).contains($0) }) {
      throw Refusal.unknown(.item, "\(wrong)")
    }
    let files = takesFiles ? try await self.files(of: chosen) : []
    var report = Report()
    for start in stride(from: 0, to: chosen.count, by: Self.portion) {
      let portion = chosen[start..<min(start + Self.portion, chosen.count)]
      report.items += try await vault.database.write(.relaxed) { try remove(portion, $0) }
    }
    let record = vault.record(by: actor)
    let removed = report.items
    // The flush of this one covers those before it.
    try await vault.database.write(.flushed) { connection in
      try record.append(
        connection, "dataset.items-removed", dataset.text, ["count": .count(removed)])
    }
    vault.itemVectors.forget(dataset)
    report.files = try await Assets(vault, actor: actor).removeUnnamed(files)
    return report
  }

  /// Files that items have now.
  private func files(of numbers: [Int]) async throws -> Set<AssetID> {
    try await vault.database.read { connection in
      let files = ItemFiles(vault: vault)
      return Set(
        try numbers.compactMap { number in
          try Datasets.item(number, of: dataset, vault, connection).flatMap {
            try files.file(of: $0, connection)
          }
        })
    }
  }

  /// What a query finds.
  ///
  /// - Throws: `.invalid` for one that is empty or not understood.
  package func remove(_ query: String, takesFiles: Bool = false) async throws -> Report {
    guard !query.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty else {
      throw Refusal.invalid(
        path: "query", problem: "must say which items; all of them go with the dataset itself")
    }
    let found = try await ItemSearch(vault, dataset: dataset).numbers(query, from: 0, limit: .max)
    return try await remove(found.numbers, takesFiles: takesFiles)
  }

  private func remove(
    _ numbers: ArraySlice<Int>, _ connection: any Connection
  ) throws -> Int {
    let change = try Datasets.nextChange(of: dataset, connection)
    let sets = try LabelSet.all(of: dataset, connection)
    var labelled: [Int64: Int] = [:]
    var count = 0
    for number in numbers {
      let emptied = try connection.run(
        """
        UPDATE items SET changed = ?, has_image = 0, key = ?, sealed = x''
        WHERE dataset_id = ? AND number = ? AND length(sealed) > 0
        """, [.int(change), .text("removed \(number)"), dataset.sql, .number(number)])
      guard emptied == 1 else { continue }
      count += 1
      for set in sets {
        labelled[set.id, default: 0] += try connection.run(
          "DELETE FROM item_labels WHERE label_set = ? AND number = ?",
          [.int(set.id), .number(number)])
      }
      for table in ["item_vectors", "item_prints"] {
        try connection.run(
          "DELETE FROM \(table) WHERE dataset_id = ? AND number = ?", [dataset.sql, .number(number)])
      }
    }
    for (set, gone) in labelled where gone > 0 {
      try connection.run(
        "UPDATE label_sets SET items = items - ? WHERE id = ?", [.number(gone), .int(set)])
    }
    try connection.run(
      "UPDATE datasets SET removed = removed + ? WHERE id = ?", [.number(count), dataset.sql])
    return count
  }
}

extension Datasets {
  /// Whether an item of that number is there: it may have been taken out meanwhile.
  static func isThere(
    _ number: Int, in id: DatasetID, _ connection: any Connection
  ) throws -> Bool {
    try connection.first(
      "SELECT length(sealed) > 0 FROM items WHERE dataset_id = ? AND number = ?",
      [id.sql, .number(number)]
    ) { $0.int(0) == 1 } ?? false
  }
}
