import Formats
import Foundation
import Notation
import Store
import Synchronization

/// All of a dataset that queries ask for, in memory and column by column; its rows are items by their
/// numbers.
///
/// About 150 bytes an item and 40 a label, and the texts themselves.
struct ItemTable: Sendable {
  private(set) var count = 0
  private(set) var names = TextColumn()
  private(set) var texts = TextColumn()
  private(set) var subsets = ValueColumn()
  private(set) var widths: [Int32] = []
  private(set) var heights: [Int32] = []
  /// Hashes of where images are; 0 of what has none.
  private(set) var files: [UInt64] = []
  private var prints: [Int: ItemPrint] = [:]
  /// Items that were taken out: their numbers stay, and no query finds them.
  private(set) var removed: Set<Int> = []
  private(set) var metadata: [String: ValueColumn] = [:]
  /// By the names of the sets.
  var sets: [String: LabelColumns] = [:]
  var schema = DatasetSchema()
  var slices: [String: Slice] = [:]
  /// What comparing a set with the ground truth found, item by item, until something changes.
  var errors: [String: [String: ValueColumn]] = [:]
  /// Likewise, what is a duplicate of what.
  var duplicateColumn: ValueColumn?

  /// A saved query, or a set of numbers.
  enum Slice: Hashable, Sendable {
    case query(ItemQuery)
    case fixed(Set<Int>)
  }

  /// - Parameter file: where its image is.
  mutating func set(_ item: DatasetItem, file: String? = nil, at number: Int) {
    // Fields that it had and has no more.
    if number < count { for name in Array(metadata.keys) { metadata[name]?.clear(number) } }
    while count <= number {
      widths.append(0)
      heights.append(0)
      files.append(0)
      count += 1
    }
    names.set(item.name, at: number)
    if let text = item.text { texts.set(text, at: number) }
    subsets.set(text: item.subset, at: number)
    widths[number] = Int32(clamping: item.size?.width ?? 0)
    files[number] = file.map(Self.fileNumber) ?? 0
    heights[number] = Int32(clamping: item.size?.height ?? 0)
    for member in item.metadata {
      metadata[member.name, default: ValueColumn()].set(member.value, at: number)
    }
  }
}

extension ItemTable {
  /// Forgets an item, so that nothing finds it any more.
  mutating func remove(at number: Int) {
    set(DatasetItem(name: "", text: ""), at: number)
    prints[number] = nil
    for name in Array(sets.keys) { sets[name]?.remove(at: number) }
    removed.insert(number)
  }

  /// By which images are the same or not.
  static func fileNumber(_ image: String) -> UInt64 { max(1, FNVHash.of(image.utf8)) }

  /// What the image of an item shows; nil where nobody looked at the one that it has now.
  func print(of item: Int) -> UInt64? {
    prints[item].flatMap { $0.file == files[item] ? $0.bits : nil }
  }

  fileprivate mutating func set(_ print: ItemPrint, of item: Int) { prints[item] = print }
}

/// The table of a dataset, brought up to date whenever it is asked.
final class LoadedItems: Sendable {
  private struct State: Sendable {
    var table = ItemTable()
    /// The change up to which rows were read.
    var change: Int64 = 0
    /// Likewise of what images show.
    var print: Int64 = 0
    /// The answers to the last queries, while nothing changes.
    var answers: [String: [Int32]] = [:]
  }

  private let state = Mutex(State())
  private let dataset: DatasetID

  init(_ dataset: DatasetID) { self.dataset = dataset }

  /// Reads what changed, and runs `body` on the table.
  ///
  /// - Complexity: O(rows that changed) and that of `body`
  func use<T>(
    _ vault: ClientVault, _ connection: any Connection, _ body: (inout ItemTable) throws -> T
  ) throws -> T {
    try state.withLock { state in
      try bringUpToDate(&state, vault, connection)
      return try body(&state.table)
    }
  }

  /// The numbers of the items that a query finds, in order; kept while nothing changes.
  func numbers(
    _ text: String, _ query: ItemQuery, _ vault: ClientVault, _ connection: any Connection
  ) throws -> [Int32] {
    try state.withLock { state in
      try bringUpToDate(&state, vault, connection)
      if let known = state.answers[text] { return known }
      let marks = try state.table.marks(of: query)
      let found = ItemTable.numbers(marks)
      if state.answers.count >= 16 { state.answers.removeAll() }
      state.answers[text] = found
      return found
    }
  }

