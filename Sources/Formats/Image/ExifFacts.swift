import Foundation
import Notation

/// What a camera noted in an image (CIPA DC-008, *Exif*): when and by what it was taken, and where.
package struct ExifFacts: Hashable, Sendable {
  /// As `2024-05-01T12:30:00`, in the camera's own time, with its offset from UTC where it says one.
  package var takenAt: String?
  /// Maker and model.
  package var camera: String?
  /// Degrees, north and east above zero.
  package var latitude: Double?
  package var longitude: Double?
  /// 1…8: how the pixels lie; the image is shown upright.
  package var orientation: Int?

  package init() {}

  /// Entries of a directory that are looked at.
  static let entryLimit = 1_000

  /// - Returns: nil where the file has no such notes.
  package init?(_ image: UnsafeBufferPointer<UInt8>) {
    guard let block = Self.block(image) else { return nil }
    self.init(block: block)
  }

  /// Finds the notes in a JPEG, PNG, WebP or TIFF that was probed before.
  static func block(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
    let reader = ByteReader(bytes: bytes)
    func part(_ start: Int, _ length: Int) -> UnsafeBufferPointer<UInt8>? {
      guard start >= 0, length > 8, start <= bytes.count - length else { return nil }
      return UnsafeBufferPointer(rebasing: bytes[start..<start + length])
    }
    if reader.isTIFF { return part(0, bytes.count) }
    if reader.starts(with: [0xFF, 0xD8]) {
      var found: Range<Int>?
      JPEGParts.forEach(bytes) { part in
        if part.marker == 0xE1, bytes.begins(part.content, with: "Exif") { found = part.content }
        return found == nil && part.marker != JPEGParts.scan
      }
      if let found { return part(found.lowerBound + 6, found.count - 6) }
    } else if reader.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
      var at = 8
      while at + 12 <= bytes.count {
        let length = reader.big32(at)
        if reader.text(at + 4, 4) == "eXIf" { return part(at + 8, length) }
        guard length <= bytes.count - at - 12 else { return nil }
        at += 12 + length
      }
    } else if reader.starts(with: Array("RIFF".utf8)) {
      var at = 12
      while at + 8 <= bytes.count {
        let length = reader.little32(at + 4)
        if reader.text(at, 4) == "EXIF" {
          // Some write JPEG's mark before it.
          return reader.text(at + 8, 4) == "Exif" ? part(at + 14, length - 6) : part(at + 8, length)
        }
        guard length <= bytes.count - at - 8 else { return nil }
        at += 8 + length + length % 2
      }
    }
    return nil
  }

  /// - Parameter block: a TIFF structure: byte order, then directories of entries of twelve bytes.
  init?(block: UnsafeBufferPointer<UInt8>) {
    let tiff = TIFFBlock(block)
    guard let tiff, let first = tiff.long(4) else { return nil }
    let main = tiff.entries(at: first)
    let own = main[0x8769].flatMap { tiff.number($0) }.map { tiff.entries(at: Int($0)) } ?? [:]
    let place = main[0x8825].flatMap { tiff.number($0) }.map { tiff.entries(at: Int($0)) } ?? [:]
    let orientation = main[0x0112].flatMap { tiff.number($0) }.map { Int($0) }
    self.orientation = orientation.flatMap { (1...8).contains($0) ? $0 : nil }
    let (maker, model) = (main[0x010F].flatMap(tiff.text), main[0x0110].flatMap(tiff.text))
    // Many a model's name begins with its maker's.
    let names = [maker.flatMap { model?.hasPrefix($0) == true ? nil : $0 }, model].compactMap { $0 }
    camera = names.isEmpty ? nil : names.joined(separator: " ")
    let taken = (own[0x9003] ?? main[0x0132]).flatMap(tiff.text)
    takenAt = taken.flatMap { Self.moment($0, offset: own[0x9011].flatMap(tiff.text)) }
    latitude = Self.degrees(place[2].flatMap(tiff.numbers), place[1].flatMap(tiff.text) == "S", 90)
    longitude = Self.degrees(
      place[4].flatMap(tiff.numbers), place[3].flatMap(tiff.text) == "W", 180)
    if latitude == nil || longitude == nil { (latitude, longitude) = (nil, nil) }
    if self == ExifFacts() { return nil }
  }

  /// Where in a block the place is noted: the directory of GPS, the values it names, and what leads to it.
  static func placeRanges(_ block: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
    guard let tiff = TIFFBlock(block), let first = tiff.long(4), let count = tiff.short(first)
    else {
      return []
    }
    let entries = (0..<min(count, entryLimit)).map { first + 2 + 12 * $0 }
    guard let lead = entries.first(where: { tiff.short($0) == 0x8825 }),
      let directory = tiff.long(lead + 8), directory < block.count
    else { return [] }
    let values = tiff.entries(at: directory).values.map { $0.place..<$0.place + $0.bytes }
    let own = directory..<min(directory + 2 + 12 * (tiff.short(directory) ?? 0) + 4, block.count)
    // The lead stays, and finds an empty directory.
    return values + (own.lowerBound < own.upperBound ? [own] : [])
  }

  /// `2024:05:01 12:30:00` as ISO 8601 has it.
  private static func moment(_ text: String, offset: String?) -> String? {
    guard let found = text.wholeMatch(of: /(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)/),
      found.1 != "0000"
    else { return nil }
    let zone = offset.flatMap { $0.wholeMatch(of: /[+-]\d\d:\d\d/) }.map { String($0.output) }
    return "\(found.1)-\(found.2)-\(found.3)T\(found.4)\(zone ?? "")"
  }

  private static func degrees(_ parts: [Double]?, _ isNegative: Bool, _ limit: Double) -> Double? {
    guard let parts, parts.count == 3 else { return nil }
    let sum = parts[0] + parts[1] / 60 + parts[2] / 3600
    guard sum.isFinite, (0...limit).contains(sum) else { return nil }
    return ((isNegative ? -sum : sum) * 1e6).rounded() / 1e6
  }

  /// As fields of an item.
  package var metadata: [JSON.Member] {
    var fields: [JSON.Member] = []
    if let takenAt { fields.append(.init("taken_at", .string(takenAt))) }
    if let camera { fields.append(.init("camera", .string(camera))) }
    if let latitude { fields.append(.init("latitude", .double(latitude))) }
    if let longitude { fields.append(.init("longitude", .double(longitude))) }
    if let orientation, orientation != 1 {
      fields.append(.init("orientation", .int(Int64(orientation))))
    }
    return fields
  }
}
