import Formats
import Foundation
import Geometry
import Labels
import Notation
import Store
import Vault

/// Has a model look at the items of a dataset that it has not looked at yet, a few at a time, beside other
/// work. What was found is stored as it comes, so that a run that ended is just begun again.
package struct ModelRuns: Sendable {
  let vault: ClientVault
  let actor: Actor
  let dataset: DatasetID

  package init(_ vault: ClientVault, actor: Actor, dataset: DatasetID) {
    self.vault = vault
    self.actor = actor
    self.dataset = dataset
  }

  package struct Progress: Hashable, Sendable {
    package var isRunning = false
    /// Items to look at, and those of them that were.
    package var items = 0
    package var done = 0
    /// Items that the model was not shown: an image that is not here, or cannot be read.
    package var skipped = 0
    /// Why it ended before its end.
    package var problem: String?
  }

  /// The field that says how many faces an image shows, and the set and class of their boxes.
  package static let facesField = "faces"
  package static let facesSet = "faces"
  package static let faceClass = "face"

  /// Items that are sent at once.
  static let portion = 16
  /// Pixels of the longer side of an image that is sent, by what is asked.
  static func size(for job: ModelBackend.Job) -> Int { job == .embed ? 448 : 1_280 }
  /// Bytes up to which an image is sent as it is where none can be made smaller.
  static let imageLimit = 8 * 1024 * 1024
  /// Faces less sure than this are none.
  static let faceScore = 0.5

  private func work(_ job: ModelBackend.Job) -> String { "model \(job.rawValue) \(dataset)" }

  package func progress(_ job: ModelBackend.Job) async throws -> Progress {
    _ = try await Datasets(vault, actor: actor).get(dataset)
    var progress = vault.modelRuns.withLock { $0[work(job)] } ?? Progress()
    progress.isRunning = vault.work.contains(work(job))
    return progress
  }

  /// Begins, and returns at once.
  ///
  /// - Parameter query: which items are looked at.
  /// - Throws: `.unknown(.dataset)`, `.invalid` for the query, `.alreadyRunning`
  package func start(
    _ job: ModelBackend.Job, _ query: String, by backend: ModelBackend, _ fetcher: any Fetcher,
    _ tiler: (any Tiler)?
  ) async throws {
    guard job == .embed || backend.words == .assay else {
      throw Refusal.invalid(path: "api", problem: "must be assay: OpenAI's has no words for faces")
    }
    let search = ItemSearch(vault, dataset: dataset)
    let all = try await vault.database.read { try search.numbers(query, $0) }
    if job == .faces {
      try await vault.database.read {
        try ItemImport.refuseResults(Self.facesSet, of: dataset, $0)
      }
    }
    let numbers = try await unseen(job, all)
    guard vault.work.begin(work(job)) else { throw Refusal.alreadyRunning(.dataset, dataset.text) }
    note(job) { $0 = Progress(isRunning: true, items: numbers.count) }
    Task {
      defer { vault.work.end(work(job)) }
      do {
        try await run(job, numbers, backend, fetcher, tiler)
      } catch {
        note(job) { $0.problem = RemoteGathering.sentence(error) }
      }
    }
  }

  private func note(_ job: ModelBackend.Job, _ change: (inout Progress) -> Void) {
    vault.modelRuns.withLock { change(&$0[work(job), default: Progress()]) }
  }

  private func unseen(_ job: ModelBackend.Job, _ numbers: [Int]) async throws -> [Int] {
    switch job {
    case .embed:
      let seen = try await vault.database.read { connection in
        try connection.all(
          "SELECT number FROM item_vectors WHERE dataset_id = ?", [dataset.sql]
        ) { Int($0.int(0)) }
      }
      let known = Set(seen)
      return numbers.filter { !known.contains($0) }
    case .faces:
      return try await ItemSearch(vault, dataset: dataset).use { table, _ in
        let known = table.metadata[Self.facesField]
        return numbers.filter { table.files[$0] != 0 && known?.value(at: $0) == nil }
      }
    }
  }

  private func run(
    _ job: ModelBackend.Job, _ numbers: [Int], _ backend: ModelBackend, _ fetcher: any Fetcher,
    _ tiler: (any Tiler)?
  ) async throws {
    for start in stride(from: 0, to: numbers.count, by: Self.portion) {
      let some = Array(numbers[start..<min(start + Self.portion, numbers.count)])
      let items = try await Datasets(vault, actor: actor).items(some, of: dataset, with: [])
      var inputs: [(number: Int, input: ModelBackend.Input, scale: Double)] = []
      for item in items {
        if let found = try await input(item, job, fetcher, tiler) {
          inputs.append((item.number, found.input, found.scale))
        }
      }
      let shown = inputs
      if !shown.isEmpty {
        switch job {
        case .embed:
          let vectors = try await backend.vectors(of: shown.map(\.input), by: fetcher)
          try await ItemVectors(vault, actor: actor, dataset: dataset).store(
            zip(shown, vectors).map { ($0.number, $1) })
        case .faces:
          let faces = try await backend.faces(of: shown.map(\.input), by: fetcher)
          try await store(zip(shown, faces).map { ($0.number, $1, $0.scale) })
        }
      }
      note(job) { progress in
        progress.done += shown.count
        progress.skipped += some.count - shown.count
      }
    }
  }

  /// What the model is shown of an item, and how many pixels of the item one of it stands for.
  private func input(
    _ item: Datasets.FoundItem, _ job: ModelBackend.Job, _ fetcher: any Fetcher,
    _ tiler: (any Tiler)?
  ) async throws -> (input: ModelBackend.Input, scale: Double)? {
    if let text = item.item.text {
      return job == .embed ? (.init(name: item.item.name, text: text), 1) : nil
    }
    guard let image = item.image else { return nil }
    let assets = Assets(vault, actor: .system)
    do {
      let asset: Assets.Asset
      if let id = AssetID(image) {
        asset = try await assets.get(id)
      } else {
        asset = try await assets.remote(image, by: fetcher)
      }
      guard let (type, bytes) = try await smaller(asset, Self.size(for: job), tiler) else {
        return nil
      }
      let probe = [UInt8](bytes).withUnsafeBufferPointer { try? ImageProbe($0) }
      let scale =
        Double(asset.imageSize?.width ?? 1) / Double(probe?.width ?? asset.imageSize?.width ?? 1)
      return (.init(name: item.item.name, image: (type, bytes)), scale)
    } catch let refusal as Refusal where refusal != .noSpace {
      return nil
    }
  }

  private func smaller(
    _ asset: Assets.Asset, _ size: Int, _ tiler: (any Tiler)?
  ) async throws -> (type: String, bytes: Data)? {
    let blob = SealedBlob(vault: vault, name: asset.address)
    let isLarge = max(asset.imageSize?.width ?? 0, asset.imageSize?.height ?? 0) > size
    if let tiler, isLarge {
      let made = try? await tiler.thumbnail(
        asset.type, size: size, chunks: SealedStream.chunkCount(plainSize: asset.size),
        chunk: { try blob.chunk($0) })
      if let made { return ("image/jpeg", made) }
    }
    guard asset.size <= Self.imageLimit else { return nil }
    return try blob.whole().map { (asset.type, $0) }
  }

  private func store(
    _ found: [(number: Int, faces: [ModelBackend.Face], scale: Double)]
  ) async throws {
    let now = vault.environment.now()
    try await vault.database.write(.flushed) { connection in
      var writer = try DatasetWriter(vault, dataset, connection)
      let set = try LabelSet.take(Self.facesSet, of: dataset, at: now, connection)
      var schema = try DatasetWriter.schema(of: dataset, vault, connection)
      let known = schema
      let face = schema.index(of: Self.faceClass)
      for (number, all, scale) in found {
        guard var stored = try Datasets.item(number, of: dataset, vault, connection) else {
          continue
        }
        let faces = all.filter { $0.score >= Self.faceScore }
        let before = stored.item.metadata.last { $0.name == StoredItem.personalDataField }
        stored.item.metadata = [.init(Self.facesField, .int(Int64(faces.count)))]
        if !faces.isEmpty {
          let kinds = Set(
            (before?.value.string ?? "").split(separator: " ").map(String.init) + ["face"])
          stored.item.metadata.append(
            .init(StoredItem.personalDataField, .string(kinds.sorted().joined(separator: " "))))
        }
        _ = try writer.put(stored)
        let labels = faces.map { one in
          let box = Box(
            x: one.box.x * scale, y: one.box.y * scale, width: one.box.width * scale,
            height: one.box.height * scale)
          return DatasetLabel(face, .shape(.box(box)), score: one.score)
        }
        try writer.put(labels, schema, in: set.id, at: number)
      }
      if schema != known { try writer.save(schema) }
      try writer.finish()
    }
  }
}
