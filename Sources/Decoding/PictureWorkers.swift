import Foundation
import Platform

/// Processes that make small pictures, one image after the other: starting one costs more than the picture.
/// None of them sees images of two clients, so that what one client's image could make of it is no danger to
/// another's; and none goes on after an image that it could not read.
actor PictureWorkers {
  /// Seconds after which one that has nothing to do is ended.
  static let idleLimit = 30

  private let plan: PictureWorker.Plan
  private let places: Int
  /// Those with nothing to do, the longest first. One that is no longer here, nor at work, ends.
  private var idle: [(worker: PictureWorker, since: ContinuousClock.Instant)] = []
  private var isSweeping = false
  /// Whether there is a libvips to be loaded, as far as is known.
  private var isUsable = true

  init(_ plan: PictureWorker.Plan, places: Int) { (self.plan, self.places) = (plan, places) }

  /// - Returns: nil where no process gave an answer: it could not be started, or it died.
  /// - Throws: `TilingFault` where the image cannot be read in time; what reading its bytes throws.
  func picture(_ order: PictureOrder, of image: ImageSource) async throws -> Data? {
    guard isUsable, let worker = await worker(for: image.owner),
      let picture = try await worker.picture(order, of: image)
    else { return nil }
    rest(worker)
    return picture
  }

  private func worker(for owner: String) async -> PictureWorker? {
    if let known = idle.lastIndex(where: { $0.worker.owner == owner }) {
      return idle.remove(at: known).worker
    }
    switch await PictureWorker.started(plan, owner: owner) {
    case .ready(let worker): return worker
    case .withoutLibrary: isUsable = false
    case .failed: break
    }
    return nil
  }

  private func rest(_ worker: PictureWorker) {
    idle.append((worker, .now))
    if idle.count > places { idle.removeFirst() }
    sweepLater()
  }

  private func sweepLater() {
    guard !isSweeping, let first = idle.first else { return }
    isSweeping = true
    let due = first.since + .seconds(Self.idleLimit)
    Task { [weak self] in
      try? await Task.sleep(until: due)
      await self?.sweep(until: due)
    }
  }

  private func sweep(until due: ContinuousClock.Instant) {
    idle.removeAll { $0.since + .seconds(Self.idleLimit) <= due }
    isSweeping = false
    sweepLater()
  }
}
