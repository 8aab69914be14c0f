import Geometry
import Labels
import Testing

@testable import Formats

@Suite struct LineReaderTests {
  private func lines(_ pieces: [[UInt8]], limit: Int = 100) -> [LineReader.Line] {
    var reader = LineReader(limit: limit)
    var lines = pieces.flatMap { reader.read($0) }
    if let last = reader.end() { lines.append(last) }
    return lines
  }

  @Test func linesAreTheSameHoweverTheyArrive() {
    let text = Array("one\ntwo\r\n\nlast".utf8)
    let expected: [LineReader.Line] = ["one", "two", "", "last"].map { .text(Array($0.utf8)) }
    for size in 1...text.count {
      let pieces = stride(from: 0, to: text.count, by: size).map {
        Array(text[$0..<min(text.count, $0 + size)])
      }
      #expect(lines(pieces) == expected)
    }
  }

  @Test func aLineOnTheLimitIsReadAndALongerOneIsPassedOver() {
    let fits = [UInt8](repeating: 65, count: 10)
    #expect(lines([fits + [10]], limit: 10) == [.text(fits)])
    #expect(
      lines([fits, [65, 65], [10, 66, 10]], limit: 10) == [.tooLong(bytes: 12), .text([66])])
  }
}

@Suite struct TarTests {
  @Test func whatIsWrittenIsReadBack() throws {
    let writer = TarWriter()
    let long = String(repeating: "folder/", count: 20) + "file.txt"
    let files = [
      ("a.txt", [UInt8]("hello".utf8)), (long, []), ("b", [UInt8](repeating: 7, count: 513)),
    ]
    var archive: [UInt8] = []
    for (name, content) in files {
      archive += try writer.file(name: name, content: content, modified: 1)
    }
    archive += writer.trailer
    for size in [1, 100, 512, 5000] {
      var reader = TarReader()
      var found: [(String, [UInt8])] = []
      for start in stride(from: 0, to: archive.count, by: size) {
        try reader.read(archive[start..<min(archive.count, start + size)]) { event in
          switch event {
          case .file(let name, _): found.append((name, []))
          case .content(let bytes): found[found.count - 1].1 += bytes
          default: break
          }
        }
      }
      try reader.end()
      #expect(found.map(\.0) == files.map(\.0))
      #expect(found.map(\.1) == files.map(\.1))
    }
  }

  @Test func namesThatLeaveTheFolderAreRefused() throws {
    for name in ["/etc/passwd", "../x", "a/../../x", "", "a\u{0}b"] {
      #expect(throws: TarWriter.Fault.badName(name)) {
        try TarWriter().header(name: name, size: 0, modified: 0)
      }
    }
    var archive = try TarWriter().file(name: "aa/aa/x", content: [], modified: 0)
    for (index, byte) in "../../x".utf8.enumerated() { archive[index] = byte }
    let sum = archive[..<512].enumerated().reduce(0) {
      $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element))
    }
    let octal = String(sum, radix: 8)
    let padded = String(repeating: "0", count: 6 - octal.count) + octal
    for (index, byte) in padded.utf8.enumerated() { archive[148 + index] = byte }
    var reader = TarReader()
    #expect(throws: TarReader.Fault.unsafeName("../../x")) { try reader.read(archive) { _ in } }
  }

  @Test func namesOfAnyLengthAndFilesOfOtherKindsAreRead() throws {
    let long = String(repeating: "é", count: 200) + ".txt"
    let whole = try TarWriter().file(name: long, content: [1, 2], modified: 0)
    // A folder before it, as other programs write them.
    var folder = try TarWriter().header(name: "folder", size: 0, modified: 0)
    folder[156] = UInt8(ascii: "5")
    let sum = folder.enumerated().reduce(0) {
      $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element))
    }
    let digits = String(sum, radix: 8)
    let octal = String(repeating: "0", count: 6 - digits.count) + digits
    for (index, byte) in octal.utf8.enumerated() { folder[148 + index] = byte }
    for size in [1, 512, 5000] {
      var (reader, names): (TarReader, [String]) = (TarReader(), [])
      let archive = folder + whole + TarWriter().trailer
      for start in stride(from: 0, to: archive.count, by: size) {
        try reader.read(archive[start..<min(archive.count, start + size)]) {
          if case .file(let name, _) = $0 { names.append(name) }
        }
      }
      #expect(names == [long])
    }
    let facts = whole[..<1024]
    var reader = TarReader()
    #expect(throws: TarReader.Fault.badHeader) {
      try reader.read(Array(repeatElement(facts, count: 17).joined())) { _ in }
    }
  }

  @Test func aCutOrChangedArchiveIsNoticed() throws {
    let archive = try TarWriter().file(name: "a", content: [1, 2, 3], modified: 0)
    var reader = TarReader()
    try reader.read(archive.prefix(600)) { _ in }
    #expect(throws: TarReader.Fault.truncated) { try reader.end() }
    var changed = archive
    changed[0] = 66
    var other = TarReader()
    #expect(throws: TarReader.Fault.badChecksum) { try other.read(changed) { _ in } }
  }
}

@Suite struct CSVWriterTests {
  @Test func fieldsAreQuotedAndFormulasDefused() {
    var writer = CSVWriter()
    writer.row(["a,b", "say \"hi\"", "=1+1", "-2", "two\nlines", "@x"])
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == "\"a,b\",\"say \"\"hi\"\"\",'=1+1,-2,\"two\nlines\",'@x\r\n")
  }
}
