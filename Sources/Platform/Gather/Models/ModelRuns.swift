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
    /// Images whose faces could not be masked.
    package var unmasked = 0
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
  /// How much wider and higher a mask is than its face, on each side.
  static let maskMargin = 0.15
  /// Faces of one image; a model that finds more is wrong.
  static let faceLimit = 1_000
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
  /// - Parameters:
  ///   - query: which items are looked at.
  ///   - masking: whether items get copies of their images in which faces are black; the files themselves
  ///     stay in the vault.
  /// - Throws: `.unknown(.dataset)`, `.invalid` for the query, `.alreadyRunning`
  package func start(
    _ job: ModelBackend.Job, _ query: String, masking: Bool = false, by backend: ModelBackend,
    _ fetcher: any Fetcher, _ tiler: (any Tiler)?
  ) async throws {
    guard !masking || (job == .faces && tiler != nil) else {
      throw Refusal.invalid(path: "mask", problem: "must be of faces, and needs libvips-tools")
    }
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
    let numbers = try await unseen(job, masking, all)
    guard vault.work.begin(work(job)) else { throw Refusal.alreadyRunning(.dataset, dataset.text) }
    note(job) { $0 = Progress(isRunning: true, items: numbers.count) }
    Task {
      defer { vault.work.end(work(job)) }
      do {
        try await run(job, numbers, masking ? tiler : nil, backend, fetcher, tiler)
      } catch {
        note(job) { $0.problem = RemoteGathering.sentence(error) }
      }
    }
  }

  private func note(_ job: ModelBackend.Job, _ change: (inout Progress) -> Void) {
    vault.modelRuns.withLock { change(&$0[work(job), default: Progress()]) }
  }

  private func unseen(
    _ job: ModelBackend.Job, _ masking: Bool, _ numbers: [Int]
  ) async throws -> [Int] {
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
        // Those with faces are looked at again where they are to be masked.
        return numbers.filter { number in
          let faces = known?.value(at: number)
          return table.files[number] != 0 && (faces == nil || masking && faces != "0")
        }
      }
    }
  }

  private func run(
    _ job: ModelBackend.Job, _ numbers: [Int], _ masker: (any Tiler)?, _ backend: ModelBackend,
    _ fetcher: any Fetcher, _ tiler: (any Tiler)?
  ) async throws {
    for start in stride(from: 0, to: numbers.count, by: Self.portion) {
      let some = Array(numbers[start..<min(start + Self.portion, numbers.count)])
      let items = try await Datasets(vault, actor: actor).items(some, of: dataset, with: [])
      var inputs: [Shown] = []
      for item in items where masker == nil || !item.item.isMasked {
        if let shown = try await input(item, job, fetcher, tiler) { inputs.append(shown) }
      }
      let shown = inputs
      if !shown.isEmpty {
        switch job {
        case .embed:
          let vectors = try await backend.vectors(of: shown.map(\.input), by: fetcher)
          // Some may have been taken out while the model thought.
          let there = try await vault.database.read { connection in
            try shown.map { try Datasets.isThere($0.number, in: dataset, connection) }
          }
          try await ItemVectors(vault, actor: actor, dataset: dataset).store(
            zip(zip(shown, vectors), there).filter(\.1).map { ($0.0.0.number, $0.0.1) })
        case .faces:
          let faces = try await backend.faces(of: shown.map(\.input), by: fetcher)
          var found: [Found] = []
          for (one, all) in zip(shown, faces) {
            found.append(try await look(all, in: one, masker))
          }
          try await store(found)
        }
      }
      note(job) { progress in
        progress.done += shown.count
        progress.skipped += some.count - shown.count
      }
    }
  }

  /// What the model is shown of an item.
  private struct Shown: Sendable {
    var number: Int
    var input: ModelBackend.Input
    /// Pixels of the item that one of what is shown stands for.
    var scale = 1.0
    var asset: Assets.Asset?
  }

  /// What it found there, in pixels of the item.
  private struct Found: Sendable {
    var number: Int
    var faces: [ModelBackend.Face]
    /// A copy with the faces black, where that was wished.
    var masked: AssetID?
  }

  private func look(
    _ all: [ModelBackend.Face], in shown: Shown, _ masker: (any Tiler)?
  ) async throws -> Found {
    let faces = all.filter { $0.score >= Self.faceScore }.prefix(Self.faceLimit).map { face in
      var face = face
      face.box = Box(
        x: face.box.x * shown.scale, y: face.box.y * shown.scale,
        width: face.box.width * shown.scale, height: face.box.height * shown.scale)
      return face
    }
    var found = Found(number: shown.number, faces: faces)
    guard let masker, !faces.isEmpty else { return found }
    guard let asset = shown.asset, let size = asset.imageSize, !asset.isTurnedPNG else {
      note(.faces) { $0.unmasked += 1 }
      return found
    }
    let boxes = faces.map { face in
      let (x, y) = (face.box.width * Self.maskMargin, face.box.height * Self.maskMargin)
      return Box(
        x: face.box.x - x, y: face.box.y - y, width: face.box.width + 2 * x,
        height: face.box.height + 2 * y)
    }
    do {
      let mask = ImageMask(size: size, boxes: boxes)
      let masked = try await masker.masked(
        ImageSource(asset, in: vault), mask: mask.picture, colour: ImageMask.black)
      found.masked = try await Assets(vault, actor: actor).store(
        mask.checked(masked), name: asset.name
      ).id
    } catch is TilingFault {
      note(.faces) { $0.unmasked += 1 }
    }
    return found
  }

  private func input(
    _ item: Datasets.FoundItem, _ job: ModelBackend.Job, _ fetcher: any Fetcher,
    _ tiler: (any Tiler)?
  ) async throws -> Shown? {
    if let text = item.item.text {
      guard job == .embed else { return nil }
      return Shown(number: item.number, input: .init(name: item.item.name, text: text))
    }
    guard item.image != nil else { return nil }
    do {
      let asset = try await Datasets(vault, actor: .system).image(
        of: item, in: dataset, by: fetcher)
      guard asset.imageSize != nil,
        let (type, bytes) = try await smaller(asset, Self.size(for: job), tiler)
      else {
        return nil
      }
      let probe = [UInt8](bytes).withUnsafeBufferPointer { try? ImageProbe($0) }
      let scale =
        Double(asset.imageSize?.width ?? 1) / Double(probe?.width ?? asset.imageSize?.width ?? 1)
      return Shown(
        number: item.number, input: .init(name: item.item.name, image: (type, bytes)), scale: scale,
        asset: asset)
    } catch let refusal as Refusal where refusal != .noSpace {
      return nil
    }
  }

  private func smaller(
    _ asset: Assets.Asset, _ size: Int, _ tiler: (any Tiler)?
  ) async throws -> (type: String, bytes: Data)? {
    // What lies on its side is turned here: not every model does that.
    let isTurned = asset.facts.contains { $0.name == "orientation" }
    let isLarge = max(asset.imageSize?.width ?? 0, asset.imageSize?.height ?? 0) > size
    // Nor does every model read what browsers do not show.
    let isForeign = ImageProbe.Kind(rawValue: asset.type)?.isShown == false
    if let tiler, isLarge || isTurned || isForeign {
      let made = try? await tiler.thumbnail(ImageSource(asset, in: vault), size: size)
      if let made { return ("image/jpeg", made) }
    }
    guard asset.size <= Self.imageLimit else { return nil }
    return try SealedBlob(vault: vault, name: asset.address).whole().map { (asset.type, $0) }
  }

  private func store(_ found: [Found]) async throws {
    let now = vault.environment.now()
    try await vault.database.write(.flushed) { connection in
      var writer = try DatasetWriter(vault, dataset, connection)
      let set = try LabelSet.take(Self.facesSet, of: dataset, at: now, connection)
      var schema = try DatasetWriter.schema(of: dataset, vault, connection)
      let known = schema
      let face = schema.index(of: Self.faceClass)
      for one in found {
        guard var stored = try Datasets.item(one.number, of: dataset, vault, connection) else {
          continue
        }
        let faces = one.faces
        let before = stored.item.metadata.last { $0.name == StoredItem.personalDataField }
        stored.item.metadata = [.init(Self.facesField, .int(Int64(faces.count)))]
        if !faces.isEmpty {
          let kinds = Set(
            (before?.value.string ?? "").split(separator: " ").map(String.init)
              + (one.masked == nil ? ["face"] : ["face", DatasetItem.masked]))
          stored.item.metadata.append(
            .init(StoredItem.personalDataField, .string(kinds.sorted().joined(separator: " "))))
        }
        if let masked = one.masked { stored.image = masked.text }
        _ = try writer.put(stored, isMasking: one.masked != nil)
        let labels = faces.map { DatasetLabel(face, .shape(.box($0.box)), score: $0.score) }
        try writer.put(labels, schema, in: set.id, at: one.number)
      }
      if schema != known { try writer.save(schema) }
      try writer.finish()
    }
  }
}

extension DatasetItem {
  /// Stands in the field of personal data where that is masked.
  fileprivate static let masked = "masked"

  fileprivate var isMasked: Bool {
    let kinds = metadata.last { $0.name == StoredItem.personalDataField }?.value.string ?? ""
    return kinds.split(separator: " ").contains { $0 == Self.masked }
  }
}
