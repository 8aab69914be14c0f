import Testing

@testable import Platform

@Suite struct PictureFingerprintTests {
  private func shades(_ shade: (_ row: Int, _ column: Int) -> Int) -> [UInt8] {
    (0..<PictureFingerprint.height).flatMap { row in
      (0..<PictureFingerprint.width).map { UInt8(shade(row, $0)) }
    }
  }

  /// Pages of text and plain areas look alike at this size whatever is on them.
  @Test func imagesThatSayNextToNothingAreNearToNoOther() throws {
    let page = shades { row, column in 240 + (row * 7 + column * 3) % 12 }
    let ramp = shades { _, column in column * 8 }
    for plain in [page, ramp, shades { _, _ in 7 }] {
      let bits = try #require(PictureFingerprint.of(plain))
      #expect(!PictureFingerprint.isTelling(bits))
      var finder = DuplicateFinder(items: 2)
      #expect(finder.original(of: 0, file: 1, fingerprint: bits, text: []) == nil)
      #expect(finder.original(of: 1, file: 2, fingerprint: bits, text: []) == nil)
    }
  }

  @Test func imagesThatShowTheSameAreNearWhateverTheirBrightness() throws {
    let picture = shades { row, column in (row / 4 * 53 + column / 4 * 97) % 200 }
    let bits = try #require(PictureFingerprint.of(picture))
    let lighter = try #require(PictureFingerprint.of(picture.map { $0 + 20 }))
    #expect(PictureFingerprint.isTelling(bits))
    #expect((bits ^ lighter).nonzeroBitCount <= DuplicateFinder.bitLimit)
    var finder = DuplicateFinder(items: 2)
    #expect(finder.original(of: 0, file: 1, fingerprint: bits, text: []) == nil)
    #expect(finder.original(of: 1, file: 2, fingerprint: lighter, text: []) == 0)
  }
}
