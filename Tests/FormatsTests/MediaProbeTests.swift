import Foundation
import Testing

@testable import Formats

@Suite struct MediaProbeTests {
  private func probe(_ bytes: [UInt8]) throws(MediaProbe.Fault) -> MediaProbe {
    let found: Result<MediaProbe, MediaProbe.Fault> = bytes.withUnsafeBufferPointer { buffer in
      do throws(MediaProbe.Fault) { return .success(try MediaProbe(buffer)) } catch {
        return .failure(error)
      }
    }
    return try found.get()
  }

  private static func big(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
  }

  private static func little(_ value: Int, _ count: Int) -> [UInt8] { big(value, count).reversed() }

  /// Two seconds at 8 kHz, 16 bits.
  static let wave: [UInt8] =
    Array("RIFF".utf8) + little(36 + 32_000, 4) + Array("WAVEfmt ".utf8) + little(16, 4)
    + little(1, 2) + little(1, 2) + little(8_000, 4) + little(16_000, 4) + little(2, 2)
    + little(16, 2) + Array("data".utf8) + little(32_000, 4) + [UInt8](repeating: 0, count: 32_000)

  /// Three seconds at 44.1 kHz, by its first block.
  static let flac: [UInt8] =
    Array("fLaC".utf8) + [0x80, 0, 0, 34] + [UInt8](repeating: 0, count: 10)
    + big(44_100 << 12 | 1 << 9 | 15 << 4, 4) + big(132_300, 4) + [UInt8](repeating: 0, count: 16)

  private static func page(_ place: Int, _ content: [UInt8]) -> [UInt8] {
    Array("OggS".utf8) + [0, 0] + little(place, 8) + little(1, 4) + little(0, 4) + little(0, 4)
      + [1, UInt8(content.count)] + content
  }

  /// Opus with 312 samples that are not played, then one second.
  static let opus: [UInt8] =
    page(0, Array("OpusHead".utf8) + [1, 1] + little(312, 2) + little(48_000, 4) + [0, 0, 0])
    + page(48_312, [UInt8](repeating: 1, count: 40))

  private static func element(_ id: [UInt8], _ content: [UInt8], isOpen: Bool = false) -> [UInt8] {
    id + (isOpen ? [0x01] + [UInt8](repeating: 0xFF, count: 7) : [0x10] + big(content.count, 3))
      + content
  }

  /// As browsers record it: no duration, no lengths of segment and cluster; the last block is at 2.5 s.
  static func webm(tracks: [UInt8]) -> [UInt8] {
    let head = element([0x1A, 0x45, 0xDF, 0xA3], element([0x42, 0x82], Array("webm".utf8)))
    let info = element([0x15, 0x49, 0xA9, 0x66], element([0x2A, 0xD7, 0xB1], big(1_000_000, 3)))
    let track = element(
      [0x16, 0x54, 0xAE, 0x6B],
      tracks.flatMap { element([0xAE], element([0x83], [$0])) })
    let blocks =
      element([0xE7], big(2_000, 2)) + element([0xA3], [0x81, 0, 0, 0x80, 1, 2])
      + element([0xA3], [0x81] + big(500, 2) + [0x80, 1, 2])
    let cluster = element([0x1F, 0x43, 0xB6, 0x75], blocks, isOpen: true)
    return head + element([0x18, 0x53, 0x80, 0x67], info + track + cluster, isOpen: true)
  }

  static func box(_ name: String, _ content: [UInt8]) -> [UInt8] {
    big(content.count + 8, 4) + Array(name.unicodeScalars.map { UInt8($0.value) }) + content
  }

  /// 90 seconds by its movie header, with where it was filmed.
  static func mp4(brand: String, handlers: [String]) -> [UInt8] {
    let header =
      [UInt8](repeating: 0, count: 12) + big(1_000, 4) + big(90_000, 4)
      + [UInt8](repeating: 0, count: 80)
    let tracks = handlers.flatMap {
      box(
        "trak",
        box("mdia", box("hdlr", [UInt8](repeating: 0, count: 8) + Array($0.utf8) + [0, 0, 0, 0])))
    }
    let place = box("udta", box("\u{A9}xyz", [0, 18, 0, 0] + Array("+48.8577+002.295/".utf8)))
    return box("ftyp", Array(brand.utf8) + [0, 0, 0, 0])
      + box("moov", box("mvhd", header) + tracks + place) + box("mdat", [1, 2, 3])
  }

