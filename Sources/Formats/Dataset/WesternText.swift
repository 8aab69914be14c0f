/// Bytes of texts of Western Europe that are no UTF-8: Windows-1252, which has signs where Latin-1 has none
/// that anybody writes, and is what browsers take Latin-1 for (WHATWG Encoding, section 9).
enum WesternText {
  /// Of the bytes from 0x80 to 0x9F.
  private static let signs: [UInt32] = [
    0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152,
    0x8D, 0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122,
    0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178,
  ]

  static func scalar(_ byte: UInt8) -> Unicode.Scalar {
    guard (0x80...0x9F).contains(byte) else { return Unicode.Scalar(byte) }
    return Unicode.Scalar(signs[Int(byte) - 0x80]) ?? Unicode.Scalar(byte)
  }
}
