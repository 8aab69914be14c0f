import Foundation
import Store
import Testing

/// What every `Blobs` must do; each backend runs all of it.
struct BlobsContract {
  let blobs: any Blobs
  private let name = String(repeating: "ab", count: 16)

  func runAll() throws {
    try aBlobIsThereOnceCommitted()
    try whatIsAbandonedNeverWas()
    try namesAreNoPaths()
    try removing()
  }

  func aBlobIsThereOnceCommitted() throws {
    let writer = try blobs.create()
    try writer.append(Data([1, 2, 3]))
    try writer.append(Data([4, 5]))
    #expect(try blobs.size(name) == nil)
    try writer.commit(as: name, .flushed)
    #expect(try blobs.size(name) == 5)
    let reader = try blobs.open(name)
    #expect(reader.size == 5)
    #expect(try read(reader, from: 1, count: 3) == [2, 3, 4])
    #expect(try read(reader, from: 4, count: 100) == [5])
    var names: [String] = []
    try blobs.forEachName { names.append($0) }
    #expect(names == [name])
  }

  func whatIsAbandonedNeverWas() throws {
    let other = String(repeating: "cd", count: 16)
    let writer = try blobs.create()
    try writer.append(Data([1]))
    writer.abandon()
    #expect(try blobs.size(other) == nil)
    #expect(throws: BlobError.notFound(other)) { try blobs.open(other) }
  }

  func namesAreNoPaths() throws {
    for bad in ["../../etc/passwd", "ab/cdefgh", "", "ABCDEFGH", "abcdefg\u{0}"] {
      #expect(throws: BlobError.badName(bad)) { try blobs.size(bad) }
      #expect(throws: BlobError.badName(bad)) { try blobs.open(bad) }
    }
  }

  func removing() throws {
    let reader = try blobs.open(name)
    try blobs.remove(name)
    #expect(try blobs.size(name) == nil)
    #expect(try read(reader, from: 0, count: 5) == [1, 2, 3, 4, 5])
  }

  private func read(_ reader: any BlobReader, from offset: Int, count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let filled = try bytes.withUnsafeMutableBytes { try reader.read(from: offset, into: $0) }
    return Array(bytes.prefix(filled))
  }
}

@Suite struct FileBlobsTests {
  @Test func keepsTheContract() throws {
    let root = NSTemporaryDirectory() + "assay-blobs-\(UUID().uuidString)"
    try BlobsContract(blobs: FileBlobs(root: root)).runAll()
    try FileManager.default.removeItem(atPath: root)
  }

  @Test func whatAnEarlierProcessHadOnItsWayIsThrownAwayAndNothingElse() throws {
    let root = NSTemporaryDirectory() + "assay-blobs-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: root) }
    let blobs = try FileBlobs(root: root)
    let old = root + "/incoming/old"
    try Data([1]).write(to: URL(filePath: old))
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -3600)], ofItemAtPath: old)
    let writer = try blobs.create()
    try writer.append(Data([2]))
    try blobs.dropUnfinished()
    #expect(!FileManager.default.fileExists(atPath: old))
    try writer.commit(as: "0123456789abcdef", .flushed)
    #expect(try blobs.size("0123456789abcdef") == 1)
  }
}
