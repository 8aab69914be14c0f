import CZlib

/// Whether the pixels of a PNG whose structure is sound can be had: its data is inflated, and thrown away.
package enum PNGPixels {
  /// - Parameter bytes: a whole file that `ImageProbe` takes for a PNG.
  /// - Returns: what is wrong; nil where nothing is.
  /// - Complexity: O(pixels) time, 64 kB of memory.
  package static func problem(_ bytes: [UInt8]) -> String? {
    var stream = z_stream()
    guard inflateInit_(&stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      return nil
    }
    defer { inflateEnd(&stream) }
    var out = [UInt8](repeating: 0, count: 65_536)
    var (at, isOver) = (8, false)
    while at + 12 <= bytes.count {
      let length = (0..<4).reduce(0) { $0 << 8 | Int(bytes[at + $1]) }
      guard length <= bytes.count - at - 12 else { return "it is cut off" }
      // Whatever stands behind the end is no part of the image.
      if bytes[at + 4..<at + 8].elementsEqual("IEND".utf8) { break }
      if bytes[at + 4..<at + 8].elementsEqual("IDAT".utf8), !isOver {
        let code = bytes[at + 8..<at + 8 + length].withUnsafeBufferPointer { data in
          feed(&stream, data, &out)
        }
        guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else {
          return "its pixel data cannot be decompressed"
        }
        isOver = code == Z_STREAM_END
      }
      at += 12 + length
    }
    guard isOver else { return "its pixel data ends too early" }
    return nil
  }

  private static func feed(
    _ stream: inout z_stream, _ data: UnsafeBufferPointer<UInt8>, _ out: inout [UInt8]
  ) -> Int32 {
    stream.next_in = UnsafeMutablePointer(mutating: data.baseAddress)
    stream.avail_in = UInt32(data.count)
    var code = Z_OK
    repeat {
      code = out.withUnsafeMutableBufferPointer { buffer in
        stream.next_out = buffer.baseAddress
        stream.avail_out = UInt32(buffer.count)
        return inflate(&stream, Z_NO_FLUSH)
      }
    } while code == Z_OK && (stream.avail_in > 0 || stream.avail_out == 0)
    return code
  }
}
