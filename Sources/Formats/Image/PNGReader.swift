import CZlib

/// Reads the pixels of a PNG (ISO/IEC 15948) as numbers. Interlaced ones are refused.
package struct PNGReader {
  /// What its numbers are.
  package enum Sample: Hashable, Sendable {
    /// Of grey and palette images the sample itself, of colours red + 256 green + 65536 blue; what is clear
    /// counts as opaque.
    case color
    /// 0 where it is clear or, if it cannot be clear, black (of a palette: the first colour).
    case cover
  }

  package struct Fault: Error, Hashable, Sendable {
    package var reason: String
  }

  package let width: Int
  package let height: Int
  /// Row by row.
  package private(set) var values: [UInt32]

  private let depth: Int
  private let channels: Int
  /// Numbers of its palette that are clear, where it has some.
  private var clear: Set<UInt32> = []

  /// Whether its values are colours.
  var isColored: Bool { channels >= 3 }

  /// - Throws: `Fault`
  /// - Complexity: O(pixels); an image of `ImageProbe.pixelLimit` at most.
  package init(_ bytes: [UInt8], _ sample: Sample = .color) throws(Fault) {
    guard bytes.count > 33, bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
      bytes[12..<16].elementsEqual("IHDR".utf8)
    else { throw Fault(reason: "it is no PNG") }
    func big32(_ place: Int) -> Int { (0..<4).reduce(0) { $0 << 8 | Int(bytes[place + $1]) } }
    (width, height, depth) = (big32(16), big32(20), Int(bytes[24]))
    guard width > 0, height > 0, width <= ImageProbe.pixelLimit / height else {
      throw Fault(reason: "it has no pixels, or more than \(ImageProbe.pixelLimit)")
    }
    let samples: [UInt8: Int] = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4]
    guard let channels = samples[bytes[25]], [1, 2, 4, 8, 16].contains(depth),
      depth >= 8 || channels == 1
    else { throw Fault(reason: "its colours are of no kind that PNG has") }
    guard bytes[28] == 0 else { throw Fault(reason: "it is interlaced; write it without") }
    self.channels = channels
    values = []
    var data: [UInt8] = []
    var place = 8
    while place + 12 <= bytes.count {
      let length = big32(place)
      guard length <= bytes.count - place - 12 else { throw Fault(reason: "it is cut off") }
      if bytes[place + 4..<place + 8].elementsEqual("IDAT".utf8) {
        data += bytes[place + 8..<place + 8 + length]
      } else if bytes[25] == 3, bytes[place + 4..<place + 8].elementsEqual("tRNS".utf8) {
        for entry in 0..<min(length, 256) where bytes[place + 8 + entry] == 0 { clear.insert(UInt32(entry)) }
      }
      place += 12 + length
    }
    let rowSize = (width * channels * depth + 7) / 8
    var rows = try Self.inflated(data, to: height * (rowSize + 1))
    try unfilter(&rows, rowSize)
    read(rows, rowSize)
    if sample == .cover { keepCover(rows, rowSize) }
  }

  /// Puts what covers in the place of colours.
  private mutating func keepCover(_ rows: [UInt8], _ rowSize: Int) {
    if channels == 2 || channels == 4 {
      let size = channels * depth / 8
      for place in values.indices {
        let start = place / width * (rowSize + 1) + 1 + place % width * size
        values[place] = UInt32(rows[start + size - depth / 8])
      }
    } else if !clear.isEmpty {
      for place in values.indices { values[place] = clear.contains(values[place]) ? 0 : 1 }
    }
  }

  private static func inflated(_ data: [UInt8], to size: Int) throws(Fault) -> [UInt8] {
    var out = [UInt8](repeating: 0, count: size)
    var (data, stream) = (data, z_stream())
    guard inflateInit_(&stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw Fault(reason: "it cannot be decompressed")
    }
    defer { inflateEnd(&stream) }
    let written = data.withUnsafeMutableBufferPointer { input in
      out.withUnsafeMutableBufferPointer { output in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(clamping: input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(clamping: output.count)
        _ = inflate(&stream, Z_FINISH)
        return Int(stream.total_out)
      }
    }
    guard written == size else { throw Fault(reason: "its pixel data ends too early") }
    return out
  }

  /// Undoes the filters of rows (§9.2).
  private func unfilter(_ rows: inout [UInt8], _ rowSize: Int) throws(Fault) {
    let step = max(1, channels * depth / 8)
    for row in 0..<height {
      let start = row * (rowSize + 1) + 1
      let filter = rows[start - 1]
      guard filter <= 4 else { throw Fault(reason: "a row has a filter that PNG has not") }
      guard filter != 0 else { continue }
      for column in 0..<rowSize {
        let left = column >= step ? Int(rows[start + column - step]) : 0
        let above = row > 0 ? Int(rows[start + column - rowSize - 1]) : 0
        let corner = row > 0 && column >= step ? Int(rows[start + column - rowSize - 1 - step]) : 0
        let guess: Int
        switch filter {
        case 1: guess = left
        case 2: guess = above
        case 3: guess = (left + above) / 2
        default:
          let sum = left + above - corner
          let (a, b, c) = (abs(sum - left), abs(sum - above), abs(sum - corner))
          guess = a <= b && a <= c ? left : b <= c ? above : corner
        }
        rows[start + column] = rows[start + column] &+ UInt8(truncatingIfNeeded: guess)
      }
    }
  }

  private mutating func read(_ rows: [UInt8], _ rowSize: Int) {
    values.reserveCapacity(width * height)
    for row in 0..<height {
      let start = row * (rowSize + 1) + 1
      for column in 0..<width {
        switch (channels, depth) {
        case (1...2, 16):
          let place = start + column * channels * 2
          values.append(UInt32(rows[place]) << 8 | UInt32(rows[place + 1]))
        case (1...2, 8): values.append(UInt32(rows[start + column * channels]))
        case (1, _):
          let bit = column * depth
          let byte = rows[start + bit / 8]
          values.append(UInt32(byte >> UInt8(8 - depth - bit % 8)) & (1 << UInt32(depth) - 1))
        default:
          let bytes = depth / 8
          let place = start + column * channels * bytes
          values.append(
            UInt32(rows[place]) | UInt32(rows[place + bytes]) << 8
              | UInt32(rows[place + 2 * bytes]) << 16)
        }
      }
    }
  }
}
