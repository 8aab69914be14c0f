/// A byte a pixel, down the columns from the left: the order of NumPy's Fortran arrays, in which
/// COCO's tools take masks.
extension RunLengthMask {
  /// - Parameter bitmap: `width × height` bytes, each 0 or 1.
  /// - Complexity: O(pixels), eight at a time where nothing changes.
  public init(bitmap: UnsafeRawBufferPointer, width: Int, height: Int) {
    precondition(bitmap.count == width * height, "a byte a pixel")
    var counts: [UInt32] = []
    counts.reserveCapacity(2 * width + 8)
    var (start, place) = (0, 0)
    var value: UInt8 = 0
    let end = bitmap.count
    while true {
      let word = UInt64(value) &* 0x0101_0101_0101_0101
      var difference: UInt64 = 0
      while place &+ 32 <= end {
        let a = bitmap.loadUnaligned(fromByteOffset: place, as: SIMD4<UInt64>.self)
        if a != SIMD4(repeating: word) { break }
        place &+= 32
      }
      while place &+ 8 <= end {
        difference =
          bitmap.loadUnaligned(fromByteOffset: place, as: UInt64.self).littleEndian ^ word
        if difference != 0 { break }
        place &+= 8
      }
      if difference != 0 {
        place &+= difference.trailingZeroBitCount / 8
      } else {
        while place < end, bitmap[place] == value { place &+= 1 }
      }
      counts.append(UInt32(truncatingIfNeeded: place &- start))
      if place == end { break }
      start = place
      value ^= 1
    }
    self.init(width: width, height: height, wholeCounts: counts)
  }

  /// Writes a byte a pixel, 1 inside and 0 outside.
  ///
  /// - Complexity: O(pixels)
  public func fill(bitmap: UnsafeMutableRawBufferPointer) {
    precondition(bitmap.count == width * height, "a byte a pixel")
    var (place, value) = (0, UInt8(0))
    for count in counts {
      let run = UnsafeMutableRawBufferPointer(rebasing: bitmap[place..<(place &+ Int(count))])
      run.initializeMemory(as: UInt8.self, repeating: value)
      place &+= Int(count)
      value ^= 1
    }
  }

  /// A byte a pixel, 1 inside and 0 outside.
  ///
  /// - Complexity: O(pixels)
  public var bitmap: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: width * height) { buffer, count in
      fill(
        bitmap: UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(buffer)[..<(width * height)]))
      count = width * height
    }
  }
}
