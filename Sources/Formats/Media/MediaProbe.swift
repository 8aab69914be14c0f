/// What a recording or a film says of itself, read from its structure without decoding it.
package struct MediaProbe: Hashable, Sendable {
  package enum Medium: String, Hashable, Sendable { case audio, video }

  package var medium: Medium
  /// As `audio/webm`.
  package var type: String
  /// How long it plays; nil where the structure does not say.
  package var seconds: Double?

  package enum Fault: Error, Hashable, Sendable {
    /// Not one of the kinds.
    case unknown
    /// The structure ends before it begins to say anything, or contradicts itself.
    case damaged(String)
  }

  init(_ medium: Medium, _ format: String, seconds: Double?) {
    self.medium = medium
    type = "\(medium.rawValue)/\(format)"
    self.seconds = seconds.flatMap { $0.isFinite && $0 > 0 ? ($0 * 1000).rounded() / 1000 : nil }
  }

  /// Looks at a whole file: WAV, FLAC, MP3, AAC, Ogg, WebM and Matroska, MP4 and QuickTime. What a name or a
  /// header claimed plays no part.
  ///
  /// - Complexity: O(bytes)
  package init(_ bytes: UnsafeBufferPointer<UInt8>) throws(Fault) {
    let reader = ByteReader(bytes: bytes)
    guard reader.count >= 16 else { throw .unknown }
    switch (reader.text(0, 4), reader.text(4, 4), reader.text(8, 4)) {
    case ("RIFF", _, "WAVE"): self = try Self.wave(reader)
    case ("fLaC", _, _): self = try Self.flac(reader)
    case ("OggS", _, _): self = try OggProbe.probe(reader)
    case (_, "ftyp", let brand) where !["heic", "heix", "mif1", "avif"].contains(brand):
      self = try MP4Probe.probe(reader)
    default:
      if reader.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) {
        self = try MatroskaProbe.probe(reader)
      } else if reader.text(0, 3) == "ID3" || Self.isFrame(reader, layer: 1) {
        self.init(.audio, "mpeg", seconds: nil)
      } else if Self.isFrame(reader, layer: 0) {
        self.init(.audio, "aac", seconds: nil)
      } else {
        throw .unknown
      }
    }
  }

  /// Whether it begins with a frame of MPEG audio of a layer: 1 is layer III, 0 stands for AAC's (ADTS).
  private static func isFrame(_ reader: ByteReader, layer: UInt8) -> Bool {
    let (sync, second, third) = (reader.bytes[0], reader.bytes[1], reader.bytes[2])
    guard sync == 0xFF, second & 0xE0 == 0xE0, second >> 1 & 3 == layer else { return false }
    if layer == 0 { return second & 0xF0 == 0xF0 && third >> 2 & 15 < 13 }
    return second >> 3 & 3 != 1 && third >> 4 != 15 && third >> 2 & 3 != 3
  }

  /// RIFF WAVE: chunks of a name, a length and bytes.
  private static func wave(_ reader: ByteReader) throws(Fault) -> MediaProbe {
    var (at, rate): (Int, Int?) = (12, nil)
    while at + 8 <= reader.count {
      let (name, length) = (reader.text(at, 4), reader.little32(at + 4))
      if name == "fmt ", at + 20 <= reader.count { rate = reader.little32(at + 16) }
      if name == "data" {
        guard let rate, rate > 0 else { throw .damaged("its sound comes before its format") }
        // A length that was never filled in reaches to the end.
        let played = min(length, reader.count - at - 8)
        return MediaProbe(.audio, "wav", seconds: Double(played) / Double(rate))
      }
      at += 8 + length + length % 2
    }
    throw .damaged("it has no sound")
  }

  /// RFC 9639 §8.2: the first block has the rate in 20 bits and the samples in 36.
  private static func flac(_ reader: ByteReader) throws(Fault) -> MediaProbe {
    guard reader.count >= 42, reader.bytes[4] & 0x7F == 0 else {
      throw .damaged("it does not begin with its stream information")
    }
    let rate = reader.big32(18) >> 12
    let samples = (reader.big32(18) & 0xF) << 32 | reader.big32(22)
    guard rate > 0 else { throw .damaged("it has no sample rate") }
    return MediaProbe(.audio, "flac", seconds: Double(samples) / Double(rate))
  }
}
