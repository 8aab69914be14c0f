import Foundation

/// Takes out of a file what its camera noted of where it was made, and leaves the rest as it is: directories
/// of GPS (CIPA DC-008 §4.6.6), packets of XMP, IPTC and other notes of programs, what follows the end of a
/// JPEG, and places in the user data of films. Tracks of places within films, and tags of sound, are not
/// looked for.
package enum PlaceRemoval {
  /// - Complexity: O(bytes)
  package static func cleaned(_ file: Data) -> Data {
    var bytes = [UInt8](file)
    bytes.withUnsafeMutableBufferPointer { blank($0) }
    return Data(ImageNotes.removed(from: bytes, keepingExif: true) ?? bytes)
  }

  private static func blank(_ bytes: UnsafeMutableBufferPointer<UInt8>) {
    let reader = ByteReader(bytes: UnsafeBufferPointer(bytes))
    guard reader.count >= 16 else { return }
    if reader.text(4, 4) == "ftyp" { return blankFilm(reader, bytes) }
    guard let block = ExifFacts.block(reader.bytes), let base = reader.bytes.baseAddress,
      let start = block.baseAddress.map({ $0 - base })
    else { return }
    for range in ExifFacts.placeRanges(block) {
      for at in range { bytes[start + at] = 0 }
    }
  }

  /// What a telephone says of where it filmed: `©xyz` and `loci` in the user data, metadata by key, and
  /// packets of XMP, which are made room that is not used.
  private static func blankFilm(
    _ reader: ByteReader, _ bytes: UnsafeMutableBufferPointer<UInt8>
  ) {
    var found: [MP4Probe.Box] = []
    MP4Probe.forEach(reader, 0..<reader.count) { box in
      let isPlace = reader.starts(with: [0xA9, 0x78, 0x79, 0x7A], at: box.start + 4)
      if isPlace || ["loci", "meta", "uuid"].contains(box.name) { found.append(box) }
    }
    for box in found {
      for (offset, byte) in Array("free".utf8).enumerated() { bytes[box.start + 4 + offset] = byte }
      for place in box.content { bytes[place] = 0 }
    }
  }
}

/// What is noted in an image besides what it shows. A small picture of how it looked may be among that.
package enum ImageNotes {
  /// An image without its notes, but for its profile of colours.
  package static func removed(from image: Data) -> Data {
    let bytes = [UInt8](image)
    return Data(removed(from: bytes, keepingExif: false) ?? bytes)
  }

  /// - Returns: nil for what is no JPEG, PNG or WebP.
  static func removed(from bytes: [UInt8], keepingExif: Bool) -> [UInt8]? {
    if bytes.starts(with: [0xFF, 0xD8]) { return jpeg(bytes, keepingExif) }
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return png(bytes, keepingExif) }
    let isWebP = bytes.starts(with: Array("RIFF".utf8)) && bytes.dropFirst(8).starts(with: Array("WEBP".utf8))
    return isWebP ? webp(bytes, keepingExif) : nil
  }

  private static func jpeg(_ bytes: [UInt8], _ keepingExif: Bool) -> [UInt8] {
    var result = Array(bytes.prefix(2))
    var hasExif = false
    bytes.withUnsafeBufferPointer { buffer in
      JPEGParts.forEach(buffer) { part in
        let isKept: Bool
        switch part.marker {
        case 0xE1:
          isKept = keepingExif && !hasExif && buffer.begins(part.content, with: "Exif")
          hasExif = hasExif || isKept
        case 0xE2: isKept = buffer.begins(part.content, with: "ICC_PROFILE")
        case 0xE0, 0xEE: isKept = true
        case 0xE3...0xEF, 0xFE: isKept = false
        default: isKept = true
        }
        if isKept { result += buffer[part.range] }
        return true
      }
    }
    return result
  }

  private static func png(_ bytes: [UInt8], _ keepingExif: Bool) -> [UInt8] {
    var (result, at) = (Array(bytes.prefix(8)), 8)
    bytes.withUnsafeBufferPointer { buffer in
      let reader = ByteReader(bytes: buffer)
      while at + 12 <= bytes.count, reader.big32(at) <= bytes.count - at - 12 {
        let length = reader.big32(at)
        let end = at + 12 + length
        let name = reader.text(at + 4, 4) ?? ""
        if name == "eXIf", keepingExif {
          // What was blanked in it needs another sum.
          let sum = CRC32.of(UnsafeBufferPointer(rebasing: buffer[at + 4..<at + 8 + length]))
          result += buffer[at..<end - 4]
          result += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> $0) }
        } else if !["tEXt", "zTXt", "iTXt", "eXIf", "tIME"].contains(name) {
          result += buffer[at..<end]
        }
        at = end
      }
    }
    // What is no chunk is left for whoever reads the image to refuse.
    return result + bytes.dropFirst(at)
  }

  /// Chunks of a name, a length and bytes; the first says in its bits which there are.
  private static func webp(_ bytes: [UInt8], _ keepingExif: Bool) -> [UInt8] {
    var (result, at) = (Array(bytes.prefix(12)), 12)
    while at + 8 <= bytes.count {
      let length = (0..<4).reduce(0) { $0 | Int(bytes[at + 4 + $1]) << (8 * $1) }
      let end = min(bytes.count, at + 8 + length + length % 2)
      let name = String(decoding: bytes[at..<at + 4], as: UTF8.self)
      if name != "XMP ", keepingExif || name != "EXIF" {
        result += bytes[at..<end]
        if name == "VP8X", end > at + 8 {
          result[result.count - (end - at) + 8] &= keepingExif ? ~0x04 : ~0x0C
        }
      }
      at = end
    }
    // A file that is cut off stays so.
    let isWhole = (0..<4).reduce(0) { $0 | Int(bytes[4 + $1]) << (8 * $1) } + 8 <= bytes.count
    guard isWhole else { return bytes }
    for place in 0..<4 {
      result[4 + place] = UInt8(truncatingIfNeeded: (result.count - 8) >> (8 * place))
    }
    return result
  }
}
