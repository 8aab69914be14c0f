import Foundation
import Platform

/// Processes that make small pictures, one image after the other: starting one costs more than the picture.
/// None of them sees images of two clients, so that what one client's image could make of it is no danger to
/// another's; and none goes on after an image that it could not read.
actor PictureWorkers {
  /// Seconds after which one that has nothing to do is ended.
  static let idleLimit = 30

  private let program: String
  private let secondLimit: Int
  private let memoryLimit: Int
  private let places: Int
  /// Those with nothing to do, the longest first.
  private var idle: [PictureWorker] = []
  /// Whether there is a libvips to be loaded, as far as is known.
  private var isUsable = true

  init(program: String, places: Int, secondLimit: Int, memoryLimit: Int) {
    (self.program, self.places) = (program, places)
    (self.secondLimit, self.memoryLimit) = (secondLimit, memoryLimit)
  }

  /// - Returns: nil where no process gave an answer: it could not be started, or it died.
  /// - Throws: `TilingFault` where the image cannot be read; what reading its bytes throws.
  func picture(_ order: PictureOrder, of image: ImageSource) async throws -> Data? {
    guard isUsable, let worker = worker(for: image.owner) else { return nil }
    do {
      let picture = try await worker.picture(order, of: image)
      if picture != nil { rest(worker) } else { worker.end() }
      return picture
    } catch {
      worker.end()
      throw error
    }
  }

  private func worker(for owner: String) -> PictureWorker? {
    if let known = idle.lastIndex(where: { $0.owner == owner }) { return idle.remove(at: known) }
    guard
      let new = PictureWorker(
        program, owner: owner, secondLimit: secondLimit, memoryLimit: memoryLimit)
    else {
      isUsable = false
      return nil
    }
    return new
  }

  private func rest(_ worker: PictureWorker) {
    idle.append(worker)
    if idle.count > places { idle.removeFirst().end() }
    let count = worker.count
    Task {
      try? await Task.sleep(for: .seconds(Self.idleLimit))
      end(worker, ifStillAt: count)
    }
  }

  private func end(_ worker: PictureWorker, ifStillAt count: Int) {
    // Once it rests nobody else counts.
    guard let place = idle.firstIndex(where: { $0 === worker }), worker.count == count else {
      return
    }
    idle.remove(at: place).end()
  }
}

/// One of these processes.
///
/// Unchecked: its workshop gives it to one at a time.
final class PictureWorker: @unchecked Sendable {
  /// Bytes of an image that is read whole; larger ones stream through a process of their own.
  static let imageLimit = 64 << 20
  /// Bytes of an answer or a question.
  static let answerLimit = 64 << 20

  let owner: String
  /// Pictures made.
  private(set) var count = 0
  private let process = Process()
  private let (input, output) = (Pipe(), Pipe())

  /// - Returns: nil where it cannot be started, or finds no libvips.
  init?(_ program: String, owner: String, secondLimit: Int, memoryLimit: Int) {
    self.owner = owner
    process.executableURL = URL(filePath: program)
    process.arguments = [SmallPictures.command, "\(secondLimit)", "\(memoryLimit)"]
    process.environment = ProcessInfo.processInfo.environment.merging(Vips.environment) { $1 }
      // As many of them run as there are cores.
      .merging(["VIPS_CONCURRENCY": "1"]) { $1 }
    (process.standardInput, process.standardOutput) = (input, output)
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil, answers.numbers(1) == [SmallPictures.ready] else {
      end()
      return nil
    }
  }

  private var orders: PipeEnd { PipeEnd(input.fileHandleForWriting.fileDescriptor) }
  private var answers: PipeEnd { PipeEnd(output.fileHandleForReading.fileDescriptor) }

  /// - Returns: nil where it died over it.
  func picture(_ order: PictureOrder, of image: ImageSource) async throws -> Data? {
    count += 1
    return try await withCheckedThrowingContinuation { done in
      DispatchQueue.global().async {
        done.resume(with: Result { try self.make(order, of: image) })
      }
    }
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

  func end() {
    guard process.isRunning else { return }
    kill(process.processIdentifier, SIGKILL)
  }

  deinit { end() }
}
