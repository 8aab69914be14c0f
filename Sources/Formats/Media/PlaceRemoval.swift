import Foundation

/// Takes out of a file what its camera noted of where it was made, and leaves the rest as it is: directions
/// of GPS (CIPA DC-008 §4.6.6), packets of XMP, and places in the user data of films.
package enum PlaceRemoval {
  /// - Complexity: O(bytes)
  package static func cleaned(_ file: Data) -> Data {
    var bytes = [UInt8](file)
    let cleaned = bytes.withUnsafeMutableBufferPointer { clean($0) }
    if bytes.starts(with: [0xFF, 0xD8]) { return Data(withoutPackets(bytes)) }
    return cleaned ? Data(bytes) : file
  }

  /// - Returns: whether anything was there.
  private static func clean(_ bytes: UnsafeMutableBufferPointer<UInt8>) -> Bool {
    let reader = ByteReader(bytes: UnsafeBufferPointer(bytes))
    guard reader.count >= 16 else { return false }
    if reader.text(4, 4) == "ftyp" { return cleanFilm(reader, bytes) }
    var isChanged = false
    if let block = ExifFacts.block(reader.bytes), let base = reader.bytes.baseAddress,
      let start = block.baseAddress.map({ $0 - base })
    {
      for range in ExifFacts.placeRanges(block) {
        isChanged = true
        for at in range { bytes[start + at] = 0 }
      }
    }
    if reader.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
      isChanged = blankChunks(bytes, reader, from: 8) || isChanged
    } else if reader.text(0, 4) == "RIFF" {
      var at = 12
      while at + 8 <= reader.count {
        let length = min(reader.little32(at + 4), reader.count - at - 8)
        if reader.text(at, 4) == "XMP " {
          isChanged = true
          for place in at + 8..<at + 8 + length { bytes[place] = 0x20 }
        }
        at += 8 + length + length % 2
      }
    }
    return isChanged
  }

  /// Empties the packet of XMP of a PNG, and counts the sums of what was changed anew.
  private static func blankChunks(
    _ bytes: UnsafeMutableBufferPointer<UInt8>, _ reader: ByteReader, from start: Int
  ) -> Bool {
    var (at, isChanged) = (start, false)
    while at + 12 <= reader.count {
      let length = reader.big32(at)
      guard length <= reader.count - at - 12 else { break }
      let name = reader.text(at + 4, 4)
      let title = "XML:com.adobe.xmp"
      if name == "iTXt", length > title.utf8.count + 5,
        reader.text(at + 8, title.utf8.count) == title
      {
        isChanged = true
        for place in at + 8 + title.utf8.count + 5..<at + 8 + length { bytes[place] = 0x20 }
      }
      if name == "iTXt" || name == "eXIf" {
        let covered = UnsafeBufferPointer(rebasing: reader.bytes[at + 4..<at + 8 + length])
        let sum = CRC32.of(covered)
        for place in 0..<4 {
          bytes[at + 8 + length + place] = UInt8(
            truncatingIfNeeded: sum >> (24 - 8 * UInt32(place)))
        }
      }
      at += 12 + length
    }
    return isChanged
  }

  /// A JPEG or WebP without any notes: a small picture of how it looked may be among them.
  package static func withoutNotes(_ image: Data) -> Data {
    let bytes = [UInt8](image)
    return Data(
      bytes.starts(with: Array("RIFF".utf8)) ? webpWithoutNotes(bytes) : withoutPackets(bytes, mark: []))
  }

  /// Chunks of a name, a length and bytes; the first says in its bits which there are.
  private static func webpWithoutNotes(_ bytes: [UInt8]) -> [UInt8] {
    var (result, at) = (Array(bytes.prefix(12)), 12)
    while at + 8 <= bytes.count {
      let length = (0..<4).reduce(0) { $0 | Int(bytes[at + 4 + $1]) << (8 * $1) }
      let end = min(bytes.count, at + 8 + length + length % 2)
      let name = String(decoding: bytes[at..<at + 4], as: UTF8.self)
      if name != "EXIF", name != "XMP " {
        result += bytes[at..<end]
        if name == "VP8X", length > 0 { result[result.count - (end - at) + 8] &= ~0x0C }
      }
      at = end
    }
    for place in 0..<4 { result[4 + place] = UInt8(truncatingIfNeeded: (result.count - 8) >> (8 * place)) }
    return result
  }

  /// A JPEG without its packets of XMP, or whatever else begins so.
  private static func withoutPackets(
    _ bytes: [UInt8], mark: [UInt8] = Array("http://ns.adobe.com/x".utf8)
  ) -> [UInt8] {
    var result = Array(bytes[..<2])
    var at = 2
    while at + 4 <= bytes.count, bytes[at] == 0xFF, bytes[at + 1] != 0xDA {
      let length = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
      let end = at + 2 + length
      guard length >= 2, end <= bytes.count else { break }
      let isPacket = bytes[at + 1] == 0xE1 && bytes[(at + 4)..<end].starts(with: mark)
      if !isPacket { result += bytes[at..<end] }
      at = end
    }
    return result + bytes[at...]
  }

  /// What a telephone says of where it filmed: `©xyz` and `loci` in the user data, and metadata by key, which
  /// are made room that is not used.
  private static func cleanFilm(
    _ reader: ByteReader, _ bytes: UnsafeMutableBufferPointer<UInt8>
  ) -> Bool {
    var found: [MP4Probe.Box] = []
    MP4Probe.forEach(reader, 0..<reader.count) { box in
      let isPlace = reader.starts(with: [0xA9, 0x78, 0x79, 0x7A], at: box.start + 4)
      if isPlace || ["loci", "meta"].contains(box.name) { found.append(box) }
    }
    for box in found {
      for (offset, byte) in Array("free".utf8).enumerated() { bytes[box.start + 4 + offset] = byte }
      for place in box.content { bytes[place] = 0 }
    }
    return !found.isEmpty
  }
}
