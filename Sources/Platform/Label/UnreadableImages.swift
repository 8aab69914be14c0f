import Formats
import Foundation
import Notation
import Store
import Vault
import Workflow

/// Tasks whose image a browser cannot show. What the server sees to be broken fails at once; else the word
/// of a second worker's browser is waited for, so that nobody ends a task alone.
package enum UnreadableImages {
  /// Browsers that must say so where the server cannot tell.
  package static let reportLimit = 2
  /// What such a lease ends with.
  static let reason = "The image cannot be decoded."
}

extension Leases {
  /// Ends the lease, and the task where it is sure that its image cannot be shown.
  ///
  /// - Returns: whether the task has failed.
  /// - Throws: `.unknown(.lease)`, `.leaseEnded`; `.unknown(.asset)` where the task has no image.
  package func reportUnreadable(_ id: LeaseID, by fetcher: any Fetcher) async throws -> Bool {
    let asset = try await image(id, by: fetcher)
    let problem = try problem(of: asset)
    let (task, reports) = try await vault.database.read { connection in
      let lease = try LeaseRow.get(id, of: worker, in: project, connection)
      let others = try connection.first(
        "SELECT count(DISTINCT worker) FROM leases WHERE task = ? AND reason = ? AND worker <> ?",
        [.int(lease.task), .text(UnreadableImages.reason), .text(worker)]
      ) { Int($0.int(0)) }
      return (try TaskRow.get(seq: lease.task, connection).id, (others ?? 0) + 1)
    }
    try await skip(id, reason: UnreadableImages.reason)
    guard problem != nil || reports >= UnreadableImages.reportLimit else { return false }
    let why = problem ?? "\(reports) browsers could not decode it"
    try await TaskChanges(vault, actor: .system).fail(
      task,
      [
        "error": .string("The image “\(asset.name)” cannot be shown: \(why)."),
        "attachments": [["asset": .string(asset.id.text), "name": .string(asset.name)]],
      ])
    return true
  }

  /// What the server itself finds wrong with an image.
  private func problem(of asset: Assets.Asset) throws -> String? {
    guard asset.type == ImageProbe.Kind.png.rawValue else { return nil }
    let blob = Assets(vault, actor: .worker(worker)).content(of: asset)
    return PNGPixels.problem([UInt8](try blob.bytes(0..<asset.size)))
  }
}
