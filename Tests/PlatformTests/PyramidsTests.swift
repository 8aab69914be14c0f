import Formats
import Foundation
import Labels
import Synchronization
import Testing

@testable import Platform

@Suite struct PyramidsTests {
  /// Gives an archive of one tile, or nothing but a reason; counts how often it was asked.
  private final class FakeTiler: Tiler {
    let asked = Mutex(0)
    let fault: TilingFault?
    let output: Data

    init(_ fault: TilingFault? = nil, output: Data = FakeTiler.archive) {
      self.fault = fault
      self.output = output
    }

    func tile(_ image: ImageSource, size: Int, write: (Data) throws -> Void) async throws {
      asked.withLock { $0 += 1 }
      var read = 0
      for index in 0..<image.chunks { read += try image.chunk(index).count }
      #expect(read > 0)
      try await Task.sleep(for: .milliseconds(20))
      try write(output.prefix(10))
      if let fault { throw fault }
      try write(output.dropFirst(10))
    }

    func masked(_ image: ImageSource, mask: Data, colour: Data) async throws -> Data {
      throw TilingFault("nothing is masked here")
    }

    func thumbnail(_ image: ImageSource, size: Int) async throws -> Data {
      asked.withLock { $0 += 1 }
      if let fault { throw fault }
      return Data([0xFF, 0xD8])
    }

    func rendition(_ image: ImageSource) async throws -> Data {
      asked.withLock { $0 += 1 }
      return Data([0xFF, 0xD8, 0xFF])
    }

    func shades(_ image: ImageSource, width: Int, height: Int) async throws -> [UInt8] {
      [UInt8](repeating: 0, count: width * height)
    }

    /// `untitled/untitled_files/13/0_0.png`, stored, with 3 bytes.
    static let archive: Data = {
      let name = Data("untitled/untitled_files/13/0_0.png".utf8)
      let length: [UInt8] = [UInt8(name.count), 0]
      let local =
        Data([0x50, 0x4b, 3, 4] + [UInt8](repeating: 0, count: 22) + length + [0, 0]) + name
      var central = Data([0x50, 0x4b, 1, 2] + [UInt8](repeating: 0, count: 16))
      central += [3, 0, 0, 0, 3, 0, 0, 0] + length + [UInt8](repeating: 0, count: 16)
      central += name
      let start = UInt8(local.count + 3)
      let end: [UInt8] = [0x50, 0x4b, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0, UInt8(central.count), 0, 0, 0]
      return local + [7, 8, 9] + central + end + [start, 0, 0, 0, 0, 0]
    }()
  }

  private func asset(
    _ vault: ClientVault, width: Int = 8000, height: Int = 4001
  ) async throws -> Assets.Asset {
    var asset = try await Assets(vault, actor: .console).store(
      Data(PNGWriter.png([1, 2, 3], width: 1, height: 1)), name: "large.png")
    asset.imageSize = ImageSize(width: width, height: height)
    return asset
  }

  @Test func aVeryLargeImageIsCutOnceHoweverManyAsk() async throws {
    let fixture = try await Fixture()
    try await fixture.vault { vault in
      let tiler = FakeTiler()
      let asset = try await asset(vault)
      try await withThrowingTaskGroup(of: Int?.self) { group in
        for _ in 0..<8 {
          group.addTask { try await Pyramids(vault).pyramid(of: asset, by: tiler)?.top }
        }
        for try await top in group { #expect(top == 13) }
      }
      #expect(tiler.asked.withLock { $0 } == 1)
      let pyramids = Pyramids(vault)
      let pyramid = try #require(try await pyramids.pyramid(of: asset, by: tiler))
      #expect(pyramid.type == "image/png")
      #expect(try pyramids.tile(pyramid, level: 13, column: 0, row: 0) == Data([7, 8, 9]))
      #expect(try pyramids.tile(pyramid, level: 13, column: 1, row: 0) == nil)
    }
  }

  @Test func upToTheThresholdAnImageIsShownWhole() async throws {
    let fixture = try await Fixture()
    try await fixture.vault { vault in
      let tiler = FakeTiler()
      let whole = try await asset(vault, width: 8000, height: 4000)
      #expect(Pyramids.pixelThreshold == 8000 * 4000)
      #expect(try await Pyramids(vault).pyramid(of: whole, by: tiler) == nil)
      #expect(tiler.asked.withLock { $0 } == 0)
      #expect(try await Pyramids(vault).pyramid(of: asset(vault), by: nil) == nil)
    }
  }

  @Test(arguments: [
    FakeTiler(TilingFault("vips: not an image")), FakeTiler(output: Data(count: 300)),
  ])
  private func whatCannotBeCutIsShownWholeAndLeavesNothingHalf(tiler: FakeTiler) async throws {
    let fixture = try await Fixture()
    try await fixture.vault { vault in
      let asset = try await asset(vault)
      #expect(try await Pyramids(vault).pyramid(of: asset, by: tiler) == nil)
      #expect(try await Pyramids(vault).pyramid(of: asset, by: tiler) == nil)
      #expect(tiler.asked.withLock { $0 } == 1)
    }
    guard tiler.fault != nil else { return }
    // After a restart whoever can, does: nothing of the failed try stands in the way.
    try await fixture.reopen()
    try await fixture.vault { vault in
      let asset = try await asset(vault)
      #expect(try await Pyramids(vault).pyramid(of: asset, by: FakeTiler())?.top == 13)
    }
  }

  @Test func aThumbnailIsMadeOnceAndKept() async throws {
    let fixture = try await Fixture()
    try await fixture.vault { vault in
      let tiler = FakeTiler()
      let asset = try await asset(vault)
      for _ in 0..<3 {
        #expect(
          try await Thumbnails(vault).thumbnail(of: asset, by: tiler) == Data([0xFF, 0xD8]))
      }
      #expect(tiler.asked.withLock { $0 } == 1)
    }
  }

  @Test func whatBrowsersDoNotShowIsMadeIntoWhatTheyDoOnce() async throws {
    let fixture = try await Fixture()
    try await fixture.vault { vault in
      let tiler = FakeTiler()
      var asset = try await asset(vault, width: 10, height: 10)
      let thumbnails = Thumbnails(vault)
      #expect(try await thumbnails.rendition(of: asset, by: tiler) == nil)
      asset.type = "image/tiff"
      for _ in 0..<3 {
        #expect(
          try await thumbnails.rendition(of: asset, by: tiler) == Data([0xFF, 0xD8, 0xFF]))
      }
      #expect(tiler.asked.withLock { $0 } == 1)
      // However small it is, the grid cannot show it itself.
      #expect(try await thumbnails.thumbnail(of: asset, by: tiler) == Data([0xFF, 0xD8]))
      #expect(try await thumbnails.rendition(of: asset, by: nil) == nil)
    }
  }

  @Test func aSmallImageIsItsOwnThumbnailAndSoIsWhatNoneCanBeMadeOf() async throws {
    let fixture = try await Fixture()
    try await fixture.vault { vault in
      let small = try await asset(vault, width: Thumbnails.size, height: Thumbnails.size)
      let large = try await asset(vault, width: Thumbnails.size + 1, height: 10)
      #expect(try await Thumbnails(vault).thumbnail(of: small, by: FakeTiler()) == nil)
      #expect(
        try await Thumbnails(vault).thumbnail(of: large, by: FakeTiler(TilingFault("no"))) == nil)
      #expect(try await Thumbnails(vault).thumbnail(of: large, by: nil) == nil)
    }
  }
}
