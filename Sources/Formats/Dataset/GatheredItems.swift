/// Items of a set whose files may speak of one image in several places: each comes once, where it is named
/// first, with the labels of all. Read twice, the first time to find those that come again.
///
/// Memory: eight bytes an item, and the labels of those that come again.
struct GatheredItems: DatasetReading {
  private var reader: any DatasetReading
  /// Labels of items that come again, until the first of each has come.
  private var later: [Key: [DatasetLabel]] = [:]
  /// Hashes of items that come again and have come.
  private var past: Set<Int> = []

  var schema: DatasetSchema { reader.schema }

  private struct Key: Hashable {
    var name: String
    var subset: String

    init(_ item: DatasetItem) { (name, subset) = (item.name, item.subset) }
  }

  /// - Parameter read: begins to read the set.
  init(_ diagnostics: Diagnostics, read: (Diagnostics) throws -> any DatasetReading) throws {
    reader = try read(diagnostics)
    // What is wrong with them is told when they are read for good.
    guard var first = try? read(Diagnostics(.lenient)) else { return }
    var seen: Set<Int> = []
    while let item = try? first.next() {
      let key = Key(item)
      if !seen.insert(key.hashValue).inserted { later[key, default: []] += item.labels }
    }
  }

  mutating func next() throws -> DatasetItem? {
    while var item = try reader.next() {
      guard !later.isEmpty || !past.isEmpty else { return item }
      let key = Key(item)
      if let labels = later.removeValue(forKey: key) {
        past.insert(key.hashValue)
        item.labels += labels
      } else if past.contains(key.hashValue) {
        continue
      }
      return item
    }
    return nil
  }
}