  /// Reads what changed. Where that fails half-way, all is read anew the next time.
  private func bringUpToDate(
    _ state: inout State, _ vault: ClientVault, _ connection: any Connection
  ) throws {
    do {
      try load(&state, vault, connection)
    } catch {
      state = State()
      throw error
    }
  }

  private func load(
    _ state: inout State, _ vault: ClientVault, _ connection: any Connection
  ) throws {
    let known = try Dataset.get(dataset, connection)
    if known.lastPrint != state.print {
      state.answers.removeAll()
      state.table.duplicateColumn = nil
      for (item, print) in try ItemPrint.all(of: dataset, after: state.print, vault, connection) {
        state.table.set(print, of: item)
      }
      state.print = known.lastPrint
    }
    guard known.lastChange != state.change else { return }
    state.answers.removeAll()
    state.table.errors.removeAll()
    state.table.duplicateColumn = nil
    let after = state.change
    let dataset = dataset
    try Self.forEachOpened(
      """
      SELECT number, sealed FROM items WHERE dataset_id = ? AND changed > ? ORDER BY changed, number
      """, [dataset.sql, .int(after)], connection
    ) { rows in
      try rows.map { row in
        let stored =
          row.sealed.isEmpty ? nil : try Datasets.open(item: row.sealed, dataset, row.number, vault)
        return (number: row.number, stored: stored)
      }
    } take: { items in
      for item in items {
        if let stored = item.stored {
          state.table.set(stored.item, file: stored.image, at: item.number)
        } else {
          state.table.remove(at: item.number)
        }
      }
    }
    // Classes are numbered as the dataset has them.
    for one in try DatasetWriter.schema(of: dataset, vault, connection).classes {
      _ = state.table.schema.add(one)
    }
    for set in try LabelSet.all(of: dataset, connection) {
      var columns = state.table.sets.removeValue(forKey: set.name) ?? LabelColumns()
      try Self.forEachOpened(
        """
        SELECT number, sealed FROM item_labels WHERE label_set = ? AND changed > ?
        ORDER BY changed, number
        """, [.int(set.id), .int(after)], connection
      ) { rows in
        var opened = OpenedLabels()
        for row in rows {
          try opened.add(
            Datasets.open(labels: row.sealed, set.id, row.number, vault), at: row.number)
        }
        return opened
      } take: { opened in
        opened.put(in: &columns, &state.table.schema)
      }
      state.table.sets[set.name] = columns
    }
    state.table.slices = try Slices.all(of: dataset, vault, connection)
    state.change = known.lastChange
  }
}

// MARK: Opening

extension LoadedItems {
  private typealias SealedRow = (number: Int, sealed: Data)
  /// Rows that are opened together, and portions on their way at the same time.
  private static let (portionRows, portionsInFlight) = (4_096, 3)

  /// Opens rows on other cores while the next are read here; hands them over in order.
  static func forEachOpened<T: Sendable>(
    _ sql: String, _ arguments: [SQLValue], _ connection: any Connection,
    _ open: @escaping @Sendable ([(number: Int, sealed: Data)]) throws -> T,
    take: (T) throws -> Void
  ) throws {
    var waiting: [SealedRow] = []
    var inFlight: [Promised<T>] = []
    func send() throws {
      let rows = waiting
      waiting = []
      inFlight.append(Promised { try open(rows) })
      if inFlight.count > portionsInFlight { try take(inFlight.removeFirst().wait()) }
    }
    try connection.forEach(sql, arguments) { row in
      waiting.append((Int(row.int(0)), row.blob(1)))
      if waiting.count == portionRows { try send() }
      return true
    }
    if !waiting.isEmpty { try send() }
    for portion in inFlight { try take(portion.wait()) }
  }
}

/// Labels of some items, with a numbering of classes of their own.
private struct OpenedLabels: Sendable {
  private var schema = DatasetSchema()
  private var rows: [(number: Int, labels: [DatasetLabel], facts: [JSON.Member])] = []

  mutating func add(_ json: JSON, at number: Int) throws {
    let labels = try DatasetLineNotation.labels(json["labels"], &schema) { throw $0 }
    rows.append((number, labels, json["facts"]?.members ?? []))
  }

  func put(in columns: inout LabelColumns, _ whole: inout DatasetSchema) {
    let numbers = schema.classes.map { whole.add($0) }
    for row in rows {
      columns.set(
        row.labels.map { label in
          guard label.classIndex >= 0 else { return label }
          var label = label
          label.classIndex = numbers[label.classIndex]
          return label
        }, at: row.number)
      for fact in row.facts { columns.setFact(fact.name, fact.value, at: row.number) }
    }
  }
}
