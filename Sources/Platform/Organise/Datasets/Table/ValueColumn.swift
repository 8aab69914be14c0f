import Notation

/// One metadata field of all items, or one attribute of all labels: numbers as such, and everything as one of
/// the column's different values.
struct ValueColumn: Sendable {
  /// Different values, as they are shown.
  private(set) var values: [String] = []
  /// Of each value; NaN where it is none.
  private var numbers: [Double] = []
  private var codes: [String: Int32] = [:]
  /// What stands in a value that is a list, by its place among the values: each is compared by itself.
  private var elements: [Int32: [String]] = [:]
  /// By item; -1 where there is none.
  private(set) var rows: [Int32] = []

  mutating func set(_ value: JSON, at row: Int) {
    if value == .null { return set(code: -1, at: row) }
    if let list = value.array {
      return set(list: list.map { $0.string ?? $0.text }, shown: value.text, at: row)
    }
    set(text: value.string ?? value.text, number: value.string == nil ? value.number : nil, at: row)
  }

  /// - Parameter text: as the whole list is shown.
  mutating func set(list: [String], shown text: String, at row: Int) {
    set(text: text, number: .nan, at: row)
    elements[rows[row]] = list
  }

  mutating func set(text: String, number: Double? = nil, at row: Int) {
    let code = codes[text] ?? Int32(values.count)
    if Int(code) == values.count {
      codes[text] = code
      values.append(text)
      numbers.append(number ?? Double(text) ?? .nan)
    }
    set(code: code, at: row)
  }

  private mutating func set(code: Int32, at row: Int) {
    while rows.count <= row { rows.append(-1) }
    rows[row] = code
  }

  /// What a comparison may be with: of lists, what stands in them.
  var choices: [String] {
    guard !elements.isEmpty else { return values }
    var seen: Set<String> = []
    return values.indices.flatMap { elements[Int32($0)] ?? [values[$0]] }
      .filter { seen.insert($0).inserted }
  }

  var hasOnlyNumbers: Bool { !numbers.isEmpty && numbers.allSatisfy { !$0.isNaN } }

  mutating func clear(_ row: Int) {
    if row < rows.count { rows[row] = -1 }
  }

  func value(at row: Int) -> String? {
    guard row < rows.count, rows[row] >= 0 else { return nil }
    return values[Int(rows[row])]
  }

  func number(at row: Int) -> Double? {
    guard row < rows.count, rows[row] >= 0 else { return nil }
    let number = numbers[Int(rows[row])]
    return number.isNaN ? nil : number
  }

  /// Marks rows that answer a comparison. Each different value is judged once.
  ///
  /// - Complexity: O(different values + rows)
  func mark(
    _ how: ItemQuery.Comparison, _ wanted: [ItemQuery.Value], in marks: inout [UInt8]
  ) {
    if wanted.contains(where: \.isAny) {
      let isAbsentWanted = how == .different
      for row in marks.indices {
        let isThere = row < rows.count && rows[row] >= 0
        marks[row] = isThere != isAbsentWanted ? 1 : 0
      }
      return
    }
    let judged = values.indices.map { code -> UInt8 in
      let number = numbers[code]
      let accepted = wanted.contains { one in
        guard let list = elements[Int32(code)] else {
          return how.accepts(values[code], number.isNaN ? nil : number, against: one)
        }
        func accepts(_ element: String) -> Bool { how.accepts(element, Double(element), against: one) }
        if how == .different { return list.allSatisfy(accepts) }
        return list.contains(where: accepts) || how.accepts(values[code], nil, against: one)
      }
      return accepted ? 1 : 0
    }
    for row in 0..<min(marks.count, rows.count) where rows[row] >= 0 {
      marks[row] = judged[Int(rows[row])]
    }
    // What has no value is different from any.
    if how == .different {
      for row in marks.indices where row >= rows.count || rows[row] < 0 { marks[row] = 1 }
    }
  }
}

extension ItemQuery.Comparison {
  /// Whether a value, which may be a number, answers the comparison with a wanted one: as numbers where both
  /// are, else as texts, whose case counts only for order.
  func accepts(_ text: String, _ number: Double?, against wanted: ItemQuery.Value) -> Bool {
    if self == .contains { return Pattern(wanted.text).matches(text) }
    if let number, let other = wanted.number {
      // Of this size, whole numbers next to each other are one as floating-point numbers.
      if abs(number) >= 0x1p53, let exact = Int64(text), let other = Int64(wanted.text) {
        return accepts(exact, other)
      }
      return accepts(number, other)
    }
    if let time = Moment(text), let other = Moment(wanted.text, isPart: true) {
      return accepts(time, other)
    }
    // What is no number is neither less nor more than one.
    if wanted.number != nil, [.less, .lessOrEqual, .greater, .greaterOrEqual].contains(self) {
      return false
    }
    switch self {
    case .equal, .oneOf: return text.lowercased() == wanted.text.lowercased()
    case .different: return text.lowercased() != wanted.text.lowercased()
    case .less: return text < wanted.text
    case .lessOrEqual: return text <= wanted.text
    case .greater: return text > wanted.text
    case .greaterOrEqual: return text >= wanted.text
    case .contains: return false
    }
  }

  func accepts<Number: Comparable>(_ number: Number, _ other: Number) -> Bool {
    switch self {
    case .equal, .oneOf, .contains: number == other
    case .different: number != other
    case .less: number < other
    case .lessOrEqual: number <= other
    case .greater: number > other
    case .greaterOrEqual: number >= other
    }
  }

  /// Whether a number answers the comparison with one of the wanted; what is absent is different from any.
  func accepts(_ number: Double?, among wanted: [ItemQuery.Value]) -> Bool {
    if wanted.contains(where: \.isAny) { return (number != nil) != (self == .different) }
    guard let number else { return self == .different }
    if self == .contains {
      let text = Int(exactly: number).map { "\($0)" } ?? "\(number)"
      return wanted.contains { $0.number.map { $0 == number } ?? Pattern($0.text).matches(text) }
    }
    return wanted.contains { $0.number.map { accepts(number, $0) } ?? (self == .different) }
  }
}

/// A part that is looked for in a text, or with `*` a pattern of the whole; case does not count.
struct Pattern {
  private let parts: [String]

  init(_ text: String) {
    parts = text.lowercased().split(separator: "*", omittingEmptySubsequences: false).map(
      String.init)
  }

  /// The one part, where there is no `*`.
  var part: String? { parts.count == 1 ? parts[0] : nil }

  func matches(_ text: String) -> Bool { matches(folded: text.lowercased()) }

  /// - Parameter text: in lower case.
  func matches(folded text: String) -> Bool {
    guard parts.count > 1, let first = parts.first, let last = parts.last else {
      return text.contains(parts[0])
    }
    guard text.hasPrefix(first), text.hasSuffix(last), text.count >= first.count + last.count else {
      return false
    }
    var rest = text.dropFirst(first.count).dropLast(last.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let found = rest.firstRange(of: part) else { return false }
      rest = rest[found.upperBound...]
    }
    return true
  }
}
