import Formats
import Store

/// Brings the images of a release that lie elsewhere, so that they go along.
struct ReleaseImages {
  let vault: ClientVault
  let fetcher: any Fetcher

  /// Images that are brought at once.
  static let atOnce = 8
  private static let portion = 500

  /// - Returns: why the first was not brought of those that could not be; nil where all are here.
  func fetch(for source: ReleaseSource) async throws -> String? {
    switch source {
    case .project(let project): try await results(of: project)
    case .dataset(let dataset, let query, _): try await items(of: dataset, query)
    }
  }

  private func items(of dataset: DatasetID, _ query: String) async throws -> String? {
    let datasets = Datasets(vault, actor: .system)
    let numbers = try await vault.database.read { connection in
      try ItemSearch(vault, dataset: dataset).numbers(query, connection)
    }
    var reason: String?
    for start in stride(from: 0, to: numbers.count, by: Self.portion) {
      let some = Array(numbers[start..<min(start + Self.portion, numbers.count)])
      let absent = try await datasets.items(some, of: dataset, with: []).filter { found in
        found.image.map { AssetID($0) == nil } ?? false
      }
      let first = await each(absent) { _ = try await datasets.image(of: $0, in: dataset, by: fetcher) }
      reason = reason ?? first
    }
    return reason
  }

  private func results(of project: ProjectID) async throws -> String? {
    let addresses = try await vault.database.read { connection in
      let current = try Projects.get(project, connection)
      let union = try vault.union(of: current, connection)
      let walk = ExportWalk(vault: vault, project: project, connection: connection, union: union)
      var addresses: Set<String> = []
      try walk.forEach(needsAnswers: false) { task in
        guard task.row.lifecycle.state == .completed, let image = task.content.image,
          AssetID(image) == nil
        else { return }
        addresses.insert(image)
      }
      return addresses.sorted()
    }
    let assets = Assets(vault, actor: .system)
    return await each(addresses) { _ = try await assets.remote($0, by: fetcher) }
  }

  /// - Returns: why the first failed that did.
  private func each<One: Sendable>(
    _ all: [One], _ bring: @escaping @Sendable (One) async throws -> Void
  ) async -> String? {
    await withTaskGroup(of: String?.self) { group in
      var reason: String?
      for (count, one) in all.enumerated() {
        if count >= Self.atOnce, let told = await group.next() { reason = reason ?? told }
        group.addTask {
          do {
            try await bring(one)
            return nil
          } catch {
            return RemoteGathering.sentence(error)
          }
        }
      }
      for await told in group { reason = reason ?? told }
      return reason
    }
  }
}
