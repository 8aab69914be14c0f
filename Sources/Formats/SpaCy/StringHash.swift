/// How spaCy calls strings: MurmurHash64A of their UTF-8 with seed 1 (`spacy/strings.pyx`), the empty one 0,
/// and some by numbers.
enum StringHash {
  static func of(_ text: String) -> UInt64 {
    if text.isEmpty { return 0 }
    if let number = SpaCySymbols.numbers[text] { return number }
    let bytes = Array(text.utf8)
    let (factor, shift) = (UInt64(0xC6A4_A793_5BD1_E995), UInt64(47))
    var hash = 1 ^ (UInt64(bytes.count) &* factor)
    let whole = bytes.count / 8 * 8
    for start in stride(from: 0, to: whole, by: 8) {
      var part: UInt64 = 0
      for byte in 0..<8 { part |= UInt64(bytes[start + byte]) << UInt64(8 * byte) }
      part = part &* factor
      part ^= part >> shift
      hash = (hash ^ (part &* factor)) &* factor
    }
    if whole < bytes.count {
      for byte in whole..<bytes.count { hash ^= UInt64(bytes[byte]) << UInt64(8 * (byte - whole)) }
      hash = hash &* factor
    }
    hash ^= hash >> shift
    hash = hash &* factor
    return hash ^ (hash >> shift)
  }
}
