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
    #expect(try blobs.read(name, offset: 1, count: 3) == Data([2, 3, 4]))
    #expect(try blobs.read(name, offset: 4, count: 100) == Data([5]))
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
    #expect(throws: BlobError.notFound(other)) {
      try blobs.read(other, offset: 0, count: 1)
    }
  }

  func namesAreNoPaths() throws {
    for bad in ["../../etc/passwd", "ab/cdefgh", "", "ABCDEFGH", "abcdefg\u{0}"] {
      #expect(throws: BlobError.badName(bad)) { try blobs.size(bad) }
    }
  }

  func removing() throws {
    try blobs.remove(name)
    #expect(try blobs.size(name) == nil)
  }
}

@Suite struct FileBlobsTests {
  @Test func keepsTheContract() throws {
    let root = NSTemporaryDirectory() + "assay-blobs-\(UUID().uuidString)"
    try BlobsContract(blobs: FileBlobs(root: root)).runAll()
    try FileManager.default.removeItem(atPath: root)
  }
}
