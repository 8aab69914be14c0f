import Foundation
import Notation
import Synchronization
import Testing

@testable import Platform

@Suite struct UploadReadingTests {
  /// Writes three items, once it finds room: where it is called for the `room`th time and from then on.
  private final class Converter: SetConverter {
    private let room: Int
    private let calls = Mutex<[String]>([])

    init(roomAtCall room: Int) { self.room = room }

    /// Folders that it was given.
    var folders: [String] { calls.withLock { $0 } }

    func convert(
      _ source: String, as format: String?, hasMedia: Bool, to target: String, temporary: String
    ) async throws -> JSON {
      let count = calls.withLock { calls in
        calls.append(temporary)
        return calls.count
      }
      guard count >= room else { throw Refusal.noSpace }
      let lines = (0..<3).map { #"{"name":"\#($0)","text":"t","labels":[]}"# + "\n" }.joined()
      try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: false)
      try Data(lines.utf8).write(to: URL(filePath: target + "/items.jsonl"))
      return ["from": "jsonl"]
    }
  }

  private static let parts = [Data("first".utf8), Data("last".utf8)]

  /// A set that came whole, in two parts.
  private func sent(_ vault: ClientVault) async throws -> Upload {
    let dataset = try await Datasets(vault, actor: .system).create(name: "D")
    let uploads = Uploads(vault, actor: .system)
    var upload = try await uploads.begin(
      .init(name: "a.jsonl"), size: Self.parts.reduce(0) { $0 + $1.count }, into: dataset.id)
    for part in Self.parts {
      upload = try await uploads.append(
        part, at: upload.received, to: upload.id, of: dataset.id)
    }
    return upload
  }

  @Test func aSetThatMemoryIsTooSmallForIsReadOnTheDisk() async throws {
    let fixture = try await Fixture()
    let converter = Converter(roomAtCall: 2)
    try await fixture.vault { vault in
      let upload = try await sent(vault)
      try await UploadReading(vault, by: converter, in: fixture.folder).run(upload.id)
      let ended = try await Uploads(vault, actor: .system).get(upload.id)
      guard converter.folders.first?.hasPrefix(WorkFolder.memory) == true else {
        print("skipped: there is no room in memory")
        return
      }
      #expect(ended.state == .completed && ended.outcome.created == 3)
      #expect(converter.folders.count == 2)
      #expect(converter.folders[1].hasPrefix(fixture.folder.spoolPath))
      #expect(converter.folders.allSatisfy { !FileManager.default.fileExists(atPath: $0) })
    }
  }

  @Test func aSetThatThereIsNoRoomForIsKeptAndReadOnceItsLastPartComesAgain() async throws {
    let fixture = try await Fixture()
    let converter = Converter(roomAtCall: 3)
    try await fixture.vault { vault in
      let uploads = Uploads(vault, actor: .system)
      let reading = UploadReading(vault, by: converter, in: fixture.folder)
      let upload = try await sent(vault)
      // In memory and on the disk, or twice on the disk.
      while converter.folders.count < 2 {
        try await reading.run(upload.id)
        let kept = try await uploads.get(upload.id)
        #expect(kept.state == .receiving && kept.received == Self.parts[0].count)
        #expect(kept.outcome.reason?.contains("no space") == true && kept.endedAt == nil)
        let whole = try await uploads.append(
          Self.parts[1], at: kept.received, to: upload.id, of: upload.dataset)
        #expect(whole.state == .reading)
      }
      try await reading.run(upload.id)
      let ended = try await uploads.get(upload.id)
      #expect(
        ended.state == .completed && ended.outcome.created == 3 && ended.outcome.reason == nil)
      #expect(try await uploads.parts(of: upload.id).blobs().isEmpty)
    }
  }

  @Test func aSetThatItsReaderDoesNotTakeIsThrownAway() async throws {
    struct Unreadable: SetConverter {
      func convert(
        _ source: String, as format: String?, hasMedia: Bool, to target: String, temporary: String
      ) async throws -> JSON { throw SetFault("it is no set") }
    }
    let fixture = try await Fixture()
    try await fixture.vault { vault in
      let upload = try await sent(vault)
      try await UploadReading(vault, by: Unreadable(), in: fixture.folder).run(upload.id)
      let uploads = Uploads(vault, actor: .system)
      let ended = try await uploads.get(upload.id)
      #expect(ended.state == .failed && ended.outcome.reason == "it is no set")
      #expect(try await uploads.parts(of: upload.id).blobs().isEmpty)
    }
  }
}
