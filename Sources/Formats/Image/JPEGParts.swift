/// The parts of a JPEG after its first mark (ITU-T T.81 B.1): segments with their marks and lengths, a scan
/// with what is coded in it, up to the end; what somebody put after that is none.
enum JPEGParts {
  struct Part {
    var marker: UInt8
    /// With the mark itself, without what only fills.
    var range: Range<Int>
    /// What is in it, of a segment with a length.
    var content: Range<Int>
  }

  static let scan: UInt8 = 0xDA
  static let end: UInt8 = 0xD9

  /// - Parameter body: returns whether the next part is wanted. Where the structure breaks there is no next.
  static func forEach(_ bytes: UnsafeBufferPointer<UInt8>, _ body: (Part) -> Bool) {
    var at = 2
    while at + 2 <= bytes.count, bytes[at] == 0xFF {
      let marker = bytes[at + 1]
      if marker == 0xFF {
        at += 1
        continue
      }
      let isBare = marker == end || marker == 0x01 || (0xD0...0xD7).contains(marker)
      var next = at + 2
      if !isBare {
        guard at + 4 <= bytes.count else { return }
        next += Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
        guard next >= at + 4, next <= bytes.count else { return }
      }
      let content = min(next, at + (isBare ? 2 : 4))..<next
      if marker == scan { next = afterScan(bytes, next) }
      let isWanted = body(Part(marker: marker, range: at..<next, content: content))
      guard isWanted, marker != end else { return }
      at = next
    }
  }

  /// Where what is coded ends: at a mark that is neither stuffing nor a restart.
  private static func afterScan(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
    var at = start
    while at + 1 < bytes.count {
      let next = bytes[at + 1]
      if bytes[at] == 0xFF, next != 0, next != 0xFF, !(0xD0...0xD7).contains(next) { return at }
      at += 1
    }
    return bytes.count
  }
}

extension UnsafeBufferPointer<UInt8> {
  func begins(_ range: Range<Int>, with text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard range.count >= count else { return false }
    return (0..<count).allSatisfy { self[range.lowerBound + $0] == text.utf8Start[$0] }
  }
}
