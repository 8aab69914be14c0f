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
  private var cursor: JSONCursor
  private let isArray: Bool
  private var isFirst = true
  private var isOver = false
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
    cursor = bytes.cursor()
    isArray = cursor.peek() == UInt8(ascii: "[")
    if isArray { try? cursor.enterArray() }
  }

  mutating func next() throws -> DatasetItem? {
    while waiting.isEmpty {
      guard !isOver, let json = try element() else { return nil }
      do {
        waiting = try items(json, number, &schema).reversed()
      } catch let fault as NotationFault {
        try diagnostics.report(
          file, place + (fault.path.isEmpty ? "" : ", " + fault.path), fault.problem,
          remedy: "Put it right; it is left out.")
      }
    }
    return waiting.popLast()
  }

  private var place: String { isArray ? "element \(number)" : "object \(number)" }

  private mutating func element() throws -> JSON? {
    do {
      if isArray {
        guard try cursor.nextElement(isFirst: isFirst) else {
          isOver = true
          return nil
        }
      } else if cursor.peek() == nil {
        isOver = true
        return nil
      }
      isFirst = false
      number += 1
      return try cursor.value()
    } catch {
      // Where the next element begins cannot be told any more.
      isOver = true
      try diagnostics.report(COCOIndex.fault(error, file, bytes))
      return nil
    }
  }
}

/// What readers of JSON ask for.
extension JSON {
  func required(_ name: String, _ path: String = "") throws(NotationFault) -> JSON {
    guard let value = self[name], value != .null else {
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

  /// Two numbers.
  func pair(_ path: String) throws(NotationFault) -> (Double, Double) {
    guard let list = array, list.count >= 2, let x = list[0].number, let y = list[1].number else {
      throw NotationFault(path: path, problem: "must be two numbers")
    }
    return (x, y)
  }
}
