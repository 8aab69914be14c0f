import Decoding
import Formats
import Foundation
import Platform
import Testing

@Suite(.serialized) struct VipsTests {
  /// Cuts an image that comes in pieces of 64 KiB.
  private func cut(_ image: Data, _ type: String, by vips: Vips? = nil) async throws -> Data? {
    guard let vips = if let vips { vips } else { await Vips() } else {
      print("skipped: libvips-tools is not installed")
      return nil
    }
    var archive = Data()
    try await vips.tile(ImageSource(image, type), size: Pyramids.tileSize) { archive += $0 }
    return archive
  }

  @Test func anImageBecomesTilesOfEverySize() async throws {
    let image = Data(
      PNGWriter.png([UInt8](repeating: 90, count: 3 * 1200 * 700), width: 1200, height: 700))
    guard let archive = try await cut(image, "image/png") else { return }
    let directory = try ZIPDirectory(size: archive.count) { archive.subdata(in: $0) }
    let places = ["11/0_0", "11/1_0", "11/2_0", "11/2_1", "10/1_0", "9/0_0", "0/0_0"]
    for place in places {
      let name = "\(Pyramids.title)_files/\(place).png"
      let tile = try directory.content(of: name) { archive.subdata(in: $0) }
      #expect(tile?.starts(with: [0x89, 0x50, 0x4e, 0x47]) == true, "\(place)")
    }
    #expect(directory.members["\(Pyramids.title)_files/12/0_0.png"] == nil)
  }

  /// The program ends at once, or only after it read for long; either way somebody still writes to it.
  @Test(arguments: [10, 20_000_000])
  func whatIsNoImageIsAFaultAndNothingElse(count: Int) async throws {
    guard await Vips() != nil else { return }
    for type in ["image/png", "image/jpeg"] {
      await #expect(throws: TilingFault.self) {
        try await cut(Data(repeating: 7, count: count), type)
      }
    }
  }

  @Test func shadesOfGrayAreCutToo() async throws {
    let gray = Data(
      PNGWriter.png([UInt8](repeating: 3, count: 600 * 600), width: 600, height: 600, pixels: .grey)
    )
    guard let archive = try await cut(gray, "image/png") else { return }
    #expect(try ZIPDirectory(size: archive.count) { archive.subdata(in: $0) }.members.count > 4)
  }

  @Test func itsLimitsHold() async throws {
    let image = Data(
      PNGWriter.png([UInt8](repeating: 90, count: 3 * 1200 * 700), width: 1200, height: 700))
    guard let small = await Vips(memoryLimit: 20_000) else { return }
    await #expect(throws: TilingFault.self) { try await cut(image, "image/png", by: small) }
    let none = try #require(await Vips(secondLimit: 0))
    await #expect(throws: TilingFault.self) { try await cut(image, "image/png", by: none) }
  }

  /// A name with everything that a shell could stumble over is only ever a media type here.
  @Test func aHostileTypeRunsNothing() async throws {
    let mark = NSTemporaryDirectory() + "assay-\(UUID().uuidString)"
    _ = try? await cut(Data(count: 10), "image/png]; touch \(mark) #")
    #expect(!FileManager.default.fileExists(atPath: mark))
  }

  @Test func whatTheReaderThrowsIsPassedOn() async throws {
    struct Lost: Error {}
    guard let vips = await Vips() else { return }
    await #expect(throws: Lost.self) {
      let image = ImageSource(type: "image/png", owner: "a", size: 150_000) { _ in throw Lost() }
      try await vips.tile(image, size: 512) { _ in }
    }
  }
}
