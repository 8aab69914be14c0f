import Foundation
import Testing

@testable import Formats

@Suite struct RecordHostileTests {
  private func parquet(_ foot: [UInt8]) -> MappedBytes {
    let size = (0..<4).map { UInt8(truncatingIfNeeded: foot.count >> (8 * $0)) }
    let magic = Array("PAR1".utf8)
    return MappedBytes(magic + foot + size + magic)
  }

  @Test func aHeadThatNestsWithoutEndIsRefused() {
    // A list of lists of lists….
    let foot: [UInt8] = [0x19] + Array(repeating: 0x19, count: 1_000_000)
    #expect(throws: TableBytes.Fault.self) { try ParquetRecords(parquet(foot)) }
  }

  @Test func aTableWithoutColumnsIsRefused() {
    // Version 1, a schema of its root alone, as many rows as there can be, no groups.
    let root: [UInt8] = [0x48, 1, 0x72, 0x15, 0, 0]
    let foot: [UInt8] =
      [0x15, 2, 0x19, 0x1C] + root
      + [0x16, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0x19, 0x0C, 0]
    #expect(throws: TableBytes.Fault.self) { try ParquetRecords(parquet(foot)) }
  }

  @Test func noByteOfATableMakesItTrap() throws {
    let folder = try TestFolder()
    for (id, file) in [
      ("parquet", "data.parquet"), ("arrow", "data.arrow"), ("docbin", "data.spacy"),
    ] {
      var samples = DatasetSamples(seed: 3)
      let format = try #require(DatasetFormat.named(id))
      let items = samples.items([.span, .whole], isText: true)
      let sink = try FolderSink(folder.path + "/" + id)
      _ = try DatasetConversion.run(
        GivenItems(items: items[...]), to: format, sink, WritingOptions(), Diagnostics(.lenient))
      try sink.finish()
      let whole = [UInt8](
        try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(id)/\(file)")))
      var chance: UInt64 = 7
      for attempt in 0..<400 {
        var bytes = whole
        for _ in 0..<(1 + attempt % 4) {
          chance = chance &* 6_364_136_223_846_793_005 &+ 1
          bytes[Int(chance >> 33) % bytes.count] = UInt8(truncatingIfNeeded: chance >> 25)
        }
        let broken = "\(folder.path)/\(id)-broken"
        try? FileManager.default.removeItem(atPath: broken)
        try FileManager.default.createDirectory(atPath: broken, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: "\(broken)/\(file)"))
        var reader = try? format.read(DatasetFolder(broken), Diagnostics(.lenient))
        var count = 0
        while count < 10_000, let item = try? reader?.next(), item != nil { count += 1 }
      }
    }
  }

  @Test func daysBeyondAllTimeStayNumbers() {
    #expect(RecordValue.day(.min) == .json(.int(.min)))
    #expect(RecordValue.day(19_844) == .json(.string("2024-05-01")))
  }
}
