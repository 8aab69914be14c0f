import Consensus
import Formats

extension ItemTable {
  /// A query names something that the dataset has not.
  struct Unknown: Error {
    var problem: String
    /// Whether slices name each other in a circle.
    var isCircle = false
  }

  /// Slices that name slices.
  private static let sliceDepthLimit = 10

  /// The items that a query finds, a byte for each.
  ///
  /// - Throws: `Unknown`
  /// - Complexity: O(items + labels + bytes of text) for each term
  mutating func marks(of query: ItemQuery) throws(Unknown) -> [UInt8] {
    var marks = try marks(of: query, depth: 0)
    for item in removed { marks[item] = 0 }
    return marks
  }

  private mutating func marks(of query: ItemQuery, depth: Int) throws(Unknown) -> [UInt8] {
    switch query {
    case .all: return Array(repeating: 1, count: count)
    case .and(let parts):
      var marks = try marks(of: parts[0], depth: depth)
      for part in parts.dropFirst() {
        let other = try self.marks(of: part, depth: depth)
        for item in marks.indices { marks[item] &= other[item] }
      }
      return marks
    case .or(let parts):
      var marks = try marks(of: parts[0], depth: depth)
      for part in parts.dropFirst() {
        let other = try self.marks(of: part, depth: depth)
        for item in marks.indices { marks[item] |= other[item] }
      }
      return marks
    case .not(let inside):
      var marks = try marks(of: inside, depth: depth)
      for item in marks.indices { marks[item] ^= 1 }
      return marks
    case .word(let text) where metadata[text] != nil:
      throw Unknown(
        problem: "“\(text)” is a field, and is compared, as \(text) = …; as a word it stands in quotes")
    case .words(let text), .word(let text):
      var marks = [UInt8](repeating: 0, count: count)
      names.mark(containing: text, in: &marks)
      texts.mark(containing: text, in: &marks)
      return marks
    case .compare(let field, let how, let values):
      return try self.marks(field, how, values, depth: depth)
    case .count(let description, let how, let number):
      let counts = try labelCounts(description)
      return counts.map { how.accepts(Double($0), number) ? 1 : 0 }
    }
  }

  static func numbers(_ marks: [UInt8]) -> [Int32] {
    var found: [Int32] = []
    found.reserveCapacity(marks.reduce(0) { $0 + Int($1) })
    for (item, mark) in marks.enumerated() where mark == 1 { found.append(Int32(item)) }
    return found
  }

  private mutating func marks(
    _ field: ItemQuery.Field, _ how: ItemQuery.Comparison, _ values: [ItemQuery.Value], depth: Int
  ) throws(Unknown) -> [UInt8] {
    var marks = [UInt8](repeating: 0, count: count)
    switch field {
    case .name: Self.mark(names, how, values, &marks)
    case .text: Self.mark(texts, how, values, &marks)
    case .subset: subsets.mark(how, values, in: &marks)
    case .width, .height:
      let sizes = field == .width ? widths : heights
      for item in marks.indices {
        let number = sizes[item] > 0 ? Double(sizes[item]) : nil
        marks[item] = how.accepts(number, among: values) ? 1 : 0
      }
    case .aspect:
      for item in marks.indices {
        let ratio = heights[item] > 0 ? Double(widths[item]) / Double(heights[item]) : nil
        marks[item] = how.accepts(ratio, among: values) ? 1 : 0
      }
    case .number:
      for item in marks.indices { marks[item] = how.accepts(Double(item), among: values) ? 1 : 0 }
    case .duplicate: duplicates().mark(how, values, in: &marks)
    case .metadata(let name):
      guard let column = metadata[name] else {
        throw Unknown(problem: "no item has a field “\(name)”; \(known)")
      }
      try Self.refuseTexts(values, how, column, name)
      column.mark(how, values, in: &marks)
    case .ofSet(let set, let name):
      if sets[set] == nil, let column = metadata["\(set).\(name)"] {
        column.mark(how, values, in: &marks)
      } else {
        let column = try fact(name, of: set)
        if column.hasOnlyNumbers, how != .contains, let text = Self.text(among: values) {
          throw Unknown(problem: "“\(set).\(name)” holds numbers, and “\(text)” is none")
        }
        column.mark(how, values, in: &marks)
      }
    case .slice:
      for value in values {
        for name in value.isAny ? slices.keys.sorted() : [value.text] {
          // Of all slices, one that names what is gone by now finds nothing.
          let inside: [UInt8]
          do {
            inside = try slice(name, depth: depth)
          } catch where value.isAny && !error.isCircle {
            continue
          }
          for item in marks.indices { marks[item] |= inside[item] }
        }
      }
      if how == .different { for item in marks.indices { marks[item] ^= 1 } }
    }
    return marks
  }

  /// Each item that is a duplicate, with the earlier item, and whether both have the same file.
  mutating func originals() -> [(item: Int, original: Int, isSame: Bool)] {
    (0..<count).compactMap { item in
      original(of: item).map { (item, $0.original, $0.isSame) }
    }
  }

