import Testing

@testable import Formats

/// Images whose structure is sound and whose pixels cannot be had.
@Suite struct PNGPixelsTests {
  private let png = PNGWriter.png(
    (0..<300 * 200 * 3).map { UInt8(truncatingIfNeeded: $0 * 7 / 3) }, width: 300, height: 200)

  /// The file with its pixel data changed and its checksum set right again.
  private func spoiled(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
    let length = (0..<4).reduce(0) { $0 << 8 | Int(png[33 + $1]) }
    var data = Array(png[41..<41 + length])
    change(&data)
    let covered = Array("IDAT".utf8) + data
    let checksum = covered.withUnsafeBufferPointer { Int(CRC32.of($0)) }
    func big(_ value: Int) -> [UInt8] {
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
    return Array(png.prefix(33)) + big(data.count) + covered + big(checksum)
      + png.suffix(12)
  }

  @Test func pixelsThatCanBeHadHaveNoProblem() {
    #expect(PNGPixels.problem(png) == nil)
    #expect(PNGPixels.problem(spoiled { _ in }) == nil)
  }

  @Test func pixelsThatCannotBeHadAreSaid() throws {
    let broken = spoiled { data in for place in 20..<60 { data[place] ^= 0x5A } }
    let probe = try broken.withUnsafeBufferPointer { try ImageProbe($0) }
    #expect(probe.width == 300)
    #expect(PNGPixels.problem(broken) == "its pixel data cannot be decompressed")
    #expect(PNGPixels.problem(spoiled { $0.removeLast(40) }) == "its pixel data ends too early")
    #expect(PNGPixels.problem(Array(png.prefix(60))) == "it is cut off")
  }
}
