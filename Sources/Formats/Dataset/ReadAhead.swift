/// Reads a set on a thread of its own, a few portions ahead of whoever takes the items.
package final class ReadAhead: DatasetReading {
  /// Items of a portion, and labels after which it ends.
  static let portionItems = 256
  static let portionLabels = 4_096

  private let ahead: Ahead<Portion>
  private var taken = Portion()
  private var place = 0

  package var schema: DatasetSchema { taken.schema }

  package init(_ reader: any DatasetReading) {
    var reader: (any DatasetReading)? = reader
    ahead = Ahead {
      guard var own = reader else { return nil }
      // One owner of what it holds at a time.
      reader = nil
      let portion = Portion(of: &own)
      if !portion.isLast { reader = own }
      return portion
    }
  }

  package func next() throws -> DatasetItem? {
    while place == taken.items.count {
      if let fault = taken.fault { throw fault }
      guard !taken.isLast, ahead.replace(&taken) else { return nil }
      place = 0
    }
    place += 1
    return taken.items[place - 1]
  }
}

private struct Portion {
  var items: [DatasetItem] = []
  var schema = DatasetSchema()
  /// Comes after the items.
  var fault: (any Error)?
  var isLast = false

  init() {}

  init(of reader: inout any DatasetReading) {
    var labels = 0
    do {
      while items.count < ReadAhead.portionItems, labels < ReadAhead.portionLabels {
        guard let item = try reader.next() else {
          isLast = true
          break
        }
        labels += item.labels.count
        items.append(item)
      }
    } catch {
      (fault, isLast) = (error, true)
    }
    schema = reader.schema
  }
}
