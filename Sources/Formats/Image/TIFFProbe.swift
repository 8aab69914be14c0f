/// Reads the first directory of a TIFF (TIFF 6.0 §2), and whether its pixels are all there.
package enum TIFFProbe {
  static func probe(_ reader: ByteReader) throws(ImageProbe.Fault) -> ImageProbe {
    guard let tiff = TIFFBlock(reader.bytes), let first = tiff.long(4) else { throw .truncated }
    let entries = tiff.entries(at: first)
    func number(_ tag: Int) -> Int? { entries[tag].flatMap { tiff.number($0) }.map { Int($0) } }
    if isRaw(reader, entries, number(254)) {
      throw .notAnImage(looksLike: "a camera's raw photograph")
    }
    guard let width = number(256), let height = number(257) else { throw .truncated }
    // Strips, or else tiles: where they are, and how many bytes they have.
    let (places, lengths) = entries[324] == nil ? (273, 279) : (324, 325)
    guard let starts = entries[places].flatMap(tiff.wholeNumbers),
      let counts = entries[lengths].flatMap(tiff.wholeNumbers), starts.count == counts.count,
      zip(starts, counts).allSatisfy({ $0 <= reader.count && $1 <= reader.count - $0 })
    else { throw .truncated }
    let isOnItsSide = (5...8).contains(number(274) ?? 1)
    return ImageProbe(
      kind: .tiff, width: isOnItsSide ? height : width, height: isOnItsSide ? width : height)
  }

  /// Pages that a file has, each an image of its own.
  ///
  /// - Complexity: O(pages), of which `pageLimit` are counted
  package static func pages(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    guard ByteReader(bytes: bytes).isTIFF, let tiff = TIFFBlock(bytes) else { return 1 }
    var (place, pages) = (tiff.long(4), 0)
    while let here = place, pages < pageLimit {
      pages += 1
      place = tiff.next(after: here)
    }
    return pages
  }

  /// A file whose pages lead in a circle ends here.
  static let pageLimit = 10_000

  /// Raw photographs begin as a TIFF does, with a small picture of what was taken: DNG and those of many
  /// makers, and Canon's with its own mark.
  private static func isRaw(
    _ reader: ByteReader, _ entries: [Int: TIFFBlock.Entry], _ subfile: Int?
  ) -> Bool {
    let isReduced = (subfile ?? 0) & 1 == 1
    return reader.text(8, 2) == "CR" || entries[0xC612] != nil || isReduced && entries[0x14A] != nil
  }
}

/// Reads the head of a BMP (`BITMAPINFOHEADER` and those that begin as it does).
enum BMPProbe {
  static func probe(_ reader: ByteReader) throws(ImageProbe.Fault) -> ImageProbe {
    guard reader.count >= 54 else { throw .truncated }
    guard reader.little32(14) >= 40 else { throw .damaged("it is a BMP of no known kind") }
    let (width, height) = (
      Int(Int32(truncatingIfNeeded: reader.little32(18))),
      Int(Int32(truncatingIfNeeded: reader.little32(22))).magnitude
    )
    let (start, bits, packing) = (reader.little32(10), reader.little16(28), reader.little32(30))
    guard width > 0, width <= ImageProbe.pixelLimit, height <= ImageProbe.pixelLimit else {
      throw .damaged("it has no pixels that are possible")
    }
    // Rows of plain pixels fill up words of four bytes.
    let isPlain = packing == 0 || packing == 3
    let needed = (width * bits + 31) / 32 * 4 * Int(height)
    guard start <= reader.count, !isPlain || needed <= reader.count - start else {
      throw .truncated
    }
    return ImageProbe(kind: .bmp, width: width, height: Int(height))
  }
}
