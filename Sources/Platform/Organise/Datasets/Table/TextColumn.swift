import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Texts of items one after the other in memory, as they are and in lower case, so that a part of one is
/// looked for at the speed of memory.
struct TextColumn: Sendable {
  /// In lower case, each ended by a zero byte.
  private var folded: [UInt8] = []
  /// How often each byte is in `folded`: what is looked for is looked for by its rarest.
  private var frequencies = [Int](repeating: 0, count: 256)
  /// Where the text of each item begins in `folded`, and its bytes.
  private var places: [(start: Int, count: Int)] = []

  var count: Int { places.count }
  var byteCount: Int { folded.count }

  /// Sets the text of an item; what it had before stays unreachable until the table is made anew.
  mutating func set(_ text: String, at item: Int) {
    while places.count <= item { places.append((0, 0)) }
    let start = folded.count
    for byte in Self.folded(text).utf8 {
      folded.append(byte)
      frequencies[Int(byte)] += 1
    }
    places[item] = (start, folded.count - start)
    folded.append(0)
  }

  /// In lower case, and with marks as parts of their letters (Unicode's NFC): `ü` may be written as two.
  private static func folded(_ text: String) -> String {
    let lower = text.lowercased()
    // Bytes that marks begin with, of Latin, Greek and Cyrillic, kana, and parts of Hangul.
    let mayHaveMarks = lower.utf8.contains { $0 == 0xCC || $0 == 0xCD || $0 == 0xE1 || $0 == 0xE3 }
    return mayHaveMarks ? lower.precomposedStringWithCanonicalMapping : lower
  }

  /// In lower case.
  func bytes(of item: Int) -> [UInt8] {
    guard item < places.count else { return [] }
    return Array(folded[places[item].start..<places[item].start + places[item].count])
  }

  /// Unicode scalars are not counted: bytes, which tell lengths well enough for a plot.
  func byteCount(of item: Int) -> Int { item < places.count ? places[item].count : 0 }

  /// Marks the items whose text holds `part`, whatever its case.
  ///
  /// - Complexity: O(bytes)
  func mark(containing part: String, in marks: inout [UInt8]) {
    let needle = Array(Self.folded(part).utf8)
    guard !needle.isEmpty else {
      for item in places.indices where item < marks.count { marks[item] = 1 }
      return
    }
    let rarest =
      needle.indices.min { frequencies[Int(needle[$0])] < frequencies[Int(needle[$1])] } ?? 0
    folded.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      for (item, place) in places.enumerated() where place.count >= needle.count {
        guard item < marks.count else { break }
        var start = base + place.start + rarest
        let end = base + place.start + place.count - needle.count + rarest + 1
        while start < end, let found = memchr(start, Int32(needle[rarest]), end - start) {
          let begin = UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) - rarest
          if memcmp(begin, needle, needle.count) == 0 {
            marks[item] = 1
            break
          }
          start = begin + rarest + 1
        }
      }
    }
  }

  /// Marks the items whose text the test accepts; it gets it in lower case.
  func mark(where accepts: (String) -> Bool, in marks: inout [UInt8]) {
    folded.withUnsafeBufferPointer { bytes in
      for (item, place) in places.enumerated() where item < marks.count {
        let text = String(
          decoding: bytes[place.start..<place.start + place.count], as: UTF8.self)
        if accepts(text) { marks[item] = 1 }
      }
    }
  }
}
