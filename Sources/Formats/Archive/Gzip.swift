/// Writes gzip (RFC 1952).
package enum Gzip {
  /// - Parameter level: 1 (fast) to 9 (small).
  /// - Complexity: O(bytes)
  package static func compressed(_ bytes: [UInt8], level: Int32 = 9) -> [UInt8] {
    let compressor = GzipCompressor(level: level)
    return compressor.add(bytes) + compressor.finish()
  }

  /// In zlib's frame (RFC 1950).
  static func zlib(_ bytes: [UInt8], level: Int32 = 6) -> [UInt8] {
    let compressor = GzipCompressor(level: level, isZlib: true)
    return compressor.add(bytes) + compressor.finish()
  }
}
