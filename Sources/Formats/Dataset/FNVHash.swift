/// A hash that is the same in every process: FNV-1a in 64 bits (Fowler, Noll & Vo). Whoever chooses the bytes
/// can choose two that have one.
package enum FNVHash {
  /// - Complexity: O(bytes)
  @inlinable package static func of(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
