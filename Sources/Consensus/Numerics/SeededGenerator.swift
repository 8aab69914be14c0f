/// The same numbers for the same seed, on every machine: SplitMix64 (Steele et al., OOPSLA 2014,
/// doi 10.1145/2714064.2660195).
package struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// A number of 0..<1.
  package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
