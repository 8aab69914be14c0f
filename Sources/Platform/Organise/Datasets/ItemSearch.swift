import Consensus
import Formats
import Foundation
import Labels
import Notation
import Store

/// Finds items of a dataset, counts what is in them, and compares their labels.
package struct ItemSearch: Sendable {
  let vault: ClientVault
  let dataset: DatasetID

  package init(_ vault: ClientVault, dataset: DatasetID) {
    self.vault = vault
    self.dataset = dataset
  }

  private var items: LoadedItems { vault.itemTables.value(dataset) { LoadedItems(dataset) } }
  private var vectors: LoadedVectors {
    vault.itemVectors.value(dataset) { LoadedVectors(dataset) }
  }

  /// Numbers of the items that a query finds, and how many it finds in all.
  ///
  /// - Throws: `.invalid` for a query that is not understood, or that names what is not there.
  /// - Complexity: O(limit) for all items; else, the first time, that of `ItemTable.marks`
  package func numbers(
    _ text: String, from offset: Int, limit: Int
  ) async throws -> (numbers: [Int], count: Int) {
    let query = try ItemQuery(asked: text)
    return try await vault.database.read { connection in
      let owner = try Dataset.get(dataset, connection)
      // All of them need no table, where none was taken out.
      if query == .all, owner.removed == 0 {
        let end = min(owner.items, offset + limit)
        return (offset < end ? Array(offset..<end) : [], owner.items)
      }
      let found = try Self.refusing { try items.numbers(text, query, vault, connection) }
      return (found.dropFirst(offset).prefix(limit).map { Int($0) }, found.count)
    }
  }

  /// Items that are most alike by their vectors, the most alike first, of those that a query finds.
  ///
  /// - Parameter likeness: an item, or a vector of the dataset's size.
  /// - Throws: `.invalid` where no vectors were sent, the item has none, or the vector is of another size.
  package func similar(
    to likeness: Likeness, _ text: String, limit: Int
  ) async throws -> [(number: Int, similarity: Double)] {
    let query = try ItemQuery(asked: text)
    let owner = try await vault.database.read { try Dataset.get(dataset, $0) }
    let marks =
      query == .all && owner.removed == 0
      ? nil : try await use { table, _ in try table.marks(of: query) }
    return try await vault.database.read { connection in
      try vectors.use(vault, connection) { index in
        let wanted: [Float]
        switch likeness {
        case .vector(let vector): wanted = vector
        case .item(let number):
          guard let known = index.vector(of: Int32(clamping: number)) else {
            throw Refusal.invalid(path: "similar", problem: "must be an item that has a vector")
          }
          wanted = known
        }
        guard wanted.count == index.dimensions else {
          throw Refusal.invalid(path: "vector", problem: "must have \(index.dimensions) numbers")
        }
        guard ItemVectors.isUsable(wanted) else {
          let limit = ItemVectors.valueLimit
          throw Refusal.invalid(
            path: "vector",
            problem: "must have finite numbers of -\(limit)…\(limit), and one at least that is not 0")
        }
        return index.nearest(to: wanted, limit: limit, isAllowed: marks)
          .map { (Int($0.item), Double($0.similarity)) }
      }
    }
  }

  /// An item that is the same as an earlier one, or nearly.
  package struct Duplicate: Hashable, Sendable {
    package var number: Int
    package var name: String
    package var original: Int
    package var originalName: String
    /// Whether both have the same file.
    package var isSame: Bool
  }

  /// Items that are duplicates, in order, and how many there are in all.
  ///
  /// - Complexity: the first time after a change O(items), and that of the texts' parts
  package func duplicates(
    from offset: Int, limit: Int
  ) async throws -> (duplicates: [Duplicate], count: Int) {
    try await use { table, connection in
      let all = table.originals()
      let some = try all.dropFirst(offset).prefix(limit).map {
        try duplicate($0.item, of: $0.original, isSame: $0.isSame, connection)
      }
      return (some, all.count)
    }
  }

  private func duplicate(
    _ number: Int, of original: Int, isSame: Bool, _ connection: any Connection
  ) throws -> Duplicate {
    func name(_ number: Int) throws -> String {
      try Datasets.item(number, of: dataset, vault, connection)?.item.name ?? ""
    }
    return Duplicate(
      number: number, name: try name(number), original: original, originalName: try name(original),
      isSame: isSame)
  }

  /// The earlier item that one is a duplicate of; nil where there is none.
  package func original(of number: Int) async throws -> Duplicate? {
    try await use { table, connection in
      try table.original(of: number).map {
        try duplicate(number, of: $0.original, isSame: $0.isSame, connection)
      }
    }
  }

  /// What something is to be like.
  package enum Likeness: Sendable {
    case item(Int)
    case vector([Float])
  }

  /// Items as points of a plane, by the two directions in which their vectors differ most.
  ///
  /// - Returns: at most `limit` of those that a query finds, spread evenly, and how many it finds.
  package func map(
    _ text: String, limit: Int
  ) async throws -> (points: [(number: Int, x: Double, y: Double)], count: Int) {
    let query = try ItemQuery(asked: text)
    let numbers = try await use { table, _ in ItemTable.numbers(try table.marks(of: query)) }
    return try await vault.database.read { connection in
      try vectors.use(vault, connection) { index in
        let step = max(1, (numbers.count + limit - 1) / max(1, limit))
        let chosen = stride(from: 0, to: numbers.count, by: step).compactMap { place in
          index.vector(of: numbers[place]).map { (number: numbers[place], vector: $0) }
        }
        let points = PrincipalPlane.points(chosen.map(\.vector))
        let placed = zip(chosen, points).map { (Int($0.number), Double($1.x), Double($1.y)) }
        return (placed, numbers.count)
      }
    }
  }

  /// Numbers of all items that a query finds, as a connection sees them.
  func numbers(_ text: String, _ connection: any Connection) throws -> [Int] {
    let query = try ItemQuery(asked: text)
    let owner = try Dataset.get(dataset, connection)
    if query == .all, owner.removed == 0 { return Array(0..<owner.items) }
    return try Self.refusing { try items.numbers(text, query, vault, connection).map { Int($0) } }
  }

  /// Runs `body` on the dataset's table.
  func use<T: Sendable>(
    _ body: @escaping @Sendable (inout ItemTable, any Connection) throws -> T
  ) async throws -> T {
    try await vault.database.read { connection in
      try Self.refusing { try items.use(vault, connection) { try body(&$0, connection) } }
    }
  }

  private static func refusing<T>(_ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let unknown as ItemTable.Unknown {
      throw Refusal.invalid(path: "query", problem: "cannot be answered: \(unknown.problem)")
    }
  }

  /// What a query finds, in numbers and distributions: for plots.
  ///
  /// - Parameter set: whose labels are counted.
  package func summary(_ text: String, set: String) async throws -> ItemSummary {
    let query = try ItemQuery(asked: text)
    return try await use { table, _ in
      let marks = try table.marks(of: query)
      return try ItemSummary(table, marks, set: set)
    }
  }

  /// What can stand at the end of a text that is being written.
  package func completions(of text: String) async throws -> [QueryCompletion] {
    try await use { table, _ in QueryCompletion.all(of: text, in: table) }
  }

  /// The labels of an item in a set; nil where that says nothing of it.
  func labels(
    _ number: Int, _ set: Int64, _ schema: inout DatasetSchema, _ connection: any Connection
  ) throws -> [DatasetLabel]? {
    try Datasets.labels(of: number, in: set, vault, connection).map { json in
      try DatasetLineNotation.labels(json["labels"], &schema) { throw $0 }
    }
  }
}
