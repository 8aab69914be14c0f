import Foundation

/// A TIFF structure (TIFF 6.0 §2), read without trust.
struct TIFFBlock {
  struct Entry {
    var kind: Int
    var count: Int
    /// Where the value lies.
    var place: Int

    static let sizes = [1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 10: 8]
    var bytes: Int { count * (Self.sizes[kind] ?? 0) }
  }

  private let reader: ByteReader
  private let isLittle: Bool

  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    reader = ByteReader(bytes: bytes)
    guard bytes.count >= 8 else { return nil }
    switch reader.text(0, 2) {
    case "II": isLittle = true
    case "MM": isLittle = false
    default: return nil
    }
  }

  func short(_ at: Int) -> Int? {
    guard at >= 0, at + 2 <= reader.count else { return nil }
    return isLittle ? reader.little16(at) : reader.big16(at)
  }

  func long(_ at: Int) -> Int? {
    guard at >= 0, at + 4 <= reader.count else { return nil }
    return isLittle ? reader.little32(at) : reader.big32(at)
  }

  func entries(at place: Int) -> [Int: Entry] {
    guard let count = short(place), count <= ExifFacts.entryLimit else { return [:] }
    var entries: [Int: Entry] = [:]
    for index in 0..<count {
      let at = place + 2 + 12 * index
      guard let tag = short(at), let kind = short(at + 2), let count = long(at + 4) else { break }
      let size = Entry.sizes[kind] ?? 0
      guard size > 0, count > 0, count <= reader.count / size else { continue }
      let start = size * count <= 4 ? at + 8 : long(at + 8) ?? reader.count
      guard start >= 0, start <= reader.count - size * count else { continue }
      entries[tag] = Entry(kind: kind, count: count, place: start)
    }
    return entries
  }

  func number(_ entry: Entry) -> UInt32? {
    switch entry.kind {
    case 3: short(entry.place).map { UInt32($0) }
    case 4: long(entry.place).map { UInt32($0) }
    default: nil
    }
  }

  func text(_ entry: Entry) -> String? {
    guard entry.kind == 2, entry.count <= 200, let text = reader.text(entry.place, entry.count)
    else {
      return nil
    }
    let plain = text.prefix { $0 != "\0" }.filter { !$0.isNewline }
    let trimmed = String(plain).trimmingCharacters(in: .whitespaces)
    return trimmed.isEmpty ? nil : trimmed
  }

  /// Fractions.
  func numbers(_ entry: Entry) -> [Double]? {
    guard entry.kind == 5, entry.count <= 10 else { return nil }
    return (0..<entry.count).map { index in
      let (over, under) = (
        long(entry.place + 8 * index) ?? 0, long(entry.place + 8 * index + 4) ?? 0
      )
      return under == 0 ? .nan : Double(over) / Double(under)
    }
  }

  /// Whole numbers, as many as there are.
  func wholeNumbers(_ entry: Entry) -> [Int]? {
    switch entry.kind {
    case 3: (0..<entry.count).map { short(entry.place + 2 * $0) ?? 0 }
    case 4: (0..<entry.count).map { long(entry.place + 4 * $0) ?? 0 }
    default: nil
    }
  }

  /// Where the directory after another one is; nil after the last.
  func next(after directory: Int) -> Int? {
    short(directory).flatMap { long(directory + 2 + 12 * $0) }.flatMap { $0 > 0 ? $0 : nil }
  }
}
