import Foundation
import Labels
import Testing

@testable import Formats

struct FolderListingTests {
  @Test func filesAndLinksBelowAFolderAreListedAndWhatToolsLeaveIsNot() throws {
    let folder = try TestFolder()
    for name in ["a.txt", "b/c.txt", "b/d/e.txt", ".hidden", ".git/f", "__MACOSX/g", "b/.DS_Store"] {
      try folder.write("x", to: name)
    }
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/b/link", withDestinationPath: "c.txt")
    let listing = FolderListing(folder.path, limit: 10)
    #expect(listing.files.sorted() == ["a.txt", "b/c.txt", "b/d/e.txt"] && listing.links == ["b/link"])
    let cut = FolderListing(folder.path, limit: 1)
    #expect(cut.files.count + cut.links.count == 2)
  }

  @Test func aNameThatIsNoUTF8IsTold() throws {
    let folder = try TestFolder()
    try folder.write("one", to: "a.txt")
    let path = Array((folder.path + "/b").utf8) + [0xE4, 0x2E, 0x74, 0x78, 0x74, 0]
    path.withUnsafeBytes { bytes in
      let file = open(bytes.bindMemory(to: CChar.self).baseAddress!, O_CREAT | O_WRONLY, 0o600)
      #expect(file >= 0)
      close(file)
    }
    let diagnostics = Diagnostics(.lenient)
    var reader = try DatasetFormat.plainFiles.reader(of: DatasetFolder(folder.path), diagnostics)
    #expect(try reader.next()?.name == "a.txt")
    #expect(try reader.next() == nil)
    #expect(diagnostics.faults.map(\.file) == ["b\u{FFFD}.txt"])
    #expect(diagnostics.faults.map(\.reason) == ["its name is no UTF-8"])
  }

  @Test func anImageThatGoesAlongAndHasAnotherSizeThanItsSetSaysIsTold() throws {
    let folder = try TestFolder()
    let item = DatasetItem(name: "a.png", size: ImageSize(width: 8, height: 6))
    try DatasetSamples.putImages(of: [item], under: folder.path)
    var given = item
    (given.media, given.size) = (folder.path + "/images/a.png", ImageSize(width: 80, height: 60))
    for hasMedia in [true, false] {
      let diagnostics = Diagnostics(.lenient)
      let sink = try FolderSink(folder.path + "/\(hasMedia)")
      _ = try DatasetConversion.run(
        GivenItems(items: [given]), to: .jsonLines, sink, WritingOptions(hasMedia: hasMedia), diagnostics)
      try sink.finish()
      #expect(diagnostics.faultCount == (hasMedia ? 1 : 0) && diagnostics.losses.count == (hasMedia ? 1 : 0))
      #expect(
        diagnostics.faults.allSatisfy { $0.reason == "the set says it has 80 × 60 pixels, and it has 8 × 6" })
    }
  }
}
