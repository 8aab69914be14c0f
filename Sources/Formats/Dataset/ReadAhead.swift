import Foundation

/// Reads a set on a thread of its own, a few portions ahead of whoever takes the items.
package final class ReadAhead: DatasetReading {
  /// Items of a portion, and labels after which it ends.
  static let portionItems = 256
  static let portionLabels = 4_096
  /// Portions that wait to be taken.
  static let waitingLimit = 4

  private let waiting = Waiting()
  private var taken = Portion()
  private var place = 0

  package var schema: DatasetSchema { taken.schema }

  package init(_ reader: any DatasetReading) {
    let (start, waiting) = (Start(reader: reader), waiting)
    let thread = Thread {
      var reader = start.reader
      while waiting.put(Portion(of: &reader)) {}
    }
    // Values in values in values are read by functions in functions.
    thread.stackSize = 16 << 20
    thread.start()
  }

  deinit { waiting.end() }

  package func next() throws -> DatasetItem? {
    while place == taken.items.count {
      if let fault = taken.fault { throw fault }
      guard !taken.isLast else { return nil }
      taken = waiting.take()
      place = 0
    }
    place += 1
    return taken.items[place - 1]
  }
}

/// Takes a reader to its thread, where it stays.
private struct Start: @unchecked Sendable { let reader: any DatasetReading }

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

/// Portions between two threads.
///
/// Unchecked: everything in it is under its lock.
private final class Waiting: @unchecked Sendable {
  private let lock = NSCondition()
  private var portions: [Portion] = []
  private var isEnded = false

  /// - Returns: whether another is wanted.
  func put(_ portion: Portion) -> Bool {
    lock.lock()
    defer { lock.unlock() }
    while portions.count == ReadAhead.waitingLimit, !isEnded { lock.wait() }
    portions.append(portion)
    lock.broadcast()
    return !portion.isLast && !isEnded
  }

  func take() -> Portion {
    lock.lock()
    defer { lock.unlock() }
    while portions.isEmpty { lock.wait() }
    lock.broadcast()
    return portions.removeFirst()
  }

  func end() {
    lock.lock()
    isEnded = true
    lock.broadcast()
    lock.unlock()
  }
}
