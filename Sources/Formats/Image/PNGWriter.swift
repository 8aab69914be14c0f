/// Writes pixels as a PNG with stored (uncompressed) deflate blocks: for fixtures and drawn
/// scenes, where simplicity counts and size does not.
package enum PNGWriter {
  /// - Parameter pixels: RGB, row by row; `width * height * 3` bytes.
  package static func png(_ pixels: [UInt8], width: Int, height: Int) -> [UInt8] {
    precondition(pixels.count == width * height * 3)
    var raw: [UInt8] = []
    raw.reserveCapacity(pixels.count + height)
    for row in 0..<height {
      raw.append(0)
      raw.append(contentsOf: pixels[row * width * 3..<(row + 1) * width * 3])
    }
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    file += chunk("IHDR", big32(width) + big32(height) + [8, 2, 0, 0, 0])
    file += chunk("IDAT", zlib(raw))
    file += chunk("IEND", [])
    return file
  }

  private static func zlib(_ raw: [UInt8]) -> [UInt8] {
    var out: [UInt8] = [0x78, 0x01]
    var start = 0
    repeat {
      let end = min(start + 65_535, raw.count)
      let length = end - start
      out.append(end == raw.count ? 1 : 0)
      out += [UInt8(length & 255), UInt8(length >> 8)]
      out += [UInt8(~length & 255), UInt8(~length >> 8 & 255)]
      out += raw[start..<end]
      start = end
    } while start < raw.count
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in raw {
      a = (a + UInt32(byte)) % 65_521
      b = (b + a) % 65_521
    }
    return out + big32(Int(b << 16 | a))
  }

  private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    let covered = Array(name.utf8) + content
    let checksum = covered.withUnsafeBufferPointer { CRC32.of($0) }
    return big32(content.count) + covered + big32(Int(checksum))
  }

  private static func big32(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