  /// The earlier item that one is a duplicate of, and whether both have the same file.
  mutating func original(of item: Int) -> (original: Int, isSame: Bool)? {
    guard (0..<count).contains(item), let number = duplicates().number(at: item) else { return nil }
    return (Int(number), isSame(item, Int(number)))
  }

  /// Whether two have one file, or without files one text, but for its case and white space.
  private func isSame(_ item: Int, _ original: Int) -> Bool {
    if files[item] != 0 || files[original] != 0 { return files[item] == files[original] }
    return DuplicateFinder.words(texts.bytes(of: item)) == DuplicateFinder.words(texts.bytes(of: original))
  }

  /// Of each item that is one, the number of the earlier item.
  private mutating func duplicates() -> ValueColumn {
    if let known = duplicateColumn { return known }
    var (column, finder) = (ValueColumn(), DuplicateFinder(items: count))
    for item in 0..<count {
      let original = finder.original(
        of: item, file: files[item], fingerprint: print(of: item), text: texts.bytes(of: item))
      if let original { column.set(text: "\(original)", number: Double(original), at: item) }
    }
    duplicateColumn = column
    return column
  }

  private var known: String {
    let names = (ItemQuery.Field.names + metadata.keys.sorted()).prefix(20).joined(separator: ", ")
    return "there are \(names)"
  }

  private mutating func slice(_ name: String, depth: Int) throws(Unknown) -> [UInt8] {
    let other = slices.keys.sorted().first { $0.lowercased() == name.lowercased() }
    guard let slice = slices[name] ?? other.flatMap({ slices[$0] }) else {
      throw Unknown(problem: "there is no slice “\(name)”")
    }
    guard depth < Self.sliceDepthLimit else {
      throw Unknown(
        problem: "the slice “\(name)” goes round in circles, or too deep", isCircle: true)
    }
    switch slice {
    case .query(let query): return try marks(of: query, depth: depth + 1)
    case .fixed(let numbers):
      var marks = [UInt8](repeating: 0, count: count)
      for number in numbers where number < count { marks[number] = 1 }
      return marks
    }
  }

  /// Numbers are not more or less than a text.
  private static func refuseTexts(
    _ values: [ItemQuery.Value], _ how: ItemQuery.Comparison, _ column: ValueColumn, _ name: String
  ) throws(Unknown) {
    guard [.less, .lessOrEqual, .greater, .greaterOrEqual].contains(how), column.hasOnlyNumbers,
      let text = text(among: values)
    else { return }
    throw Unknown(problem: "“\(name)” holds numbers, and “\(text)” is none")
  }

  /// The first of some values that is no number.
  private static func text(among values: [ItemQuery.Value]) -> String? {
    values.first { $0.number == nil && !$0.isAny }?.text
  }

  private static func mark(
    _ column: TextColumn, _ how: ItemQuery.Comparison, _ values: [ItemQuery.Value],
    _ marks: inout [UInt8]
  ) {
    for value in values {
      switch how {
      case .contains:
        let pattern = Pattern(value.text)
        if let part = pattern.part {
          column.mark(containing: part, in: &marks)
        } else {
          column.mark(where: pattern.matches(folded:), in: &marks)
        }
      case .equal, .oneOf, .different:
        let wanted = value.text.lowercased()
        if value.isAny {
          column.mark(where: { !$0.isEmpty }, in: &marks)
        } else {
          column.mark(where: { $0 == wanted }, in: &marks)
        }
      default:
        let wanted = value.text.lowercased()
        column.mark(
          where: { how.accepts($0, nil, against: .init(wanted, isQuoted: true)) }, in: &marks)
      }
    }
    if how == .different { for item in marks.indices { marks[item] ^= 1 } }
  }

  /// A number that a label set has of each item; what comparisons find is added when it is first asked for.
  private mutating func fact(_ name: String, of set: String) throws(Unknown) -> ValueColumn {
    let columns = try self.columns(set)
    if name == "labels" {
      var column = ValueColumn()
      for item in 0..<count where columns.isKnown(item) {
        let labels = columns.labels(of: item).count
        column.set(text: "\(labels)", number: Double(labels), at: item)
      }
      return column
    }
    if let known = columns.facts[name] { return known }
    // Nobody's labels were compared, or no two of one item: none of the items has it.
    if name == "agreement" { return ValueColumn() }
    guard ["found", "wrong", "missed"].contains(name), set != LabelSet.truth else {
      let errors = set == LabelSet.truth ? [] : ["found", "wrong", "missed"]
      let names = columns.facts.keys.sorted() + ["labels"] + errors
      throw Unknown(
        problem: "the set “\(set)” has no “\(name)”; it has \(names.joined(separator: ", "))")
    }
    return errors(of: set, columns)[name] ?? ValueColumn()
  }

