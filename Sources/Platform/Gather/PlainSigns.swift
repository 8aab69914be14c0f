/// The bytes of a text in which the signs that people put between digits, and digits of full width, are those
/// of ASCII: spaces that do not break, dashes of any length, `＠`.
struct PlainSigns {
  private(set) var bytes: [UInt8]
  /// Where each byte, and the end, is in the text; nil where nothing was changed.
  private var places: [Int]?

  /// - Complexity: O(bytes)
  init(_ text: String) {
    let own = Array(text.utf8)
    bytes = own
    guard own.contains(where: { $0 == 0xC2 || $0 == 0xE2 || $0 == 0xEF }) else { return }
    var (plain, places, place) = ([UInt8](), [Int](), 0)
    while place < own.count {
      let sign = Self.sign(own, place)
      plain.append(sign?.plain ?? own[place])
      places.append(place)
      place += sign?.count ?? 1
    }
    (bytes, self.places) = (plain, places + [own.count])
  }

  /// Where that is in the text.
  func range(_ range: Range<Int>) -> Range<Int> {
    places.map { $0[range.lowerBound]..<$0[range.upperBound] } ?? range
  }

  private static func sign(_ bytes: [UInt8], _ place: Int) -> (plain: UInt8, count: Int)? {
    func next(_ offset: Int) -> UInt8 { place + offset < bytes.count ? bytes[place + offset] : 0 }
    return switch (bytes[place], next(1), next(2)) {
    case (0xC2, 0xA0, _): (0x20, 2)
    // U+2007 and U+202F; U+2010 to U+2015, and U+2212.
    case (0xE2, 0x80, 0x87), (0xE2, 0x80, 0xAF): (0x20, 3)
    case (0xE2, 0x80, 0x90...0x95), (0xE2, 0x88, 0x92): (UInt8(ascii: "-"), 3)
    // U+FF0B, U+FF10 to U+FF19, U+FF20.
    case (0xEF, 0xBC, 0x8B): (UInt8(ascii: "+"), 3)
    case (0xEF, 0xBC, let digit) where (0x90...0x99).contains(digit): (digit - 0x90 + 0x30, 3)
    case (0xEF, 0xBC, 0xA0): (UInt8(ascii: "@"), 3)
    default: nil
    }
  }
}
