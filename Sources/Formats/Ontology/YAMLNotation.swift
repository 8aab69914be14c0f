import Notation
import Yams

/// YAML 1.1 as JSON and back, for what people write by hand.
package enum YAMLNotation {
  /// Bytes of a text, and values that it may stand for: an alias that is named often would make many.
  package static let limit = 1 << 20
  package static let valueLimit = 200_000

  package static func json(
    _ text: String, limit: Int = limit, valueLimit: Int = valueLimit
  ) throws(OntologyReadingFault) -> JSON {
    guard text.utf8.count <= limit else {
      throw OntologyReadingFault("YAML", "has more than \(limit) bytes")
    }
    // Aliases of aliases grow without end while they are compared, before they could be counted.
    guard !hasAliases(text) else {
      throw OntologyReadingFault("YAML", "has anchors or aliases; write out what they stand for")
    }
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw OntologyReadingFault("YAML", String(describing: error).prefix(300).description)
    } catch {
      throw OntologyReadingFault("YAML", "cannot be read")
    }
    guard let node else { throw OntologyReadingFault("YAML", "is empty") }
    var left = valueLimit
    do throws(OntologyReadingFault) {
      return try json(node, &left, depth: 0)
    } catch {
      guard left <= 0 else { throw error }
      throw OntologyReadingFault("YAML", "stands for more than \(valueLimit) values")
    }
  }

  /// Whether something in a text looks like an anchor or an alias: `&name` or `*name` where a value begins.
  private static func hasAliases(_ text: String) -> Bool {
    // The last three bytes.
    var (before, mark): (UInt32, Bool) = (0x0A, false)
    for byte in text.utf8 {
      let isName =
        (48...57).contains(byte) || (97...122).contains(byte | 0x20) || byte == 95 || byte == 45
      if mark, isName { return true }
      mark = (byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*")) && begins(after: before)
      before = (before << 8 | UInt32(byte)) & 0xFF_FFFF
    }
    return false
  }

  /// Whether a value may begin after these bytes: after a space, a line's end (YAML 1.1 knows NEL, LS and PS
  /// too), a mark of the file's order of bytes, or one of `,[{:?-`.
  private static func begins(after bytes: UInt32) -> Bool {
    bytes & 0xFF <= 0x20 || [44, 91, 123, 58, 63, 45].contains(bytes & 0xFF)
      || bytes & 0xFFFF == 0xC285 || [0xE2_80A8, 0xE2_80A9, 0xEF_BBBF].contains(bytes)
  }

  private static func json(
    _ node: Node, _ left: inout Int, depth: Int
  ) throws(OntologyReadingFault) -> JSON {
    left -= 1
    guard left > 0, depth < 100 else {
      throw OntologyReadingFault("YAML", "nests too deep")
    }
    switch node {
    case .scalar(let scalar):
      if scalar.style == .any || scalar.style == .plain {
        if nullWords.contains(scalar.string) { return .null }
        // YAML 1.1 reads yes, no, on and off as truth; a class may be called so.
        if scalar.string == "true" || scalar.string == "false" {
          return .bool(scalar.string == "true")
        }
        if let whole = Int64(scalar.string) { return .int(whole) }
        if let number = Double(scalar.string), number.isFinite { return .double(number) }
      }
      return .string(scalar.string)
    case .sequence(let sequence):
      var items: [JSON] = []
      for item in sequence { items.append(try json(item, &left, depth: depth + 1)) }
      return .array(items)
    case .mapping(let mapping):
      var members: [JSON.Member] = []
      for (key, value) in mapping {
        guard let name = key.string else {
          throw OntologyReadingFault("YAML", "a mapping needs names as its keys")
        }
        members.append(.init(name, try json(value, &left, depth: depth + 1)))
      }
      return .object(members)
    case .alias: throw OntologyReadingFault("YAML", "has an alias to nothing")
    }
  }

  private static let nullWords: Set<String> = ["", "~", "null", "Null", "NULL"]

  package static func text(_ json: JSON) -> String {
    (try? Yams.serialize(node: node(json), width: -1, allowUnicode: true, sortKeys: false)) ?? ""
  }

  private static func node(_ json: JSON) -> Node {
    switch json {
    case .null: return Node("null", Tag(.null), .plain)
    case .bool(let value): return Node(value ? "true" : "false", Tag(.bool), .plain)
    case .int(let value): return Node(String(value), Tag(.int), .plain)
    case .double(let value):
      let whole = Int64(exactly: value)
      return Node(whole.map { String($0) } ?? String(value), Tag(.float), .plain)
    case .string(let text): return Node(text, Tag(.str), isPlain(text) ? .plain : .doubleQuoted)
    case .array(let items):
      let isFlat = items.allSatisfy { $0.members == nil && $0.array == nil }
      return .sequence(.init(items.map(node), Tag(.seq), isFlat ? .flow : .block))
    case .object(let members):
      let isSmall =
        members.count <= 2
        && members.allSatisfy { $0.value.members == nil && $0.value.array == nil }
      return .mapping(
        .init(members.map { (Node($0.name), node($0.value)) }, Tag(.map), isSmall ? .flow : .block))
    }
  }

  /// Whether a text is read as itself without quotes.
  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, first.properties.isAlphabetic else { return false }
    let words: Set<String> = [
      "true", "false", "yes", "no", "on", "off", "null", "y", "n", "inf", "nan",
    ]
    return !words.contains(text.lowercased()) && Double(text) == nil
      && text.unicodeScalars.allSatisfy {
        $0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == " " || $0 == "-"
          || $0 == "_"
      } && !text.hasSuffix(" ")
  }
}
