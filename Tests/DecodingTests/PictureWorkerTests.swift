import Formats
import Foundation
import Platform
import Testing

@testable import Decoding

extension ImageSource {
  /// In pieces of 64 KiB.
  init(_ image: Data, _ type: String = "image/png", of owner: String = "a") {
    let piece = 64 * 1024
    self.init(type: type, owner: owner, size: image.count) {
      image.subdata(in: $0 * piece..<min(image.count, ($0 + 1) * piece))
    }
  }
}

/// Small pictures by processes that go on, of this package's program or of one that only says it is.
@Suite(.serialized) struct PictureWorkerTests {
  /// Nil where something is missing.
  private static let program: String? = {
    let program = URL(filePath: OwnProgram.path).deletingLastPathComponent().path + "/assay"
    guard FileManager.default.isExecutableFile(atPath: program) else {
      print("skipped: the program is not built")
      return nil
    }
    return program
  }()

  private static func vips() async -> Vips? {
    guard let program else { return nil }
    return await Vips(program: program)
  }

  private let photograph: Data = {
    var pixels = [UInt8](repeating: 0, count: 3 * 900 * 600)
    for place in pixels.indices { pixels[place] = UInt8(truncatingIfNeeded: place / 7 &* 31) }
    return Data(PNGWriter.png(pixels, width: 900, height: 600))
  }()

