/// COCO's compressed form: the counts, from the third on as the difference to the count two before,
/// in groups of five bits, the lowest first, each with a bit that says whether more follow, as the
/// characters from "0" on (`rleToString` of `maskApi.c`).
extension RunLengthMask {
  /// ASCII bytes.
  ///
  /// - Complexity: O(runs)
  public var compressed: [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(counts.count * 2)
    for (index, count) in counts.enumerated() {
      var rest = Int64(count)
      if index > 2 { rest -= Int64(counts[index - 2]) }
      var hasMore = true
      while hasMore {
        var group = UInt8(truncatingIfNeeded: rest & 0x1f)
        rest >>= 5
        hasMore = group & 0x10 != 0 ? rest != -1 : rest != 0
        if hasMore { group |= 0x20 }
        text.append(group + 48)
      }
    }
    return text
  }

  /// - Returns: nil for what is no such text, or does not add up to the pixels.
  /// - Complexity: O(characters)
  public init?(width: Int, height: Int, compressed text: some Collection<UInt8>) {
    var counts: [UInt32] = []
    counts.reserveCapacity(text.count)
    var (value, shift) = (Int64(0), Int64(0))
    for character in text {
      guard character >= 48, character < 48 + 64, shift < 40 else { return nil }
      let group = Int64(character - 48)
      value |= (group & 0x1f) << shift
      shift += 5
      if group & 0x20 != 0 { continue }
      if group & 0x10 != 0 { value |= -1 << shift }
      if counts.count > 2 { value += Int64(counts[counts.count - 2]) }
      guard let count = UInt32(exactly: value) else { return nil }
      counts.append(count)
      (value, shift) = (0, 0)
    }
    guard shift == 0 else { return nil }
    self.init(width: width, height: height, counts: counts)
  }
}