  /// What the predictions of a set find, see wrongly and miss, by the boxes and the spans of labels.
  private mutating func errors(of set: String, _ predictions: LabelColumns) -> [String: ValueColumn]
  {
    if let known = errors[set] { return known }
    let truth = sets[LabelSet.truth] ?? LabelColumns()
    let images = (0..<count).map {
      DetectionImage(truth: truth.detections(of: $0), predictions: predictions.detections(of: $0))
    }
    let counts = DetectionErrors(images, classes: schema.classes.count).images
    var found: [String: ValueColumn] = ["found": .init(), "wrong": .init(), "missed": .init()]
    for (item, one) in counts.enumerated() {
      found["found"]?.set(text: "\(one.found)", number: Double(one.found), at: item)
      found["wrong"]?.set(text: "\(one.wrong)", number: Double(one.wrong), at: item)
      found["missed"]?.set(text: "\(one.missed)", number: Double(one.missed), at: item)
    }
    errors[set] = found
    return found
  }

  private func columns(_ set: String) throws(Unknown) -> LabelColumns {
    guard let found = sets[set] else {
      let known = sets.keys.sorted().joined(separator: ", ")
      throw Unknown(problem: "there is no set of labels “\(set)”; there are \(known)")
    }
    return found
  }

  // MARK: Labels

  /// Labels of each item that answer a description.
  func labelCounts(_ description: ItemQuery.LabelDescription) throws(Unknown) -> [Int32] {
    let columns = try self.columns(description.set ?? LabelSet.truth)
    let marks = try labelMarks(description.query, columns)
    var counts = [Int32](repeating: 0, count: count)
    for item in 0..<count {
      var sum: Int32 = 0
      for label in columns.labels(of: item) { sum += Int32(marks[label]) }
      counts[item] = sum
    }
    return counts
  }

  private func labelMarks(
    _ query: LabelQuery, _ columns: LabelColumns
  ) throws(Unknown) -> [UInt8] {
    let labels = columns.classes.count
    switch query {
    case .all: return Array(repeating: 1, count: labels)
    case .and(let parts):
      var marks = try labelMarks(parts[0], columns)
      for part in parts.dropFirst() {
        let other = try labelMarks(part, columns)
        for label in marks.indices { marks[label] &= other[label] }
      }
      return marks
    case .or(let parts):
      var marks = try labelMarks(parts[0], columns)
      for part in parts.dropFirst() {
        let other = try labelMarks(part, columns)
        for label in marks.indices { marks[label] |= other[label] }
      }
      return marks
    case .not(let inside):
      var marks = try labelMarks(inside, columns)
      for label in marks.indices { marks[label] ^= 1 }
      return marks
    case .compare(let field, let how, let values):
      return try labelMarks(field, how, values, columns)
    }
  }

  private func labelMarks(
    _ field: LabelQuery.Field, _ how: ItemQuery.Comparison, _ values: [ItemQuery.Value],
    _ columns: LabelColumns
  ) throws(Unknown) -> [UInt8] {
    func numbers(_ value: (Int) -> Double) -> [UInt8] {
      columns.classes.indices.map { label in
        let number = value(label)
        return how.accepts(number.isNaN ? nil : number, among: values) ? 1 : 0
      }
    }
    func named(_ names: [String], _ code: (Int) -> Int) -> [UInt8] {
      let judged = names.map { name -> UInt8 in
        values.contains {
          $0.isAny || how.accepts(name, nil, against: .init($0.text, isQuoted: true))
        } ? 1 : 0
      }
      return columns.classes.indices.map { label in
        let code = code(label)
        return judged.indices.contains(code) ? judged[code] : 0
      }
    }
    switch field {
    case .label:
      let names = schema.classes.map(\.name)
      for value in values where how == .equal || how == .oneOf {
        guard value.isAny || names.contains(where: { $0.lowercased() == value.text.lowercased() })
        else {
          throw Unknown(
            problem: "there is no class “\(value.text)”"
              + (names.isEmpty
                ? "" : "; there are " + names.sorted().prefix(20).joined(separator: ", ")))
        }
      }
      return named(names) { Int(columns.classes[$0]) }
    case .kind: return named(LabelColumns.kindNames) { Int(columns.kinds[$0]) }
    case .score: return numbers { columns.scores[$0] }
    case .area: return numbers { Double(columns.areas[$0]) }
    case .width: return numbers { Double(columns.boxes[$0].width) }
    case .height: return numbers { Double(columns.boxes[$0].height) }
    case .x: return numbers { Double(columns.boxes[$0].x) }
    case .y: return numbers { Double(columns.boxes[$0].y) }
    case .crowd: return named(["false", "true"]) { columns.crowds[$0] ? 1 : 0 }
    case .attribute(let name):
      guard let column = columns.attributes[name] else {
        throw Unknown(
          problem: "no label has an attribute “\(name)”; there are "
            + (LabelQuery.fieldNames + columns.attributes.keys.sorted()).joined(separator: ", "))
      }
      var marks = [UInt8](repeating: 0, count: columns.classes.count)
      column.mark(how, values, in: &marks)
      return marks
    }
  }
}
