/// A field of a Parquet schema, with what it means (parquet.apache.org, *Logical types*).
final class ParquetNode {
  enum Repetition: Int { case required, optional, repeated }

  enum Meaning: Equatable {
    case plain, text, list, map, day
    case moment(perSecond: Int64)
    case decimal(scale: Int)
    case unsigned, uuid, half
  }

  let name: String
  let repetition: Repetition
  let meaning: Meaning
  /// Of a leaf: boolean, int32, int64, int96, float, double, bytes, bytes of one length.
  let type: Int?
  let length: Int
  /// Levels at which it is there, and at which another of it begins.
  let definition: Int
  let again: Int
  private(set) var children: [ParquetNode] = []
  /// The first of its leaves, and how many it has.
  private(set) var leaves: Range<Int> = 0..<0

  static let depthLimit = 24
  static let countLimit = 10_000

  private init(_ element: ThriftValue, below parent: ParquetNode?) {
    name = element[4]?.string ?? ""
    repetition = parent == nil ? .required : Repetition(rawValue: element[3]?.int ?? 0) ?? .required
    meaning = Self.meaning(element)
    type = element[1]?.int
    length = element[2]?.int ?? 0
    definition = (parent?.definition ?? 0) + (repetition == .required ? 0 : 1)
    again = (parent?.again ?? 0) + (repetition == .repeated ? 1 : 0)
  }

  private static func meaning(_ element: ThriftValue) -> Meaning {
    let logical = element[10]
    if logical?[8] != nil || logical?[7] != nil {
      // TIMESTAMP and TIME have units; times of day stay numbers.
      guard let unit = logical?[8]?[2] else { return .plain }
      return .moment(perSecond: unit[1] != nil ? 1_000 : unit[2] != nil ? 1_000_000 : 1_000_000_000)
    }
    if logical?[14] != nil { return .uuid }
    if logical?[15] != nil { return .half }
    switch element[6]?.int {
    case 0, 4, 19: return .text
    case 1, 2: return .map
    case 3: return .list
    case 5: return .decimal(scale: element[7]?.int ?? 0)
    case 6: return .day
    case 9: return .moment(perSecond: 1_000)
    case 10: return .moment(perSecond: 1_000_000)
    case 11, 12, 13, 14: return .unsigned
    default: break
    }
    if logical?[1] != nil || logical?[4] != nil || logical?[12] != nil { return .text }
    if logical?[2] != nil { return .map }
    if logical?[3] != nil { return .list }
    if let decimal = logical?[5] { return .decimal(scale: decimal[1]?.int ?? 0) }
    return .plain
  }

  /// The tree of a schema, which is written as a list: each before its children.
  static func tree(_ elements: [ThriftValue]) throws(TableBytes.Fault) -> ParquetNode {
    guard elements.count <= countLimit else {
      throw .init("it has more than \(countLimit) columns")
    }
    var (place, leaves) = (0, 0)
    func node(_ parent: ParquetNode?, _ depth: Int) throws(TableBytes.Fault) -> ParquetNode {
      guard place < elements.count, depth < depthLimit else {
        throw .init("its columns make no tree")
      }
      let element = elements[place]
      let made = ParquetNode(element, below: parent)
      place += 1
      let first = leaves
      if made.type != nil {
        leaves += 1
      } else {
        for _ in 0..<max(0, min(element[5]?.int ?? 0, countLimit)) {
          made.children.append(try node(made, depth + 1))
        }
        guard !made.children.isEmpty || parent == nil else { throw .init("a group has no columns") }
      }
      made.leaves = first..<leaves
      return made
    }
    return try node(nil, 0)
  }

  /// All leaves, in order.
  var allLeaves: [ParquetNode] { type != nil ? [self] : children.flatMap(\.allLeaves) }
}
