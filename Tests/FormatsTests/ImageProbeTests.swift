import Foundation
import Testing

@testable import Formats

@Suite struct ImageProbeTests {
  private func probe(_ bytes: [UInt8]) throws(ImageProbe.Fault) -> ImageProbe {
    let result: Result<ImageProbe, ImageProbe.Fault> = bytes.withUnsafeBufferPointer { buffer in
      do throws(ImageProbe.Fault) { return .success(try ImageProbe(buffer)) } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private let png = PNGWriter.png([UInt8](repeating: 9, count: 7 * 5 * 3), width: 7, height: 5)

  /// A JPEG's structure without pixels worth looking at.
  private func jpeg(orientation: UInt8? = nil, end: [UInt8] = [0xFF, 0xD9]) -> [UInt8] {
    var bytes: [UInt8] = [0xFF, 0xD8]
    if let orientation {
      let tiff: [UInt8] =
        Array("Exif".utf8) + [0, 0] + Array("II".utf8) + [42, 0, 8, 0, 0, 0]
        + [1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0]
      bytes += [0xFF, 0xE1, 0, UInt8(tiff.count + 2)] + tiff
    }
    bytes += [0xFF, 0xC0, 0, 11, 8, 0, 30, 0, 40, 1, 1, 0x11, 0]
    bytes += [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0] + [1, 2, 3, 4]
    return bytes + end
  }

  @Test func readsSizes() throws {
    #expect(try probe(png) == ImageProbe(kind: .png, width: 7, height: 5))
    #expect(try probe(jpeg()) == ImageProbe(kind: .jpeg, width: 40, height: 30))
    #expect(try probe(jpeg(orientation: 6)) == ImageProbe(kind: .jpeg, width: 30, height: 40))
    #expect(try probe(jpeg(orientation: 3)) == ImageProbe(kind: .jpeg, width: 40, height: 30))
  }

  @Test func noPrefixOfAnImageIsAnImage() {
    for count in stride(from: 8, to: png.count, by: 3) {
      #expect(throws: ImageProbe.Fault.self) { try probe(Array(png.prefix(count))) }
    }
    #expect(throws: ImageProbe.Fault.truncated) { try probe(jpeg(end: [])) }
  }

  @Test func lyingAndForeignFilesAreNamed() {
    var changed = png
    changed[40] ^= 1
    #expect(throws: ImageProbe.Fault.self) { try probe(changed) }
    #expect(throws: ImageProbe.Fault.notAnImage(looksLike: "a zip archive")) {
      try probe([0x50, 0x4B, 3, 4])
    }
    #expect(throws: ImageProbe.Fault.notAnImage(looksLike: "an SVG")) {
      try probe(Array("<svg onload=alert(1)>".utf8))
    }
    #expect(throws: ImageProbe.Fault.notAnImage(looksLike: "an empty file")) { try probe([]) }
  }

  @Test func aPixelFloodIsRefused() {
    var flood = png
    for (index, byte) in [0, 1, 0, 0, 0, 1, 0, 0].enumerated() { flood[16 + index] = UInt8(byte) }
    let covered = Array(flood[12..<29])
    let checksum = covered.withUnsafeBufferPointer { CRC32.of($0) }
    for index in 0..<4 {
      flood[29 + index] = UInt8(truncatingIfNeeded: checksum >> UInt32(24 - 8 * index))
    }
    #expect(
      throws: ImageProbe.Fault.tooManyPixels(
        width: 65_536, height: 65_536, limit: ImageProbe.pixelLimit)
    ) { try probe(flood) }
  }

  @Test func noBytesMakeItTrap() {
    var generator = SystemRandomNumberGenerator()
    for start in [png, jpeg(), jpeg(orientation: 1)] {
      for _ in 0..<2_000 {
        var bytes = start
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
          bytes[Int.random(in: 2..<bytes.count, using: &generator)] = UInt8.random(in: 0...255)
        }
        _ = try? probe(Array(bytes.prefix(Int.random(in: 4...bytes.count, using: &generator))))
      }
    }
  }
}
