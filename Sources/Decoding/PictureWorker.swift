import Foundation
import Platform

/// A process that makes small pictures for one client, one at a time. It ends when nobody holds it.
final class PictureWorker: Sendable {
  /// Bytes of an image that is read whole; larger ones stream through a process of their own.
  static let imageLimit = 64 << 20
  /// Bytes of an answer or a question.
  static let answerLimit = 64 << 20

  /// What is started, and what an image may take.
  struct Plan: Sendable {
    var program: String
    /// Seconds of one processor.
    var secondLimit: Int
    /// Seconds in all.
    var waitLimit: Int
    /// KiB that the process may map.
    var memoryLimit: Int
  }

  enum Started {
    case ready(PictureWorker)
    case withoutLibrary
    case failed
  }

  let owner: String
  private let waitLimit: Int
  private let process = Process()
  private let (input, output) = (Pipe(), Pipe())

  private init(_ plan: Plan, owner: String) {
    (self.owner, waitLimit) = (owner, plan.waitLimit)
    process.executableURL = URL(filePath: plan.program)
    process.arguments = [SmallPictures.command, "\(plan.secondLimit)", "\(plan.memoryLimit)"]
    process.environment = ProcessInfo.processInfo.environment.merging(Vips.environment) { $1 }
      // As many of them run as there are cores.
      .merging(["VIPS_CONCURRENCY": "1"]) { $1 }
    (process.standardInput, process.standardOutput) = (input, output)
    process.standardError = FileHandle.nullDevice
  }

  deinit { end() }

  private var orders: PipeEnd { PipeEnd(input.fileHandleForWriting.fileDescriptor) }
  private var answers: PipeEnd { PipeEnd(output.fileHandleForReading.fileDescriptor) }

  static func started(_ plan: Plan, owner: String) async -> Started {
    let worker = PictureWorker(plan, owner: owner)
    let word = try? await worker.inTime {
      try worker.process.run()
      return worker.answers.numbers(1)?.first
    }
    return switch word {
    case SmallPictures.ready: .ready(worker)
    case SmallPictures.missing: .withoutLibrary
    default: .failed
    }
  }

  /// - Returns: nil where it died over it.
  /// - Throws: `TilingFault` where the image cannot be read in time; what reading its bytes throws.
  func picture(_ order: PictureOrder, of image: ImageSource) async throws -> Data? {
    try await inTime { try self.make(order, of: image) }
  }

  private func make(_ order: PictureOrder, of image: ImageSource) throws -> Data? {
    guard orders.write(order.numbers + [image.size]) else { return nil }
    for index in 0..<image.chunks {
      let bytes = try image.chunk(index)
      guard bytes.withUnsafeBytes({ orders.write($0) }) else { return nil }
    }
    guard let size = answers.numbers(1)?.first else { return nil }
    if size == SmallPictures.failed { throw TilingFault("the image cannot be read") }
    return answers.bytes(size).map { Data($0) }
  }

  /// What waits for the process, on a thread that may wait; the process is ended when its time is over.
  ///
  /// - Throws: `TilingFault` then; what `work` throws.
  private func inTime<T: Sendable>(
    _ work: @escaping @Sendable () throws -> T?
  ) async throws -> T? {
    let isLate = Task {
      guard (try? await Task.sleep(for: .seconds(waitLimit))) != nil else { return false }
      end()
      return true
    }
    let result = await withCheckedContinuation { done in
      DispatchQueue.global().async { done.resume(returning: Result(catching: work)) }
    }
    isLate.cancel()
    if await isLate.value { throw TilingFault("the image took more than \(waitLimit) s") }
    return try result.get()
  }

  private func end() {
    guard process.isRunning else { return }
    kill(process.processIdentifier, SIGKILL)
  }
}
