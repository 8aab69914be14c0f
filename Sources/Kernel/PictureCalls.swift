import Geometry

// The picture stays with the kernel, since each use of wand and scissors reads it again.

nonisolated(unsafe) private var picture: UnsafeMutableBufferPointer<UInt8>?
nonisolated(unsafe) private var pictureSize = (width: 0, height: 0)
nonisolated(unsafe) private var livewire: Livewire?

/// Pixels that a picture may have for these tools: 64 million, 256 MB.
private let pictureLimit: Int64 = 64_000_000

/// Takes room for a picture, four bytes a pixel, row by row, in the place of the one before.
///
/// - Returns: where to write it; nil for one too large.
@_expose(wasm, "picture") @c(assay_kernel_picture)
public func kernelPicture(_ width: Int32, _ height: Int32) -> UnsafeMutableRawPointer? {
  livewire = nil
  picture?.deallocate()
  picture = nil
  guard width > 0, height > 0, Int64(width) * Int64(height) <= pictureLimit else { return nil }
  let room = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: Int(width) * Int(height) * 4)
  picture = room
  pictureSize = (Int(width), Int(height))
  return UnsafeMutableRawPointer(room.baseAddress)
}

private func image() -> PixelImage? {
  picture.map {
    PixelImage(width: pictureSize.width, height: pictureSize.height, bytes: UnsafeBufferPointer($0))
  }
}

/// Answer: the counts of the pixels like the one pointed at.
@_expose(wasm, "wand") @c(assay_kernel_wand)
public func kernelWand(_ x: Int32, _ y: Int32, _ tolerance: Int32, _ isContiguous: Int32) -> Int32 {
  guard let image = image() else { return -1 }
  let mask = image.wand(
    x: Int(x), y: Int(y), tolerance: Int(tolerance), isContiguous: isContiguous != 0)
  return exchange.answer(mask.counts)
}

/// Starts the scissors at a pixel.
@_expose(wasm, "scissorsSeed") @c(assay_kernel_scissors_seed)
public func kernelScissorsSeed(_ x: Int32, _ y: Int32) -> Int32 {
  guard let image = image() else { return -1 }
  livewire = Livewire(image, x: Int(x), y: Int(y))
  return 0
}

/// Answer: x and y of the points from the seed to a pixel, along edges of the picture, without those that
/// lie less than `tolerance` pixels off.
@_expose(wasm, "scissorsPath") @c(assay_kernel_scissors_path)
public func kernelScissorsPath(_ x: Int32, _ y: Int32, _ tolerance: Double) -> Int32 {
  guard let livewire else { return -1 }
  let path = Polyline(livewire.path(toX: Int(x), y: Int(y))).simplified(tolerance: tolerance)
  return exchange.answer(path.points.flatMap { [$0.x, $0.y] })
}
