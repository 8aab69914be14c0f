import CZlib

/// Writes pixels as a PNG (ISO/IEC 15948), deflated by zlib, every row unfiltered.
package enum PNGWriter {
  /// What a pixel holds, in bytes of a sample each.
  package enum Pixels: Int {
    case grey = 1
    case rgb = 3
    case rgba = 4

    fileprivate var colorType: UInt8 {
      switch self {
      case .grey: 0
      case .rgb: 2
      case .rgba: 6
      }
    }
  }

  /// - Parameter bytes: row by row; `width * height` times the bytes of a pixel.
  package static func png(
    _ bytes: [UInt8], width: Int, height: Int, pixels: Pixels = .rgb
  ) -> [UInt8] {
    let rowSize = width * pixels.rawValue
    precondition(bytes.count == rowSize * height)
    var raw: [UInt8] = []
    raw.reserveCapacity(bytes.count + height)
    for row in 0..<height {
      raw.append(0)
      raw.append(contentsOf: bytes[row * rowSize..<(row + 1) * rowSize])
    }
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    file += chunk("IHDR", big32(width) + big32(height) + [8, pixels.colorType, 0, 0, 0])
    file += chunk("IDAT", deflated(raw))
    file += chunk("IEND", [])
    return file
  }

  /// Black, and white where something is: a bit a pixel.
  ///
  /// - Parameter areas: columns and rows, inside the picture.
  package static func mask(
    width: Int, height: Int, areas: [(columns: Range<Int>, rows: Range<Int>)]
  ) -> [UInt8] {
    // A byte for how the row is filtered, then eight pixels a byte, the first in the highest bit.
    let rowSize = 1 + (width + 7) / 8
    var raw = [UInt8](repeating: 0, count: rowSize * height)
    for (columns, rows) in areas {
      for row in rows {
        let start = row * rowSize + 1
        for place in columns.lowerBound / 8..<(columns.upperBound + 7) / 8 {
          let from = UInt8(0xFF) >> max(0, columns.lowerBound - 8 * place)
          let to = UInt8(0xFF) >> min(8, columns.upperBound - 8 * place)
          raw[start + place] |= from & ~to
        }
      }
    }
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    file += chunk("IHDR", big32(width) + big32(height) + [1, 0, 0, 0, 0])
    file += chunk("IDAT", deflated(raw))
    file += chunk("IEND", [])
    return file
  }

  private static func deflated(_ raw: [UInt8]) -> [UInt8] {
    var size = compressBound(uLong(raw.count))
    var out = [UInt8](repeating: 0, count: Int(size))
    let code = compress2(&out, &size, raw, uLong(raw.count), 6)
    precondition(code == Z_OK, "zlib refused a buffer of the size it asked for")
    return Array(out.prefix(Int(size)))
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
