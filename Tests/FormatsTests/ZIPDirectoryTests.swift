import Foundation
import Testing

@testable import Formats

@Suite struct ZIPDirectoryTests {
  /// An archive of stored members, with their sizes in fields of 32 or 64 bits.
  private func archive(_ members: [(String, [UInt8])], isLong: Bool = false, method: UInt16 = 0)
    -> Data
  {
    var (bytes, directory) = (Data(), Data())
    func add(_ number: some FixedWidthInteger, to data: inout Data) {
      withUnsafeBytes(of: number.littleEndian) { data.append(contentsOf: $0) }
    }
    for (name, content) in members {
      let start = UInt32(bytes.count)
      add(UInt32(0x0403_4b50), to: &bytes)
      bytes.append(Data(count: 22))
      add(UInt16(name.utf8.count), to: &bytes)
      add(UInt16(5), to: &bytes)
      bytes += Data(name.utf8) + [9, 9, 1, 0, 7] + content
      add(UInt32(0x0201_4b50), to: &directory)
      directory.append(Data(count: 6))
      add(method, to: &directory)
      directory.append(Data(count: 8))
      add(isLong ? UInt32.max : UInt32(content.count), to: &directory)
      add(isLong ? UInt32.max : UInt32(content.count), to: &directory)
      add(UInt16(name.utf8.count), to: &directory)
      add(UInt16(isLong ? 25 : 0), to: &directory)
      directory.append(Data(count: 10))
      add(start, to: &directory)
      directory += Data(name.utf8)
      guard isLong else { continue }
      directory += [9, 9, 1, 0, 7, 1, 0, 16, 0]
      add(UInt64(content.count), to: &directory)
      add(UInt64(content.count), to: &directory)
    }
    let start = UInt32(bytes.count)
    bytes += directory
    add(UInt32(0x0605_4b50), to: &bytes)
    bytes.append(Data(count: 4))
    add(UInt16(members.count), to: &bytes)
    add(UInt16(members.count), to: &bytes)
    add(UInt32(directory.count), to: &bytes)
    add(start, to: &bytes)
    add(UInt16(0), to: &bytes)
    return bytes
  }

  private func open(_ data: Data) throws -> ZIPDirectory {
    try ZIPDirectory(size: data.count) { data.subdata(in: $0) }
  }

  @Test(arguments: [false, true])
  func membersAreFoundByTheirNames(isLong: Bool) throws {
    let data = archive(
      [("a/1.png", [1, 2, 3]), ("ü", []), ("b", [UInt8](0...255))], isLong: isLong)
    let directory = try open(data)
    #expect(directory.members.count == 3)
    let read = { data.subdata(in: $0) }
    #expect(try directory.content(of: "a/1.png", read: read) == Data([1, 2, 3]))
    #expect(try directory.content(of: "ü", read: read) == Data())
    #expect(try directory.content(of: "b", read: read) == Data(0...255))
    #expect(try directory.content(of: "c", read: read) == nil)
  }

  @Test func compressedMembersAreRefused() {
    let data = archive([("a", [1])], method: 8)
    #expect(throws: ZIPDirectory.Fault.notStored("a")) { try open(data) }
  }

  @Test func whatIsNoArchiveIsRefused() {
    #expect(throws: ZIPDirectory.Fault.notAnArchive) { try open(Data()) }
    #expect(throws: ZIPDirectory.Fault.notAnArchive) { try open(Data(count: 500)) }
  }

  /// Whatever byte is wrong, it is refused or read within its bounds.
  @Test(arguments: [false, true])
  func noWrongByteReadsBeyondTheEnd(isLong: Bool) throws {
    let sound = archive([("a/1.png", [1, 2, 3]), ("b", [4])], isLong: isLong)
    for place in sound.indices {
      for value in [0, 1, 0x7f, 0xff] as [UInt8] {
        var data = sound
        data[place] = value
        let read = { (range: Range<Int>) in data.subdata(in: range.clamped(to: 0..<data.count)) }
        guard let directory = try? ZIPDirectory(size: data.count, read: read) else { continue }
        for name in directory.members.keys {
          #expect(directory.members[name]!.upperBound <= data.count)
          _ = try directory.content(of: name, read: read)
        }
      }
    }
  }
}