  @Test func recordingsAndFilmsAreToldByTheirBytesAndSayHowLongTheyPlay() throws {
    let all: [([UInt8], String, Double?)] = [
      (Self.wave, "audio/wav", 2), (Self.flac, "audio/flac", 3), (Self.opus, "audio/ogg", 1),
      (Self.webm(tracks: [2]), "audio/webm", 2.5), (Self.webm(tracks: [1, 2]), "video/webm", 2.5),
      (Self.mp4(brand: "M4A ", handlers: ["soun"]), "audio/mp4", 90),
      (Self.mp4(brand: "qt  ", handlers: ["vide", "soun"]), "video/quicktime", 90),
      (Array("ID3".utf8) + [UInt8](repeating: 0, count: 40), "audio/mpeg", nil),
      ([0xFF, 0xFB, 0x90, 0x00] + [UInt8](repeating: 0, count: 40), "audio/mpeg", nil),
      ([0xFF, 0xF1, 0x50, 0x80] + [UInt8](repeating: 0, count: 40), "audio/aac", nil),
    ]
    for (bytes, type, seconds) in all {
      let found = try probe(bytes)
      #expect(found.type == type && found.seconds == seconds)
    }
  }

  @Test func whatIsNoneOfThemIsSaidToBe() {
    let html = Array("<html><body>no sound at all</body></html>".utf8)
    let heic =
      Self.box("ftyp", Array("heic".utf8) + [0, 0, 0, 0]) + Self.box("meta", [0, 0, 0, 0])
    for bytes in [[], [1, 2, 3], html, heic, [UInt8](repeating: 0, count: 100)] as [[UInt8]] {
      #expect(throws: MediaProbe.Fault.unknown) { try probe(bytes) }
    }
    #expect(throws: MediaProbe.Fault.self) { try probe(Self.webm(tracks: [])) }
    #expect(throws: MediaProbe.Fault.self) { try probe(Self.mp4(brand: "isom", handlers: [])) }
  }

  @Test func filesThatAreCutOffOrChangedAnywhereEndNothing() {
    var chance = Chance(seed: 7)
    let all = [
      Array(Self.wave.prefix(300)), Self.flac, Self.opus, Self.webm(tracks: [1, 2]),
      Self.mp4(brand: "isom", handlers: ["vide", "soun"]), Self.photograph(), Self.png(),
      Self.webp(),
    ]
    for bytes in all {
      for end in bytes.indices {
        _ = try? probe(Array(bytes[..<end]))
        _ = PlaceRemoval.cleaned(Data(bytes[..<end]))
        _ = ImageNotes.removed(from: Data(bytes[..<end]))
      }
      for _ in 0..<2_000 {
        var changed = bytes
        for _ in 0..<3 {
          changed[Int.random(in: 0..<changed.count, using: &chance)] = UInt8.random(
            in: 0...255, using: &chance)
        }
        _ = try? probe(changed)
        _ = PlaceRemoval.cleaned(Data(changed))
        _ = ImageNotes.removed(from: Data(changed))
      }
    }
  }

