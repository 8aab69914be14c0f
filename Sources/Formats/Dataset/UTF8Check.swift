/// Tells whether bytes are UTF-8 (Unicode 16, table 3-7), without making anything of them: each JSON file is
/// looked at before it is read.
enum UTF8Check {
  /// - Complexity: O(bytes), 32 at a time where they are ASCII
  static func isWhole(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let start = bytes.baseAddress else { return true }
    let raw = UnsafeRawPointer(start)
    let count = bytes.count
    var place = 0
    while place < count {
      while place &+ 32 <= count {
        let four = raw.loadUnaligned(fromByteOffset: place, as: SIMD4<UInt64>.self)
        guard (four[0] | four[1] | four[2] | four[3]) & 0x8080_8080_8080_8080 == 0 else { break }
        place &+= 32
      }
      guard place < count else { break }
      let first = start[place]
      if first < 0x80 {
        place &+= 1
        continue
      }
      let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
      guard first >= 0xC2, first <= 0xF4, place &+ length <= count else { return false }
      // The second byte says whether the form is the shortest, no surrogate and no more than U+10FFFF.
      let second = start[place &+ 1]
      let least: UInt8 = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80
      let most: UInt8 = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF
      guard second >= least, second <= most else { return false }
      for next in 2..<max(2, length) where start[place &+ next] & 0xC0 != 0x80 { return false }
      place &+= length
    }
    return true
  }
}
