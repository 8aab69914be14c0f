import Labels
import Notation

/// Reads a set whose items lie in one file each.
struct ItemFiles: DatasetReading {
  private(set) var schema: DatasetSchema
  private let folder: DatasetFolder
  private let diagnostics: Diagnostics
  private let files: [String]
  private let item: (String, DatasetFolder, inout DatasetSchema, Diagnostics) throws -> DatasetItem?
  private var place = 0

  /// - Parameter item: reads one file; what it throws as `NotationFault` is told with the file.
  init(
    _ files: [String], _ folder: DatasetFolder, _ schema: DatasetSchema = DatasetSchema(),
    _ diagnostics: Diagnostics,
    item: @escaping (String, DatasetFolder, inout DatasetSchema, Diagnostics) throws -> DatasetItem?
  ) {
    (self.files, self.folder, self.schema) = (files, folder, schema)
    (self.diagnostics, self.item) = (diagnostics, item)
  }

  mutating func next() throws -> DatasetItem? {
    while place < files.count {
      place += 1
      let file = files[place - 1]
      do {
        if let item = try item(file, folder, &schema, diagnostics) { return item }
      } catch let fault as NotationFault {
        try diagnostics.report(
          file, fault.path, fault.problem, remedy: "Put it right; the file is left out.")
      } catch let fault as FormatFault where diagnostics.mode == .lenient && !fault.isOfRoom {
        try diagnostics.report(fault)
      }
    }
    return nil
  }
}

/// Reads a set that is a list of objects in one JSON file, element by element, or one object a line.
struct JSONItems: DatasetReading {
  private(set) var schema: DatasetSchema
  private let file: String
  private let bytes: MappedBytes
  private let diagnostics: Diagnostics
  private let items: (JSON, Int, inout DatasetSchema) throws -> [DatasetItem]
  private let isArray: Bool
  /// Trees are made on a thread of their own, while items are made of those before.
  private let ahead: Ahead<JSONElements.Portion>
  private var portion = JSONElements.Portion()
  private var place = 0
  private var number = 0
  private var waiting: [DatasetItem] = []

  /// - Parameter items: what an element says, with its number from 1; what it throws as `NotationFault` is
  ///   told with the element.
  init(
    _ file: String, _ folder: DatasetFolder, _ schema: DatasetSchema = DatasetSchema(),
    _ diagnostics: Diagnostics,
    items: @escaping (JSON, Int, inout DatasetSchema) throws -> [DatasetItem]
  ) throws {
    (self.file, self.schema, self.diagnostics, self.items) = (file, schema, diagnostics, items)
    bytes = try folder.open(file)
    var elements = JSONElements(bytes)
    isArray = elements.isArray
    ahead = Ahead { elements.next() }
  }

  mutating func next() throws -> DatasetItem? {
    while waiting.isEmpty {
      guard let json = try element() else { return nil }
      number += 1
      do {
        waiting = try items(json, number, &schema).reversed()
      } catch let fault as NotationFault {
        let place = "\(isArray ? "element" : "object") \(number)"
        try diagnostics.report(
          file, place + (fault.path.isEmpty ? "" : ", " + fault.path), fault.problem,
          remedy: "Put it right; it is left out.")
      }
    }
    return waiting.popLast()
  }

  private mutating func element() throws -> JSON? {
    while place == portion.values.count {
      if let fault = portion.fault {
        portion.fault = nil
        try diagnostics.report(bytes.fault(fault, in: file, isLine: !isArray))
      }
      guard ahead.replace(&portion) else { return nil }
      place = 0
    }
    place += 1
    return portion.values[place - 1]
  }
}

/// The elements of a JSON array, or values one after the other, as trees.
private struct JSONElements {
  /// Some elements, and what is wrong with the next.
  struct Portion {
    var values: [JSON] = []
    var fault: JSONError?
  }

  /// Bytes of a portion, give or take an element.
  private static let portionBytes = 256 * 1024

  let isArray: Bool
  private let bytes: MappedBytes
  private var cursor: JSONCursor
  private var isFirst = true
  private var isOver = false

  init(_ bytes: MappedBytes) {
    self.bytes = bytes
    cursor = bytes.cursor()
    isArray = cursor.peek() == UInt8(ascii: "[")
    if isArray { try? cursor.enterArray() }
  }

  /// - Returns: nil at the end.
  mutating func next() -> Portion? {
    guard !isOver else { return nil }
    var portion = Portion()
    let start = cursor.position
    var object = start
    do throws(JSONError) {
      while cursor.position - start < Self.portionBytes {
        if isArray {
          isOver = try !cursor.nextElement(isFirst: isFirst)
        } else {
          isOver = cursor.peek() == nil
        }
        if isOver {
          if isArray, cursor.peek() != nil {
            portion.fault = JSONError(.trailingBytes, at: cursor.position)
          }
          break
        }
        isFirst = false
        object = cursor.position
        portion.values.append(try cursor.value())
      }
    } catch {
      // Where the next element of a list begins cannot be told any more; of lines the next is another object.
      var next: Int?
      (portion.fault, next) = isArray ? (error, nil) : bytes.goingOn(after: error, in: object)
      if let next { cursor = bytes.cursor(from: next) }
      isOver = next == nil
    }
    return portion
  }
}

/// What readers of JSON ask for.
extension JSON {
  func required(_ name: String, _ path: String = "") throws(NotationFault) -> JSON {
    guard let value = self[name], !value.isNull else {
      throw NotationFault(path: path.isEmpty ? name : "\(path).\(name)", problem: "is missing")
    }
    return value
  }

  func text(_ name: String) throws(NotationFault) -> String {
    guard let text = try required(name).string else {
      throw NotationFault(path: name, problem: "must be a string")
    }
    return text
  }

  func number(_ name: String) throws(NotationFault) -> Double {
    guard let number = try required(name).number, number.isFinite else {
      throw NotationFault(path: name, problem: "must be a number")
    }
    return number
  }

  /// A list, empty where there is no such member.
  func list(_ name: String) throws(NotationFault) -> [JSON] {
    guard let value = self[name], !value.isNull else { return [] }
    guard let list = value.array else { throw NotationFault(path: name, problem: "must be a list") }
    return list
  }

  /// Two numbers.
  func pair(_ path: String) throws(NotationFault) -> (Double, Double) {
    guard let list = array, list.count >= 2, let x = list[0].number, let y = list[1].number else {
      throw NotationFault(path: path, problem: "must be two numbers")
    }
    return (x, y)
  }
}
