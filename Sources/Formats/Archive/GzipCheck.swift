import CZlib

/// Looks at the checksums of a gzip file (RFC 1952 §2.3.1), which libarchive passes over.
enum GzipCheck {
  /// - Returns: what is wrong; nil for a sound file, and for one that is no gzip.
  /// - Complexity: O(bytes unpacked), which are kept nowhere
  static func damage(of file: String) -> String? {
    guard let stream = gzopen(file, "rb") else { return nil }
    defer { gzclose(stream) }
    guard gzdirect(stream) == 0 else { return nil }
    var piece = [UInt8](repeating: 0, count: 1 << 18)
    while gzread(stream, &piece, UInt32(piece.count)) > 0 {}
    var code: Int32 = 0
    let reason = gzerror(stream, &code).map { String(cString: $0) } ?? ""
    return code == Z_OK ? nil : reason
  }
}
