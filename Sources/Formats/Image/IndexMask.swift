import Geometry

/// A segmentation of an image: an index for each pixel, 0 where nothing was labelled.
package struct IndexMask {
  package let width: Int
  package let height: Int
  /// Row by row.
  package private(set) var indices: [UInt32]

  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
    indices = [UInt32](repeating: 0, count: width * height)
  }

  /// Gives every pixel that the shape covers the index, over what it had; points and lines cover none.
  ///
  /// - Returns: whether another index lay there.
  /// - Complexity: O(pixels covered)
  @discardableResult
  package mutating func fill(_ shape: Shape, with index: UInt32) -> Bool {
    guard let mask = shape.mask(width: width, height: height) else { return false }
    let width = width
    var covered: UInt32 = 0
    indices.withUnsafeMutableBufferPointer { indices in
      mask.forEachRun { column, rows in
        for row in rows {
          let place = row * width + column
          // The same index again covers nothing.
          if indices[place] != index { covered |= indices[place] }
          indices[place] = index
        }
      }
    }
    return covered != 0
  }

  package enum Style: Hashable {
    /// One sample a pixel: the index; larger ones than 255 do not fit.
    case indices
    /// The index in 24 bits, the lowest in red.
    case wideIndices
    /// The colour of each index, clear where there is none.
    case colors([UInt32: Color])
    /// White where the index is this one, else black.
    case only(UInt32)
  }

  package struct Color: Hashable, Sendable {
    package var red: UInt8
    package var green: UInt8
    package var blue: UInt8

    /// `#rrggbb`.
    package var text: String {
      let digits = Array("0123456789abcdef")
      return "#" + String([red, green, blue].flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// As `PNGReader` counts: red + 256 green + 65536 blue.
    init(packed: UInt32) {
      red = UInt8(truncatingIfNeeded: packed)
      green = UInt8(truncatingIfNeeded: packed >> 8)
      blue = UInt8(truncatingIfNeeded: packed >> 16)
    }

    /// One of many that are easy to tell apart: the hue turns by the golden angle.
    package init(number: Int) {
      let hue = (Double(number) * 0.618_033_988_749_895).truncatingRemainder(dividingBy: 1) * 6
      let rise = hue - hue.rounded(.down)
      let (full, low) = (255.0, 60.0)
      let (up, down) = (low + (full - low) * rise, full - (full - low) * rise)
      let channels =
        switch Int(hue) {
        case 0: (full, up, low)
        case 1: (down, full, low)
        case 2: (low, full, up)
        case 3: (low, down, full)
        case 4: (up, low, full)
        default: (full, low, down)
        }
      red = UInt8(channels.0)
      green = UInt8(channels.1)
      blue = UInt8(channels.2)
    }
  }

  package func png(_ style: Style) -> [UInt8] {
    switch style {
    case .indices:
      return png(.grey) { index, bytes in bytes.append(UInt8(clamping: index)) }
    case .wideIndices:
      return png(.rgb) { index, bytes in
        for shift in [0, 8, 16] as [UInt32] {
          bytes.append(UInt8(truncatingIfNeeded: index >> shift))
        }
      }
    case .colors(let colors):
      return png(.rgba) { index, bytes in
        let color = colors[index]
        bytes += [color?.red ?? 0, color?.green ?? 0, color?.blue ?? 0, color == nil ? 0 : 255]
      }
    case .only(let wanted):
      return png(.grey) { index, bytes in bytes.append(index == wanted ? 255 : 0) }
    }
  }

  private func png(
    _ pixels: PNGWriter.Pixels, _ write: (UInt32, inout [UInt8]) -> Void
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(indices.count * pixels.rawValue)
    for index in indices { write(index, &bytes) }
    return PNGWriter.png(bytes, width: width, height: height, pixels: pixels)
  }
}
