/// A column of a Parquet file that is to be written, or several that belong together (parquet.apache.org,
/// *Nested encoding*; Melnik et al., *Dremel*, VLDB 2010).
struct ParquetField: Sendable {
  enum Kind: Int, Sendable {
    case int32 = 1
    case int64 = 2
    case double = 5
    case bytes = 6
  }

  indirect enum Content: Sendable {
    case leaf(Kind, isText: Bool, isPacked: Bool)
    case group([ParquetField], isList: Bool)
  }

  enum Repetition: Int, Sendable {
    case required = 0
    case optional = 1
    case repeated = 2
  }

  let name: String
  let repetition: Repetition
  let content: Content

  static func text(_ name: String, _ repetition: Repetition = .required) -> ParquetField {
    .init(name: name, repetition: repetition, content: .leaf(.bytes, isText: true, isPacked: true))
  }

  /// Bytes that are packed already, as pictures are.
  static func bytes(_ name: String, _ repetition: Repetition = .required) -> ParquetField {
    .init(
      name: name, repetition: repetition, content: .leaf(.bytes, isText: false, isPacked: false))
  }

  static func number(
    _ name: String, _ kind: Kind, _ repetition: Repetition = .required
  ) -> ParquetField {
    .init(name: name, repetition: repetition, content: .leaf(kind, isText: false, isPacked: true))
  }

  static func record(
    _ name: String, _ fields: [ParquetField], _ repetition: Repetition = .required
  ) -> ParquetField {
    .init(name: name, repetition: repetition, content: .group(fields, isList: false))
  }

  /// - Parameter element: must be called `element` (*LogicalTypes*, lists).
  static func list(
    _ name: String, of element: ParquetField, _ repetition: Repetition = .required
  ) -> ParquetField {
    let items = ParquetField(
      name: "list", repetition: .repeated, content: .group([element], isList: false))
    return .init(name: name, repetition: repetition, content: .group([items], isList: true))
  }

  /// The fields in the order of a file's schema, each before those in it.
  var all: [ParquetField] {
    guard case .group(let fields, _) = content else { return [self] }
    return [self] + fields.flatMap(\.all)
  }

  /// What values lie in, in the same order.
  var leaves: [ParquetLeaf] { leaves(in: [], 0, 0) }

  private func leaves(in path: [String], _ definition: UInt8, _ again: UInt8) -> [ParquetLeaf] {
    let path = path + [name]
    let definition = definition + (repetition == .required ? 0 : 1)
    let again = again + (repetition == .repeated ? 1 : 0)
    switch content {
    case .leaf(let kind, _, let isPacked):
      return [
        ParquetLeaf(
          path: path, kind: kind, isPacked: isPacked, definition: definition, again: again)
      ]
    case .group(let fields, _): return fields.flatMap { $0.leaves(in: path, definition, again) }
    }
  }
}

/// A column of values, as far as they are not written yet.
struct ParquetLeaf {
  let path: [String]
  let kind: ParquetField.Kind
  let isPacked: Bool
  /// The greatest definition and repetition level.
  let definition, again: UInt8
  private(set) var count = 0
  private var values: [UInt8] = []
  private var definitions: [UInt8] = []
  private var repetitions: [UInt8] = []

  init(path: [String], kind: ParquetField.Kind, isPacked: Bool, definition: UInt8, again: UInt8) {
    (self.path, self.kind, self.isPacked) = (path, kind, isPacked)
    (self.definition, self.again) = (definition, again)
  }

  /// Bytes of what is not written.
  var size: Int { values.count + definitions.count + repetitions.count }

  /// - Parameter again: at which level the value repeats what is before it; 0 in a row's first.
  mutating func add(_ bytes: some Collection<UInt8>, again: UInt8 = 0) {
    addLevels(definition, again)
    append(UInt32(bytes.count))
    values += bytes
  }

  mutating func add<Number: FixedWidthInteger>(_ value: Number, again: UInt8 = 0) {
    addLevels(definition, again)
    append(value)
  }

  mutating func add(_ value: Double, again: UInt8 = 0) { add(value.bitPattern, again: again) }

  /// Nothing, or an empty list.
  ///
  /// - Parameter definition: how many optional and repeated parts of its path are there.
  mutating func addNothing(_ definition: UInt8 = 0) { addLevels(definition, 0) }

  private mutating func append<Number: FixedWidthInteger>(_ value: Number) {
    for byte in 0..<(Number.bitWidth / 8) {
      values.append(UInt8(truncatingIfNeeded: value >> (8 * byte)))
    }
  }

  private mutating func addLevels(_ definition: UInt8, _ again: UInt8) {
    count += 1
    if self.definition > 0 { definitions.append(definition) }
    if self.again > 0 { repetitions.append(again) }
  }

  /// The content of a page with all that was added, which is gone afterwards.
  mutating func page() -> [UInt8] {
    defer {
      values.removeAll(keepingCapacity: true)
      definitions.removeAll(keepingCapacity: true)
      repetitions.removeAll(keepingCapacity: true)
      count = 0
    }
    guard definition > 0 || again > 0 else { return values }
    return Self.runs(repetitions) + Self.runs(definitions) + values
  }

  /// Levels as runs (*Run Length Encoding / Bit-Packing Hybrid*), with their size before them.
  private static func runs(_ levels: [UInt8]) -> [UInt8] {
    guard !levels.isEmpty else { return [] }
    var runs: [UInt8] = []
    var start = 0
    while start < levels.count {
      let end = levels[start...].firstIndex { $0 != levels[start] } ?? levels.count
      var head = (end - start) << 1
      while head >= 0x80 {
        runs.append(UInt8(truncatingIfNeeded: head) | 0x80)
        head >>= 7
      }
      runs += [UInt8(head), levels[start]]
      start = end
    }
    return UInt32(runs.count).littleEndianBytes + runs
  }
}
