import Foundation
import Geometry
import Labels
import Notation

/// The rectangle of an image around a mask, as a picture of its own: so Supervisely's bitmaps and LabelMe's
/// masks are kept.
struct CutMask {
  var left: Int
  var top: Int
  var width: Int
  var height: Int
  /// A byte a pixel, row by row: 1 inside.
  var pixels: [UInt8]

  /// - Parameter mask: with pixels inside.
  /// - Complexity: O(pixels of its image)
  init(_ mask: RunLengthMask) {
    let box = mask.bounds
    (left, top, width, height) = (Int(box.x), Int(box.y), Int(box.width), Int(box.height))
    let bitmap = mask.bitmap
    pixels = []
    pixels.reserveCapacity(width * height)
    for row in top..<top + height {
      for column in left..<left + width { pixels.append(bitmap[column * mask.height + row]) }
    }
  }

  /// The mask of an image, of which what lies beyond its edges is none.
  ///
  /// - Parameters:
  ///   - png: the picture of its rectangle.
  ///   - corner: where that begins in the image.
  ///   - size: of the image, than which the picture must not be larger.
  /// - Throws: what is wrong with it, without a path.
  /// - Complexity: O(pixels of the image)
  static func mask(
    of png: [UInt8], from corner: Point, in size: ImageSize?
  ) throws(NotationFault) -> RunLengthMask {
    guard let size else { throw NotationFault(path: "", problem: "the size of its image is not known") }
    guard size.width > 0, size.height > 0,
      RunLengthMask.canHold(width: size.width, height: size.height)
    else { throw NotationFault(path: "", problem: "no mask is as large as its image is said to be") }
    guard let probe = png.withUnsafeBufferPointer({ try? ImageProbe($0) }), probe.kind == .png,
      probe.width <= size.width, probe.height <= size.height
    else { throw NotationFault(path: "", problem: "it is no PNG, or one that is larger than the image") }
    guard let left = Int(exactly: corner.x.rounded()), let top = Int(exactly: corner.y.rounded()),
      left.magnitude <= ImageProbe.pixelLimit, top.magnitude <= ImageProbe.pixelLimit
    else { throw NotationFault(path: "", problem: "it lies outside of every image") }
    do {
      let picture = try PNGReader(png, .cover)
      var bitmap = [UInt8](repeating: 0, count: size.width * size.height)
      for (place, value) in picture.values.enumerated() where value != 0 {
        let (x, y) = (left + place % picture.width, top + place / picture.width)
        if (0..<size.width).contains(x), (0..<size.height).contains(y) { bitmap[x * size.height + y] = 1 }
      }
      return bitmap.withUnsafeBytes {
        RunLengthMask(bitmap: $0, width: size.width, height: size.height)
      }
    } catch {
      throw NotationFault(path: "", problem: "its picture cannot be read: \(error.reason)")
    }
  }

  /// Bytes that are written as base64.
  static func bytes(_ base64: String) throws(NotationFault) -> [UInt8] {
    guard let data = Data(base64Encoded: base64) else {
      throw NotationFault(path: "", problem: "it is not base64")
    }
    return [UInt8](data)
  }

  static func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}
