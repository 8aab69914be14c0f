import Foundation

/// Where the members of a ZIP archive lie (APPNOTE.TXT 6.3.10 §4.3), read from its end. Only members that
/// are stored as they are, and archives of less than 4 GiB, though their
/// fields may be of 64 bits.
package struct ZIPDirectory: Sendable {
  package enum Fault: Error, Hashable, Sendable {
    case notAnArchive
    /// A member is compressed or encrypted.
    case notStored(String)
    case damaged
  }

  /// Bytes of the archive by member. A header of its own stands before each.
  package let members: [String: Range<Int>]

  /// Bytes at the end of an archive that hold the record of its directory, if nobody remarks on it.
  static let endSize = 22
  private static let (endMark, memberMark): (UInt32, UInt32) = (0x0605_4b50, 0x0201_4b50)
  /// Bytes of the header before a member's content, but for its name and extra fields.
  static let headerSize = 30

  /// - Parameters:
  ///   - size: bytes of the archive.
  ///   - read: bytes of a part of it.
  /// - Complexity: O(members)
  package init(size: Int, read: (Range<Int>) throws -> Data) throws {
    guard size >= Self.endSize else { throw Fault.notAnArchive }
    let end = Fields(try read(size - Self.endSize..<size))
    guard end.long(0) == Self.endMark else { throw Fault.notAnArchive }
    let count = Int(end.short(10))
    let start = Int(end.long(16))
    let length = Int(end.long(12))
    guard start + length <= size - Self.endSize else { throw Fault.damaged }
    let directory = Fields(try read(start..<start + length))
    var members: [String: Range<Int>] = [:]
    var place = 0
    for _ in 0..<count {
      guard place + 46 <= length, directory.long(place) == Self.memberMark else {
        throw Fault.damaged
      }
      let nameLength = Int(directory.short(place + 28))
      let rest = Int(directory.short(place + 30)) + Int(directory.short(place + 32))
      guard place + 46 + nameLength + rest <= length else { throw Fault.damaged }
      let name = directory.text(place + 46, nameLength)
      let flags = directory.short(place + 8)
      guard directory.short(place + 10) == 0, flags & 1 == 0 else { throw Fault.notStored(name) }
      let (bytes, header) = try directory.extent(ofMemberAt: place, extra: place + 46 + nameLength)
      guard header + Self.headerSize + bytes <= start else { throw Fault.damaged }
      members[name] = header..<header + bytes
      place += 46 + nameLength + rest
    }
    self.members = members
  }

  /// The content of a member.
  ///
  /// - Parameter read: bytes of a part of the archive.
  package func content(of name: String, read: (Range<Int>) throws -> Data) throws -> Data? {
    guard let place = members[name] else { return nil }
    let start = place.lowerBound
    let header = Fields(try read(start..<start + Self.headerSize))
    let content = start + Self.headerSize + Int(header.short(26)) + Int(header.short(28))
    return try read(content..<content + place.count)
  }

  /// Little-endian numbers.
  private struct Fields {
    let bytes: [UInt8]

    init(_ data: Data) { bytes = [UInt8](data) }

    func short(_ place: Int) -> UInt16 {
      place + 1 < bytes.count ? UInt16(bytes[place]) | UInt16(bytes[place + 1]) << 8 : 0
    }

    func long(_ place: Int) -> UInt32 { UInt32(short(place)) | UInt32(short(place + 2)) << 16 }

    /// Bytes of a member, and where its header lies: in fields of 64 bits (§4.5.3) where those of 32 are
    /// full, or were filled because nobody knew how much would come.
    func extent(ofMemberAt place: Int, extra: Int) throws(Fault) -> (bytes: Int, header: Int) {
      var long = extra
      let end = extra + Int(short(place + 30))
      while long + 4 <= end, short(long) != 1 { long += 4 + Int(short(long + 2)) }
      long += 4
      func value(_ field: Int) throws(Fault) -> Int {
        guard self.long(field) == .max else { return Int(self.long(field)) }
        guard long + 8 <= end, self.long(long + 4) == 0 else { throw .damaged }
        defer { long += 8 }
        return Int(self.long(long))
      }
      _ = try value(place + 24)
      return (try value(place + 20), try value(place + 42))
    }

    func text(_ place: Int, _ count: Int) -> String {
      String(decoding: bytes[place..<place + count], as: UTF8.self)
    }
  }
}
