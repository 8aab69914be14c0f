/// Walks the segments of a JPEG (ITU-T T.81) to its frame header, then looks for its end.
enum JPEGProbe {
  static func probe(_ reader: ByteReader) throws(ImageProbe.Fault) -> ImageProbe {
    var at = 2
    var orientation = 1
    while true {
      guard at + 4 <= reader.count else { throw .truncated }
      guard reader.bytes[at] == 0xFF else { throw .damaged("a segment has no marker") }
      let marker = reader.bytes[at + 1]
      if marker == 0xFF {
        at += 1
        continue
      }
      let length = reader.big16(at + 2)
      guard length >= 2 else { throw .damaged("a segment has no length") }
      guard at + 2 + length <= reader.count else { throw .truncated }
      if marker == 0xE1 { orientation = exifOrientation(reader, at + 4, length - 2) ?? orientation }
      if isFrame(marker) {
        guard length >= 8 else { throw .damaged("its frame header is too short") }
        guard hasEnd(reader, from: at + 2 + length) else { throw .truncated }
        let (height, width) = (reader.big16(at + 5), reader.big16(at + 7))
        return orientation >= 5
          ? ImageProbe(kind: .jpeg, width: height, height: width)
          : ImageProbe(kind: .jpeg, width: width, height: height)
      }
      if marker == 0xDA || marker == 0xD9 { throw .damaged("it has no frame header") }
      at += 2 + length
    }
  }

  /// SOF0…SOF15 but for the tables DHT, JPG and DAC that share the range.
  private static func isFrame(_ marker: UInt8) -> Bool {
    (0xC0...0xCF).contains(marker) && marker != 0xC4 && marker != 0xC8 && marker != 0xCC
  }

  /// Cameras append previews and padding after the end marker, so it is looked for from the back.
  private static func hasEnd(_ reader: ByteReader, from start: Int) -> Bool {
    var at = reader.count - 2
    while at >= start {
      if reader.bytes[at] == 0xFF, reader.bytes[at + 1] == 0xD9 { return true }
      at -= 1
    }
    return false
  }

  /// Tag 0x0112 of the first directory (CIPA DC-008, *Exif*): 5…8 swap width and height.
  private static func exifOrientation(_ reader: ByteReader, _ at: Int, _ length: Int) -> Int? {
    guard length > 22, reader.text(at, 4) == "Exif" else { return nil }
    let base = at + 6
    let end = at + length
    let isLittle = reader.text(base, 2) == "II"
    func short(_ at: Int) -> Int { isLittle ? reader.little16(at) : reader.big16(at) }
    let offset = isLittle ? reader.little32(base + 4) : reader.big32(base + 4)
    let directory = base + offset
    guard offset >= 8, directory + 2 <= end else { return nil }
    for index in 0..<short(directory) {
      let entry = directory + 2 + index * 12
      guard entry + 12 <= end else { return nil }
      if short(entry) == 0x0112 {
        let value = short(entry + 8)
        return (1...8).contains(value) ? value : nil
      }
    }
    return nil
  }
}
