/// Ogg (RFC 3533): pages with a header of 27 bytes, the place in the sound at their end.
enum OggProbe {
  static func probe(_ reader: ByteReader) throws(MediaProbe.Fault) -> MediaProbe {
    guard reader.count > 27, reader.count > 28 + Int(reader.bytes[26]) + 16 else {
      throw .damaged("its first page is cut off")
    }
    let first = 27 + Int(reader.bytes[26])
    if reader.text(first, 8) == "OpusHead" {
      guard reader.count >= first + 12 else { throw .damaged("its first page is cut off") }
      // Opus counts at 48 kHz whatever was recorded (RFC 7845 §4), with a start that is not played.
      return MediaProbe(
        .audio, "ogg",
        seconds: end(reader).map { Double($0 - reader.little16(first + 10)) / 48_000 })
    }
    if reader.text(first, 7) == "\u{1}vorbis" {
      guard reader.count >= first + 16 else { throw .damaged("its first page is cut off") }
      let rate = reader.little32(first + 12)
      return MediaProbe(
        .audio, "ogg", seconds: rate == 0 ? nil : end(reader).map { Double($0) / Double(rate) })
    }
    if reader.bytes[first] == 0x80, reader.text(first + 1, 6) == "theora" {
      return MediaProbe(.video, "ogg", seconds: nil)
    }
    if reader.bytes[first] == 0x7F, reader.text(first + 1, 4) == "FLAC" {
      return MediaProbe(.audio, "ogg", seconds: nil)
    }
    throw .unknown
  }

  /// The place of the last page, in samples.
  private static func end(_ reader: ByteReader) -> Int? {
    // A page has at most 65,307 bytes.
    var at = reader.count - 27
    let least = max(0, reader.count - 2 * 65_307)
    while at >= least {
      if reader.starts(with: Array("OggS".utf8), at: at) {
        let place = reader.little32(at + 6) | reader.little32(at + 10) << 32
        return place < 0 ? nil : place
      }
      at -= 1
    }
    return nil
  }
}
