/// Reads a GIF's size (GIF89a §18), and whether a picture is in it (§20).
enum GIFProbe {
  static func probe(_ reader: ByteReader) throws(ImageProbe.Fault) -> ImageProbe {
    guard reader.count > 13, reader.bytes[reader.count - 1] == 0x3B else { throw .truncated }
    let flags = reader.bytes[10]
    var place = 13 + (flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1))
    // Extensions come before the first picture: a label, and blocks with their sizes until an empty one.
    while place < reader.count, reader.bytes[place] == 0x21 {
      place += 2
      while place < reader.count, reader.bytes[place] != 0 { place += Int(reader.bytes[place]) + 1 }
      place += 1
    }
    guard place < reader.count else { throw .truncated }
    guard reader.bytes[place] != 0x3B else { throw .damaged("there is no picture in it") }
    return ImageProbe(kind: .gif, width: reader.little16(6), height: reader.little16(8))
  }
}
