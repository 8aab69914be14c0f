/// Ids that were met: a bit each of those that are not far beyond their number, as ids are that are counted.
struct SeenIDs {
  private var bits: [UInt64] = []
  private var others: Set<Int64> = []
  private let bitLimit: Int64

  /// Others that are kept; what comes after them is not looked for.
  private static let otherLimit = 200_000

  /// - Parameter count: of ids; those up to 64 times as many have a bit.
  init(expecting count: Int) { bitLimit = 64 * Int64(max(1_000, count)) }

  /// Whether it was not met before.
  mutating func insert(_ id: Int64) -> Bool {
    guard (0..<bitLimit).contains(id) else {
      guard others.count < Self.otherLimit else { return !others.contains(id) }
      return others.insert(id).inserted
    }
    let (word, bit) = (Int(id >> 6), UInt64(1) << UInt64(id & 63))
    if word >= bits.count {
      bits.append(contentsOf: repeatElement(0, count: max(word + 1, 2 * bits.count) - bits.count))
    }
    defer { bits[word] |= bit }
    return bits[word] & bit == 0
  }
}