  @Test func aWorkerMakesTheSamePicturesAsAProgramForEach() async throws {
    guard let alone = await Vips(), let vips = await Self.vips() else { return }
    let grey = Data(
      PNGWriter.png([UInt8](repeating: 3, count: 600 * 600), width: 600, height: 600, pixels: .grey)
    )
    for image in [photograph, grey, photograph] {
      let image = ImageSource(image)
      #expect(
        try await vips.thumbnail(image, size: 320) == alone.thumbnail(image, size: 320))
      #expect(
        try await vips.shades(image, width: 9, height: 8)
          == alone.shades(image, width: 9, height: 8))
    }
  }

  @Test func whatAWorkerCannotReadIsAFaultAndTheNextPictureIsMade() async throws {
    struct Lost: Error {}
    guard let vips = await Self.vips() else { return }
    let image = ImageSource(photograph)
    for bad in [Data(repeating: 7, count: 10), photograph.prefix(20), Data()] {
      await #expect(throws: TilingFault.self) {
        try await vips.thumbnail(ImageSource(Data(bad)), size: 320)
      }
      #expect(try await vips.thumbnail(image, size: 320).starts(with: [0xFF, 0xD8]))
    }
    await #expect(throws: Lost.self) {
      let lost = ImageSource(type: "image/png", owner: "a", size: 150_000) { _ in throw Lost() }
      _ = try await vips.thumbnail(lost, size: 320)
    }
    #expect(try await vips.thumbnail(image, size: 320).starts(with: [0xFF, 0xD8]))
  }

  private static let canSeeProcesses = FileManager.default.fileExists(atPath: "/proc/self")

  @Test(.enabled(if: canSeeProcesses))
  func aWorkerServesOneClientAndItsDeathCostsNoPicture() async throws {
    guard let vips = await Self.vips() else { return }
    let before = Self.workers()
    for owner in ["one", "other", "one", "other", "one"] {
      _ = try await vips.thumbnail(ImageSource(photograph, of: owner), size: 320)
    }
    let own = Self.workers().subtracting(before)
    #expect(own.count == 2)
    for worker in own { kill(worker, SIGKILL) }
    for owner in ["one", "other"] {
      let picture = try await vips.thumbnail(ImageSource(photograph, of: owner), size: 320)
      #expect(picture.starts(with: [0xFF, 0xD8]))
    }
  }

  @Test(.enabled(if: canSeeProcesses))
  func howManyClientsTakeTurnsOnlyAsManyWorkersAsCoresGoOn() async throws {
    guard let vips = await Self.vips() else { return }
    let before = Self.workers()
    for owner in 0..<12 {
      _ = try await vips.thumbnail(ImageSource(photograph, of: "\(owner)"), size: 320)
    }
    let places = ProcessInfo.processInfo.activeProcessorCount
    try await becomesTrue { Self.workers().subtracting(before).count == places }
  }

  /// Processes that make small pictures for this one.
  private static func workers() -> Set<Int32> {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return Set(
      all.compactMap { Int32($0) }.filter { process in
        let words = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
        let status = FileManager.default.contents(atPath: "/proc/\(process)/status") ?? Data()
        return String(decoding: words, as: UTF8.self).contains("\0\(SmallPictures.command)\0")
          && String(decoding: status, as: UTF8.self).contains("PPid:\t\(getpid())\n")
      })
  }

  private func becomesTrue(_ condition: () -> Bool) async throws {
    for _ in 0..<100 where !condition() { try await Task.sleep(for: .milliseconds(50)) }
    #expect(condition())
  }

  // Limits.

  @Test func whatTakesMoreOfAProcessorThanItMayEndsTheWorker() async throws {
    guard let program = Self.program else { return }
    let (process, input, output) = (Process(), Pipe(), Pipe())
    process.executableURL = URL(filePath: program)
    process.arguments = [SmallPictures.command, "1", "\(Vips.memoryLimit)"]
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    let answers = PipeEnd(output.fileHandleForReading.fileDescriptor)
    guard answers.numbers(1) == [SmallPictures.ready] else {
      print("skipped: libvips is not installed")
      return
    }
    let orders = PipeEnd(input.fileHandleForWriting.fileDescriptor)
    let large = PictureOrder(width: 20_000, height: 20_000, isForced: true, kind: .jpeg)
    #expect(orders.write(large.numbers + [photograph.count]) && orders.write([UInt8](photograph)))
    #expect(answers.numbers(1) == nil)
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGXCPU)
  }

  /// What a program does in place of making pictures: `words` of a shell, in a file whose folder is `$1`.
  private func impostor(
    _ words: String, _ body: (_ program: String, _ folder: URL) async throws -> Void
  ) async throws {
    let folder = URL(filePath: NSTemporaryDirectory()).appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "program")
    try "#!/bin/sh\ncd '\(folder.path)'\necho $$ >> started\n\(words)\n"
      .write(to: file, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    try await body(file.path, folder)
  }

  private func started(_ folder: URL) throws -> [Int32] {
    try String(contentsOf: folder.appending(path: "started"), encoding: .utf8).split(
      separator: "\n"
    )
    .compactMap { Int32($0) }
  }

  @Test func whatTakesLongerThanItMayIsAFaultAndItsWorkerIsGone() async throws {
    guard await Vips() != nil else { return }
    try await impostor("printf 'yassa\\000\\000\\000'; exec sleep 1000") { program, folder in
      let vips = try #require(await Vips(program: program, waitLimit: 1))
      for image in [photograph, photograph.prefix(100)] {
        await #expect(throws: TilingFault.self) {
          try await vips.thumbnail(ImageSource(Data(image)), size: 320)
        }
      }
      let workers = try started(folder)
      #expect(workers.count == 2)
      try await becomesTrue { workers.allSatisfy { kill($0, 0) != 0 } }
    }
  }

  @Test(arguments: ["exec sleep 1000", "exit 1"])
  func aWorkerThatDoesNotStartCostsNoPictureAndTheNextMay(words: String) async throws {
    guard await Vips() != nil else { return }
    try await impostor(words) { program, folder in
      let vips = try #require(await Vips(program: program, waitLimit: 1))
      for _ in 0..<2 {
        #expect(
          try await vips.thumbnail(ImageSource(photograph), size: 320).starts(with: [0xFF, 0xD8]))
      }
      #expect(try started(folder).count == 2)
    }
  }

  @Test func withoutALibraryNoFurtherWorkerIsStarted() async throws {
    guard await Vips() != nil else { return }
    let word = "\\376" + String(repeating: "\\377", count: 7)
    try await impostor("printf '\(word)'") { program, folder in
      let vips = try #require(await Vips(program: program))
      for _ in 0..<2 {
        #expect(
          try await vips.thumbnail(ImageSource(photograph), size: 320).starts(with: [0xFF, 0xD8]))
      }
      #expect(try started(folder).count == 1)
    }
  }
}
