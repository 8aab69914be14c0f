/// The pixels of a picture, four bytes each (red, green, blue, opacity), row by row. Borrows its memory.
public struct PixelImage {
  public let width: Int
  public let height: Int
  let bytes: UnsafeBufferPointer<UInt8>

  /// - Parameter bytes: `width × height × 4`.
  public init(width: Int, height: Int, bytes: UnsafeBufferPointer<UInt8>) {
    precondition(bytes.count == width * height * 4, "four bytes a pixel")
    self.width = width
    self.height = height
    self.bytes = bytes
  }

  /// Brightness 0…255 (ITU-R BT.601, in whole numbers).
  @inline(__always)
  func luminance(_ x: Int, _ y: Int) -> Int32 {
    let place = (y &* width &+ x) &* 4
    return
      (77 &* Int32(bytes[place]) &+ 150 &* Int32(bytes[place &+ 1]) &+ 29
      &* Int32(bytes[place &+ 2])) >> 8
  }
}
