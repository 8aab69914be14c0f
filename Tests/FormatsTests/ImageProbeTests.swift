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

  @Test func aGIFHasAPicture() throws {
    let head: [UInt8] = Array("GIF89a".utf8) + [3, 0, 2, 0, 0x80, 0, 0] + [0, 0, 0, 255, 255, 255]
    let control: [UInt8] = [0x21, 0xF9, 4, 0, 0, 0, 0, 0]
    let picture: [UInt8] = [0x2C, 0, 0, 0, 0, 3, 0, 2, 0, 0, 2, 2, 0x84, 0x51, 0]
    for before in [[], control, control + control] {
      let found = try probe(head + before + picture + [0x3B])
      #expect(found.kind == .gif && found.width == 3 && found.height == 2)
      #expect(throws: ImageProbe.Fault.damaged("there is no picture in it")) {
        try probe(head + before + [0x3B])
      }
    }
    #expect(throws: ImageProbe.Fault.truncated) { try probe(head + [0x21, 0xF9, 200, 0x3B]) }
    #expect(throws: ImageProbe.Fault.damaged("there is no picture in it")) {
      try probe(Array("GIF89a".utf8) + [1, 0, 1, 0, 0, 0, 0, 0x3B])
    }
  }

  @Test func readsSizes() throws {
    #expect(try probe(png) == ImageProbe(kind: .png, width: 7, height: 5))
    #expect(try probe(jpeg()) == ImageProbe(kind: .jpeg, width: 40, height: 30))
    #expect(try probe(jpeg(orientation: 6)) == ImageProbe(kind: .jpeg, width: 30, height: 40))
    #expect(try probe(jpeg(orientation: 3)) == ImageProbe(kind: .jpeg, width: 40, height: 30))
    // A PNG says it in a chunk of its own.
    let note: [UInt8] =
      Array("II*".utf8) + [0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0]
    let covered = Array("eXIf".utf8) + note
    let crc = covered.withUnsafeBufferPointer { CRC32.of($0) }
    func big(_ value: UInt32) -> [UInt8] {
      (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }
    let turned = Array(png[..<33]) + big(UInt32(note.count)) + covered + big(crc) + Array(png[33...])
    #expect(try probe(turned) == ImageProbe(kind: .png, width: 5, height: 7))
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

  /// One strip of grey pixels, and a directory after it.
  private func tiff(
    isLittle: Bool = true, width: UInt32 = 7, height: UInt32 = 5, orientation: UInt32 = 1,
    more: [(tag: UInt32, value: UInt32)] = [], next: UInt32 = 0
  ) -> [UInt8] {
    func bytes(_ value: UInt32, _ count: Int) -> [UInt8] {
      let little = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      return isLittle ? little : little.reversed()
    }
    let pixels = [UInt8](repeating: 9, count: 36)
    let entries: [(tag: UInt32, value: UInt32)] =
      [
        (256, width), (257, height), (258, 8), (262, 1), (273, 8), (274, orientation),
        (278, height),
        (279, 35),
      ] + more
    let directory =
      bytes(UInt32(entries.count), 2)
      + entries.flatMap { bytes($0.tag, 2) + bytes(4, 2) + bytes(1, 4) + bytes($0.value, 4) }
    return Array((isLittle ? "II" : "MM").utf8) + bytes(42, 2) + bytes(8 + 36, 4) + pixels
      + directory + bytes(next, 4)
  }

  @Test func aTIFFIsReadInBothOrdersOfBytes() throws {
    for isLittle in [true, false] {
      #expect(
        try probe(tiff(isLittle: isLittle)) == ImageProbe(kind: .tiff, width: 7, height: 5))
      let turned = tiff(isLittle: isLittle, orientation: 6)
      #expect(try probe(turned) == ImageProbe(kind: .tiff, width: 5, height: 7))
      #expect(turned.withUnsafeBufferPointer { ExifFacts($0)?.orientation } == 6)
    }
    // What its directory leads to must be there.
    #expect(throws: ImageProbe.Fault.truncated) { try probe(tiff(more: [(279, 9_999)])) }
    #expect(throws: ImageProbe.Fault.truncated) { try probe(Array(tiff().prefix(60))) }
    #expect(
      throws: ImageProbe.Fault.tooManyPixels(width: 65_535, height: 65_535, limit: 200_000_000)
    ) { try probe(tiff(width: 65_535, height: 65_535)) }
    // A camera's raw photograph begins as one.
    for more in [[(0xC612, 1)], [(254, 1), (0x14A, 8)]] as [[(tag: UInt32, value: UInt32)]] {
      #expect(throws: ImageProbe.Fault.notAnImage(looksLike: "a camera's raw photograph")) {
        try probe(tiff(more: more))
      }
    }
  }

  @Test func pagesOfATIFFAreCountedEvenWhereTheyLeadInACircle() {
    func pages(_ bytes: [UInt8]) -> Int { bytes.withUnsafeBufferPointer(TIFFProbe.pages) }
    #expect(pages(tiff()) == 1 && pages(png) == 1)
    #expect(pages(tiff(next: 8 + 36)) == TIFFProbe.pageLimit)
    #expect(pages(tiff(next: 1 << 30)) == 2)
  }

  @Test func aBMPIsReadWhicheverWayItsRowsLie() throws {
    func bmp(_ width: Int32, _ height: Int32, cut: Int = 0) -> [UInt8] {
      func bytes(_ value: Int32, _ count: Int = 4) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * Int32($0))) }
      }
      let rows = Int((width * 24 + 31) / 32 * 4 * abs(height))
      let head =
        bytes(54) + bytes(40) + bytes(width) + bytes(height) + bytes(1, 2) + bytes(24, 2)
        + [UInt8](repeating: 0, count: 24)
      return Array("BM".utf8) + [UInt8](repeating: 0, count: 8) + head
        + [UInt8](repeating: 1, count: rows - cut)
    }
    #expect(try probe(bmp(7, 5)) == ImageProbe(kind: .bmp, width: 7, height: 5))
    #expect(try probe(bmp(7, -5)) == ImageProbe(kind: .bmp, width: 7, height: 5))
    #expect(throws: ImageProbe.Fault.truncated) { try probe(bmp(7, 5, cut: 1)) }
    // What only begins with its two letters is none.
    #expect(throws: ImageProbe.Fault.notAnImage(looksLike: nil)) {
      try probe(Array("BMW and others, a list of makers".utf8))
    }
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
