/// A column of an Arrow schema (arrow.apache.org/docs/format/Columnar.html, `Schema.fbs`).
struct ArrowField {
  enum Kind {
    case null, bool
    case decimal(scale: Int, bytes: Int)
    case day
    case moment(perSecond: Int64)
    case int(bytes: Int, isSigned: Bool)
    case float(bytes: Int)
    /// Text and bytes, with offsets of four or eight bytes.
    case variable(isText: Bool, isLarge: Bool)
    /// Text and bytes that lie in buffers which rows may share.
    case view(isText: Bool)
    case fixed(bytes: Int)
    case list(isLarge: Bool)
    case fixedList(count: Int)
    case record, map
  }

  let name: String
  let kind: Kind
  let children: [ArrowField]
  /// Where its values are numbers of another list: which, and what the numbers are.
  let dictionary: (id: Int64, bytes: Int, isSigned: Bool)?

  static let depthLimit = 24
  static let countLimit = 10_000

  /// - Parameter count: columns that were read before, which tables that several name would else multiply.
  init(_ table: FlatTable, depth: Int = 0, _ count: inout Int) throws(TableBytes.Fault) {
    count += 1
    guard depth < Self.depthLimit, count <= Self.countLimit else {
      throw .init("its columns nest too deep, or are more than \(Self.countLimit)")
    }
    name = try table.string(0) ?? ""
    kind = try Self.kind(table, try table.table(3), named: name)
    var children: [ArrowField] = []
    for child in try table.tables(5) { children.append(try ArrowField(child, depth: depth + 1, &count)) }
    self.children = children
    if let coding = try table.table(4) {
      let index = try coding.table(1)
      let bits = try index?.number(0, Int32.self, or: 32) ?? 32
      guard [8, 16, 32, 64].contains(bits) else {
        throw .init("column \(name) has numbers of \(bits) bits")
      }
      dictionary = (
        try coding.number(0, Int64.self), Int(bits) / 8,
        try index?.number(1, UInt8.self, or: 1) ?? 1 == 1
      )
    } else {
      dictionary = nil
    }
    guard children.count == expectedChildren || expectedChildren < 0 else {
      throw .init("column \(name) has not the parts of its kind")
    }
  }

  private var expectedChildren: Int {
    switch kind {
    case .list, .fixedList, .map: 1
    case .record: -1
    default: 0
    }
  }

  private static func kind(
    _ field: FlatTable, _ type: FlatTable?, named name: String
  ) throws(TableBytes.Fault) -> Kind {
    let units: [Int64] = [1, 1_000, 1_000_000, 1_000_000_000]
    switch try field.number(2, UInt8.self) {
    case 1: return .null
    case 2:
      let bits = try type?.number(0, Int32.self) ?? 0
      guard [8, 16, 32, 64].contains(bits) else {
        throw .init("column \(name) has numbers of \(bits) bits")
      }
      return .int(bytes: Int(bits) / 8, isSigned: try type?.number(1, UInt8.self) == 1)
    case 3:
      let precision = try type?.number(0, Int16.self) ?? 0
      return .float(bytes: [2, 4, 8][Int(max(0, min(2, precision)))])
    case 4: return .variable(isText: false, isLarge: false)
    case 5: return .variable(isText: true, isLarge: false)
    case 6: return .bool
    case 7:
      let bits = try type?.number(2, Int32.self, or: 128) ?? 128
      guard [32, 64, 128, 256].contains(bits) else {
        throw .init("column \(name) has decimals of \(bits) bits")
      }
      return .decimal(scale: Int(try type?.number(1, Int32.self) ?? 0), bytes: Int(bits) / 8)
    case 8: return try type?.number(0, Int16.self, or: 1) == 0 ? .day : .moment(perSecond: 1_000)
    case 9:
      return .int(bytes: Int(try type?.number(1, Int32.self, or: 32) ?? 32) / 8, isSigned: true)
    case 10:
      return .moment(perSecond: units[Int(max(0, min(3, try type?.number(0, Int16.self) ?? 0)))])
    case 12: return .list(isLarge: false)
    case 13: return .record
    case 15: return .fixed(bytes: Int(max(0, try type?.number(0, Int32.self) ?? 0)))
    case 16: return .fixedList(count: Int(max(0, try type?.number(0, Int32.self) ?? 0)))
    case 17: return .map
    case 18: return .int(bytes: 8, isSigned: true)
    case 19: return .variable(isText: false, isLarge: true)
    case 20: return .variable(isText: true, isLarge: true)
    case 21: return .list(isLarge: true)
    case 23: return .view(isText: false)
    case 24: return .view(isText: true)
    case let other:
      throw .init("column \(name) is of Arrow's kind \(other), which is not known here")
    }
  }
}
