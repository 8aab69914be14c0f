/// Checksums of 32 bits, by table.
package enum CRC32 {
  private static let plain = table(0xEDB8_8320)
  private static let castagnoli = table(0x82F6_3B78)

  private static func table(_ polynomial: UInt32) -> [UInt32] {
    (0..<256).map { index in
      (0..<8).reduce(UInt32(index)) { crc, _ in crc & 1 == 1 ? polynomial ^ crc >> 1 : crc >> 1 }
    }
  }

  /// CRC-32 as in PNG and zip (ISO 3309).
  package static func of(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 { sum(bytes, plain) }

  /// CRC-32C (RFC 3720 appendix B.4).
  static func castagnoli(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBufferPointer { sum($0, castagnoli) }
  }

  private static func sum(_ bytes: UnsafeBufferPointer<UInt8>, _ table: [UInt32]) -> UInt32 {
    table.withUnsafeBufferPointer { table in
      var crc: UInt32 = 0xFFFF_FFFF
      for byte in bytes { crc = table[Int((crc ^ UInt32(byte)) & 0xFF)] ^ crc >> 8 }
      return crc ^ 0xFFFF_FFFF
    }
  }
}
