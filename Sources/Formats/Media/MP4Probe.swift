/// MP4 and QuickTime (ISO/IEC 14496-12): boxes of a length, a name and bytes.
enum MP4Probe {
  /// A box: its name, and where what is in it lies.
  struct Box {
    var name: String
    var start: Int
    var content: Range<Int>
  }

  /// Boxes in one another.
  private static let depthLimit = 8

  static func probe(_ reader: ByteReader) throws(MediaProbe.Fault) -> MediaProbe {
    var (hasVideo, hasAudio) = (false, false)
    var seconds: Double?
    forEach(reader, 0..<reader.count) { box in
      let at = box.content.lowerBound
      switch box.name {
      case "mvhd":
        guard box.content.count >= 32 else { return }
        let isLong = reader.bytes[at] == 1
        let scale = reader.big32(at + (isLong ? 20 : 12))
        let units =
          isLong
          ? reader.big32(at + 24) << 32 | reader.big32(at + 28) : reader.big32(at + 16)
        if scale > 0, units > 0 { seconds = Double(units) / Double(scale) }
      case "hdlr":
        guard box.content.count >= 12 else { return }
        let kind = reader.text(at + 8, 4)
        (hasVideo, hasAudio) = (hasVideo || kind == "vide", hasAudio || kind == "soun")
      default: return
      }
    }
    guard hasVideo || hasAudio else { throw .damaged("it has neither sound nor picture") }
    let isQuickTime = reader.text(8, 4) == "qt  "
    return MediaProbe(
      hasVideo ? .video : .audio, isQuickTime && hasVideo ? "quicktime" : "mp4", seconds: seconds)
  }

  /// Every box of a file that holds facts, those within others after them.
  static func forEach(
    _ reader: ByteReader, _ range: Range<Int>, depth: Int = 0, _ body: (Box) -> Void
  ) {
    var at = range.lowerBound
    while at + 8 <= range.upperBound {
      var (length, header) = (reader.big32(at), 8)
      if length == 1, at + 16 <= range.upperBound {
        (length, header) = (reader.big32(at + 8) << 32 | reader.big32(at + 12), 16)
      } else if length == 0 {
        length = range.upperBound - at
      }
      guard length >= header, length <= range.upperBound - at else { return }
      let name = String(decoding: reader.bytes[at + 4..<at + 8], as: UTF8.self)
      body(Box(name: name, start: at, content: at + header..<at + length))
      if ["moov", "trak", "mdia", "udta"].contains(name), depth < depthLimit {
        forEach(reader, at + header..<at + length, depth: depth + 1, body)
      }
      at += length
    }
  }
}
