/// The classes of a `label_map.pbtxt`, in protocol buffers' text format: `item { id: 1 name: "car" }`.
struct LabelMap {
  /// In the order of the file.
  private(set) var items: [(id: Int64, name: String)] = []

  private enum Token {
    case open, close
    case word(String)
    case text(String)
  }

  /// What is no item is passed over.
  ///
  /// - Complexity: O(text)
  init(_ text: String) {
    var rest = text[...].utf8
    var (depth, field) = (0, "")
    var (id, name): (Int64?, String?) = (nil, nil)
    while let token = Self.token(&rest) {
      switch token {
      case .open:
        depth += 1
        if depth == 1 { (id, name) = (nil, nil) }
        field = ""
      case .close:
        depth -= 1
        if depth == 0, let id, let name { items.append((id, name)) }
        field = ""
      case .word(let word):
        if depth == 1, field == "id", let number = Self.number(word) {
          (id, field) = (number, "")
        } else {
          field = word
          if depth == 1, field == "name" { name = nil }
        }
      case .text(let text):
        // Texts that follow each other are one.
        if depth == 1, field == "name" { name = (name ?? "") + text }
      }
    }
  }

  private static func token(_ rest: inout Substring.UTF8View) -> Token? {
    while let byte = rest.first {
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "<"):
        rest.removeFirst()
        return .open
      case UInt8(ascii: "}"), UInt8(ascii: ">"):
        rest.removeFirst()
        return .close
      case UInt8(ascii: "\""), UInt8(ascii: "'"): return .text(text(&rest))
      case UInt8(ascii: "#"): rest = rest[(rest.firstIndex(of: 0x0A) ?? rest.endIndex)...]
      case _ where isOfWord(byte):
        let word = rest.prefix(while: isOfWord)
        rest = rest[word.endIndex...]
        return .word(String(Substring(word)))
      default: rest.removeFirst()
      }
    }
    return nil
  }

  private static func number(_ word: String) -> Int64? {
    word.hasPrefix("0x") ? Int64(word.dropFirst(2), radix: 16) : Int64(word)
  }

  private static func isOfWord(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
      || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
  }

  private static func text(_ rest: inout Substring.UTF8View) -> String {
    let quote = rest.removeFirst()
    var bytes: [UInt8] = []
    while let byte = rest.popFirst(), byte != quote {
      guard byte == UInt8(ascii: "\\"), let next = rest.popFirst() else {
        bytes.append(byte)
        continue
      }
      switch next {
      case UInt8(ascii: "n"): bytes.append(0x0A)
      case UInt8(ascii: "r"): bytes.append(0x0D)
      case UInt8(ascii: "t"): bytes.append(0x09)
      case UInt8(ascii: "x"), UInt8(ascii: "X"):
        bytes.append(escaped(&rest, 2, radix: 16, from: ""))
      case 0x30...0x37:
        bytes.append(escaped(&rest, 2, radix: 8, from: String(Unicode.Scalar(next))))
      default: bytes.append(next)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A byte that is written by its number.
  ///
  /// - Parameter count: digits that may follow those there are.
  private static func escaped(
    _ rest: inout Substring.UTF8View, _ count: Int, radix: Int, from digits: String
  ) -> UInt8 {
    var digits = digits
    for _ in 0..<count {
      guard let next = rest.first, Int(String(Unicode.Scalar(next)), radix: radix) != nil else {
        break
      }
      digits.unicodeScalars.append(Unicode.Scalar(next))
      rest.removeFirst()
    }
    return UInt8(truncatingIfNeeded: Int(digits, radix: radix) ?? 0)
  }

  /// The map of classes that are numbered from 1.
  static func text(_ names: [String]) -> String {
    names.enumerated().map { place, name in
      let escaped = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        .replacing("\n", with: "\\n")
      return "item {\n  id: \(place + 1)\n  name: \"\(escaped)\"\n}\n"
    }.joined()
  }
}
