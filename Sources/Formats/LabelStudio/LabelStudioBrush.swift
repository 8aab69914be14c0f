import Geometry
import Labels
import Notation

/// Masks as Label Studio's brush writes them: red, green, blue and opacity of each pixel along the rows,
/// packed by thi.ng's `rle-pack` (github.com/thi-ng/umbrella, packages/rle-pack), as
/// `label_studio_sdk.converter.brush` reads it.
///
/// A head says how many values there are (32 bits), how many bits one has (5, less one) and how many the four
/// sizes of lengths have (4 each, less one). Then come chunks: whether it is one value repeated, which size
/// its length has (2 bits), that length less one, and the value or the values.
enum LabelStudioBrush {
  /// - Parameter packed: bytes.
  /// - Returns: what is not wholly transparent; nil where it is not packed so, or is of another size.
  /// - Complexity: O(pixels)
  static func mask(_ packed: [JSON], _ size: ImageSize) -> RunLengthMask? {
    guard size.width <= ImageProbe.pixelLimit / size.height else { return nil }
    let bytes = packed.compactMap { $0.integer.flatMap { UInt8(exactly: $0) } }
    var bits = Bits(bytes)
    let count = size.width * size.height * 4
    guard bytes.count == packed.count, bits.next(32) == count, let word = bits.next(5) else {
      return nil
    }
    var sizes: [Int] = []
    for _ in 0..<4 {
      guard let size = bits.next(4) else { return nil }
      sizes.append(size + 1)
    }
    var pixels = RowRuns.Pixels()
    var place = 0
    // Each fourth value, the opacity, counts.
    func add(upTo end: Int, isInside: Bool) {
      pixels.add(end / 4 - place / 4, isInside: isInside)
      place = end
    }
    while place < count {
      guard let isRepeated = bits.next(1), let which = bits.next(2),
        let less = bits.next(sizes[which])
      else { return nil }
      let end = min(count, place + less + 1)
      if isRepeated == 1 {
        guard let value = bits.next(word + 1) else { return nil }
        add(upTo: end, isInside: value > 0)
      } else {
        for one in place..<end {
          guard let value = bits.next(word + 1) else { return nil }
          add(upTo: one + 1, isInside: value > 0)
        }
      }
    }
    return RowRuns.mask(
      pixels.runs, left: 0, top: 0, width: size.width, height: size.height,
      imageWidth: size.width, imageHeight: size.height)
  }

  private struct Bits {
    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// - Returns: nil at the end.
    mutating func next(_ count: Int) -> Int? {
      guard place + count <= bytes.count * 8 else { return nil }
      var value = 0
      for bit in place..<place + count {
        value = value << 1 | Int(bytes[bit >> 3] >> (7 - UInt8(bit & 7))) & 1
      }
      place += count
      return value
    }
  }

  // MARK: Writing

  /// The bits of the sizes that a length may have.
  private static let sizes = [3, 4, 8, 16]

  /// - Returns: bytes; what is masked is white and opaque.
  static func packed(_ mask: RunLengthMask) -> [JSON] {
    var out = PackedBits()
    out.add(mask.width * mask.height * 4, 32)
    out.add(8 - 1, 5)
    for size in sizes { out.add(size - 1, 4) }
    for (index, run) in RowRuns.runs(ofImageOf: mask).enumerated() {
      var rest = run * 4
      while rest > 0 {
        let length = min(rest, 1 << 16)
        let which = sizes.firstIndex { length <= 1 << $0 } ?? sizes.count - 1
        out.add(1, 1)
        out.add(which, 2)
        out.add(length - 1, sizes[which])
        out.add(index % 2 == 1 ? 255 : 0, 8)
        rest -= length
      }
    }
    return out.bytes.map { .int(Int64($0)) }
  }

  private struct PackedBits {
    private(set) var bytes: [UInt8] = []
    private var free = 0

    mutating func add(_ value: Int, _ count: Int) {
      for bit in (0..<count).reversed() {
        if free == 0 {
          bytes.append(0)
          free = 8
        }
        free -= 1
        bytes[bytes.count - 1] |= UInt8(truncatingIfNeeded: value >> bit & 1) << UInt8(free)
      }
    }
  }
}