  @Test func wherePicturesAndFilmsWereMadeIsTakenOutAndTheRestStays() throws {
    let film = Self.mp4(brand: "mp42", handlers: ["vide"])
    let cleaned = [UInt8](PlaceRemoval.cleaned(Data(film)))
    #expect(
      cleaned.count == film.count && !String(decoding: cleaned, as: UTF8.self).contains("48.8577"))
    let (before, after) = (try probe(film), try probe(cleaned))
    #expect(before == after)
    let untouched = Data(Self.wave)
    #expect(PlaceRemoval.cleaned(untouched) == untouched)
  }

  // MARK: Pictures

  /// Notes of a camera: its maker, which way is up, and where it was.
  private static let exif: [UInt8] = {
    func entry(_ tag: Int, _ kind: Int, _ count: Int, _ value: [UInt8]) -> [UInt8] {
      little(tag, 2) + little(kind, 2) + little(count, 4) + value
    }
    let directory = 8 + 2 + 2 * 12 + 4
    let value = directory + 2 + 2 * 12 + 4
    return Array("II".utf8) + [42, 0] + little(8, 4) + little(2, 2)
      + entry(0x0112, 3, 1, little(6, 4)) + entry(0x8825, 4, 1, little(directory, 4)) + little(0, 4)
      + little(2, 2) + entry(1, 2, 2, [0x4E, 0, 0, 0]) + entry(2, 5, 3, little(value, 4))
      + little(0, 4)
      + [48, 51, 30].flatMap { little($0, 4) + little(1, 4) }
  }()

  private static func segment(_ marker: UInt8, _ content: [UInt8]) -> [UInt8] {
    [0xFF, marker] + big(content.count + 2, 2) + content
  }

  static func photograph(exif: [UInt8] = exif) -> [UInt8] {
    [0xFF, 0xD8] + segment(0xE0, Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1, 0, 0])
      + [0xFF] + segment(0xE1, Array("Exif\0\0".utf8) + exif)
      + segment(0xE1, Array("http://ns.adobe.com/xap/1.0/\0 GPSLatitude=48".utf8))
      + segment(0xE2, Array("ICC_PROFILE\0 colours".utf8))
      + segment(0xE2, Array("MPF\0 others".utf8))
      + segment(0xED, Array("Photoshop 3.0 City=Paris".utf8))
      + segment(0xFE, Array("in Paris".utf8))
      + segment(0xC0, [8, 0, 30, 0, 40, 1, 1, 0x11, 0])
      + segment(0xDA, [1, 1, 0, 0, 63, 0]) + [1, 0xFF, 0, 2, 0xFF, 0xD3, 4, 0xFF, 0xD9]
      + Array("after the end, in Paris".utf8)
  }

  private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    let covered = Array(name.utf8) + content
    return big(content.count, 4) + covered
      + big(Int(covered.withUnsafeBufferPointer { CRC32.of($0) }), 4)
  }

  static func png() -> [UInt8] {
    let plain = PNGWriter.png([1, 2, 3], width: 1, height: 1)
    let head = 8 + 25
    return Array(plain[..<head]) + chunk("eXIf", exif) + chunk("tEXt", Array("Place\0Paris".utf8))
      + plain[head...]
  }

  static func webp() -> [UInt8] {
    func part(_ name: String, _ content: [UInt8]) -> [UInt8] {
      Array(name.utf8) + little(content.count, 4) + content + (content.count % 2 == 1 ? [0] : [])
    }
    let parts =
      part("VP8X", [0x0C, 0, 0, 0] + little(39, 3) + little(29, 3))
      + part("VP8L", [0x2F, 1, 2, 3, 4])
      + part("EXIF", exif) + part("XMP ", Array("in Paris".utf8))
    return Array("RIFF".utf8) + little(parts.count + 4, 4) + Array("WEBP".utf8) + parts
  }

  private func facts(_ bytes: [UInt8]) -> ExifFacts? {
    bytes.withUnsafeBufferPointer { ExifFacts($0) }
  }

  @Test func picturesLoseTheirPlaceAndKeepWhichWayIsUp() throws {
    for picture in [Self.photograph(), Self.png(), Self.webp()] {
      #expect(String(decoding: picture, as: UTF8.self).contains("Paris"))
      #expect(
        picture.indices.contains { picture[$0...].starts(with: [48, 0, 0, 0, 1, 0, 0, 0, 51]) })
      let cleaned = [UInt8](PlaceRemoval.cleaned(Data(picture)))
      #expect(facts(cleaned)?.orientation == 6)
      #expect(!String(decoding: cleaned, as: UTF8.self).contains("Paris"))
      #expect(
        !cleaned.indices.contains { cleaned[$0...].starts(with: [48, 0, 0, 0, 1, 0, 0, 0, 51]) })
      let kind = cleaned.withUnsafeBufferPointer { try? ImageProbe($0) }
      #expect(kind?.width ?? 0 > 0)
      let bare = [UInt8](ImageNotes.removed(from: Data(picture)))
      #expect(facts(bare) == nil && bare.withUnsafeBufferPointer { try? ImageProbe($0) } != nil)
    }
    let photograph = [UInt8](ImageNotes.removed(from: Data(Self.photograph())))
    let text = String(decoding: photograph, as: UTF8.self)
    #expect(text.contains("ICC_PROFILE") && text.contains("JFIF") && !text.contains("MPF"))
    #expect(photograph.suffix(2) == [0xFF, 0xD9])
  }

  @Test func aPlaceThatIsSaidToLieBeyondTheNotesEndsNothing() {
    var exif = Self.exif
    exif.replaceSubrange(8 + 2 + 12 + 8..<8 + 2 + 12 + 12, with: [0, 0, 0, 0x7F])
    let cleaned = PlaceRemoval.cleaned(Data(Self.photograph(exif: exif)))
    #expect(facts([UInt8](cleaned))?.orientation == 6)
  }

  @Test func aMaskIsWhiteWhereItIsAndNowhereElse() throws {
    for columns in [0..<0, 0..<1, 3..<5, 7..<9, 8..<16, 5..<27, 9..<9, 0..<29] {
      let png = PNGWriter.mask(width: 29, height: 3, areas: [(columns: columns, rows: 1..<2)])
      let probe = try #require(png.withUnsafeBufferPointer { try? ImageProbe($0) })
      #expect(probe.width == 29 && probe.height == 3)
      let pixels = try PNGReader(png)
      for row in 0..<3 {
        for column in 0..<29 {
          let isWhite = pixels.values[row * 29 + column] != 0
          #expect(isWhite == (row == 1 && columns.contains(column)), "\(columns) \(row) \(column)")
        }
      }
    }
  }
}

/// Chances that are the same each time.
struct Chance: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ state >> 29
  }
}
