/// Matroska and WebM (RFC 9559): elements of an id, a length and a value. Browsers that record write lengths
/// and the duration only in the end or never, so the last block says how long it plays.
enum MatroskaProbe {
  private enum ID {
    static let header = 0x1A45_DFA3
    static let docType = 0x4282
    static let segment = 0x1853_8067
    static let info = 0x1549_A966
    static let scale = 0x2A_D7B1
    static let duration = 0x4489
    static let tracks = 0x1654_AE6B
    static let track = 0xAE
    static let trackType = 0x83
    static let cluster = 0x1F43_B675
    static let clusterTime = 0xE7
    static let group = 0xA0
    static let block = 0xA1
    static let simpleBlock = 0xA3
    /// Elements whose children are looked at.
    static let opened: Set<Int> = [header, segment, info, tracks, track, cluster, group]
  }

  static func probe(_ reader: ByteReader) throws(MediaProbe.Fault) -> MediaProbe {
    var (at, name) = (0, "")
    var (scale, hasVideo, hasAudio) = (1_000_000, false, false)
    var duration: Double?
    var (clusterTime, last) = (0, 0)
    while let element = element(reader, at) {
      let (start, length) = (element.start, element.length)
      switch element.id {
      case ID.docType: name = reader.text(start, length) ?? ""
      case ID.scale: scale = number(reader, start, length)
      case ID.duration: duration = float(reader, start, length)
      case ID.trackType:
        let kind = number(reader, start, length)
        (hasVideo, hasAudio) = (hasVideo || kind == 1, hasAudio || kind == 2)
      case ID.clusterTime: clusterTime = number(reader, start, length)
      case ID.block, ID.simpleBlock:
        // After a track of one byte: the time since the cluster's, signed.
        guard start + 3 <= reader.count else { break }
        last = max(last, clusterTime &+ Int(Int16(truncatingIfNeeded: reader.big16(start + 1))))
      default: break
      }
      at = ID.opened.contains(element.id) ? start : start + length
    }
    guard hasVideo || hasAudio else { throw .damaged("it has neither sound nor picture") }
    let units = duration ?? Double(last)
    return MediaProbe(
      hasVideo ? .video : .audio, name.hasPrefix("webm") ? "webm" : "x-matroska",
      seconds: units * Double(scale) / 1e9)
  }

  /// - Returns: nil at the end, and where what follows is no element.
  private static func element(
    _ reader: ByteReader, _ at: Int
  ) -> (id: Int, start: Int, length: Int)? {
    guard at < reader.count, reader.bytes[at] != 0 else { return nil }
    let idLength = reader.bytes[at].leadingZeroBitCount + 1
    let sizeAt = at + idLength
    guard idLength <= 4, sizeAt < reader.count, reader.bytes[sizeAt] != 0 else { return nil }
    let sizeLength = reader.bytes[sizeAt].leadingZeroBitCount + 1
    let start = sizeAt + sizeLength
    guard start <= reader.count else { return nil }
    let mask = (1 << (7 * sizeLength)) - 1
    let size = number(reader, sizeAt, sizeLength) & mask
    // All ones: as long as there is something.
    let isOpen = size == mask
    return (
      number(reader, at, idLength), start,
      isOpen ? reader.count - start : min(size, reader.count - start)
    )
  }

  private static func number(_ reader: ByteReader, _ at: Int, _ length: Int) -> Int {
    guard length <= 8, at + length <= reader.count else { return 0 }
    return (0..<length).reduce(0) { $0 << 8 | Int(reader.bytes[at + $1]) }
  }

  private static func float(_ reader: ByteReader, _ at: Int, _ length: Int) -> Double? {
    let bits = UInt64(bitPattern: Int64(number(reader, at, length)))
    return switch length {
    case 4: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case 8: Double(bitPattern: bits)
    default: nil
    }
  }
}
