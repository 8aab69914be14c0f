/// Walks the chunks of a PNG (ISO/IEC 15948), each with its checksum, to the end.
enum PNGProbe {
  static func probe(_ reader: ByteReader) throws(ImageProbe.Fault) -> ImageProbe {
    var at = 8
    var size: (width: Int, height: Int)?
    var hasData = false
    var isOnItsSide = false
    while true {
      guard at + 12 <= reader.count else { throw .truncated }
      let length = reader.big32(at)
      guard length <= reader.count - at - 12 else { throw .truncated }
      let name = reader.text(at + 4, 4) ?? ""
      let covered = UnsafeBufferPointer(rebasing: reader.bytes[at + 4..<at + 8 + length])
      guard CRC32.of(covered) == UInt32(reader.big32(at + 8 + length)) else {
        throw .damaged("its \(name) chunk has a wrong checksum")
      }
      switch name {
      case "IHDR":
        guard at == 8, length == 13 else { throw .damaged("its header is not in its place") }
        size = (reader.big32(at + 8), reader.big32(at + 12))
      case "IDAT": hasData = true
      case "eXIf":
        let block = UnsafeBufferPointer(rebasing: reader.bytes[at + 8..<at + 8 + length])
        isOnItsSide = (ExifFacts(block: block)?.orientation ?? 1) >= 5
      case "IEND":
        guard let size, hasData else { throw .damaged("it has no pixel data") }
        return isOnItsSide
          ? ImageProbe(kind: .png, width: size.height, height: size.width)
          : ImageProbe(kind: .png, width: size.width, height: size.height)
      default: break
      }
      at += 12 + length
    }
  }
}
