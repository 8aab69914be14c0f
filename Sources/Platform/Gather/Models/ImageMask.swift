import Formats
import Foundation
import Geometry
import Labels

/// Parts of an image that are to be black.
struct ImageMask: Sendable {
  /// Pixels of the image, upright.
  let size: ImageSize
  let boxes: [Box]

  /// White where the image is to be black, a bit a pixel.
  var picture: Data {
    func pixels(_ from: Double, _ to: Double, _ limit: Int) -> Range<Int> {
      let low = Int(min(max(0, from), Double(limit)))
      return low..<max(low, Int(min(max(0, to.rounded(.up)), Double(limit))))
    }
    let areas = boxes.filter(\.isFinite).map { box in
      (
        columns: pixels(box.x, box.x + box.width, size.width),
        rows: pixels(box.y, box.y + box.height, size.height)
      )
    }
    return Data(PNGWriter.mask(width: size.width, height: size.height, areas: areas))
  }

  static let black = Data(PNGWriter.png([0], width: 1, height: 1, pixels: .grey))

  /// What was made of the image, without notes.
  ///
  /// - Throws: `TilingFault` where it is of another size, or turned otherwise: the mask would lie beside what
  ///   it is to hide.
  func checked(_ masked: Data) throws -> Data {
    let image = ImageNotes.removed(from: masked)
    let probe = [UInt8](image).withUnsafeBufferPointer { try? ImageProbe($0) }
    guard probe?.width == size.width, probe?.height == size.height else {
      throw TilingFault("the image is not of the size that was said")
    }
    return image
  }
}
