import Formats
import Foundation
import Notation
import Store
import Vault

/// Reads the listing of one source to its end, portion by portion. Each portion is one transaction that also
/// says how far it came, so that whoever goes on after a crash does nothing twice; items are known by name
/// and version, so that a listing that is read again changes nothing.
package struct RemoteGathering: Sendable {
  let vault: ClientVault
  let fetcher: any Fetcher

  package init(_ vault: ClientVault, fetcher: any Fetcher) {
    self.vault = vault
    self.fetcher = fetcher
  }

  /// Files of one transaction.
  package static let portion = 200
  /// Files that are brought at once.
  package static let atOnce = 8
  /// Bytes of one page of a listing.
  package static let pageLimit = 16 * 1024 * 1024
  /// Bytes of one text.
  package static let textLimit = 1024 * 1024
  /// Folders of an index, one in the other.
  package static let depthLimit = 64
  /// Folders of an index that wait to be read.
  package static let folderLimit = 100_000
  /// Times something is tried while the other side is away.
  package static let tries = 5

  /// Returns at the end, or where the source was taken away; what ends it as a whole is noted with it.
  package func run(_ id: RemoteSourceID) async throws {
    let work = "source \(id)"
    guard vault.work.begin(work) else { return }
    defer { vault.work.end(work) }
    var source = try await RemoteSources(vault, actor: .system).get(id)
    guard source.state == .running else { return }
    do {
      try await read(&source)
      source.state = .completed
    } catch Refusal.unknown(.source, _) {
      return
    } catch {
      // The server is on its way out; the next one goes on.
      if Task.isCancelled { return }
      source.state = .failed
      source.reason = Self.sentence(error)
    }
    let ended = source
    let record = vault.record(by: .system)
    try await vault.database.write(.flushed) { connection in
      var ended = ended
      ended.endedAt = record.at
      try RemoteSources.save(ended, vault, connection)
      try record.append(
        connection, "source.\(ended.state.rawValue)", ended.id.text,
        ["added": .count(ended.counts.added), "changed": .count(ended.counts.changed)])
    }
  }

  static func sentence(_ error: any Error) -> String {
    switch error {
    case let fault as RemoteFault: fault.sentence
    case Refusal.egress(.status(301)), Refusal.egress(.status(400)):
      "the other side refuses the request; is the region right?"
    case Refusal.egress(.status(401)), Refusal.egress(.status(403)):
      "the other side refuses to hand it out; are the keys right, and may they list and read?"
    case Refusal.egress(.status(404)): "there is nothing at this address"
    case Refusal.egress(let refusal): refusal.sentence
    case Refusal.unsupportedMedia(let what): what
    case Refusal.tooLarge(let what, let limit): "\(what) is over \(limit)"
    case Refusal.noSpace: "there is no space left here"
    default: "\(error)"
    }
  }

  private func read(_ source: inout RemoteSource) async throws {
    switch source.location {
    case .bucket(let bucket):
      var mark: String?
      repeat {
        let after = source.mark.after
        let page = try await persistently { now in
          try BucketPage(await fetch(bucket.listing(mark: mark, after: after, at: now)))
        }
        try await take(page.files, &source)
        guard page.mark != mark || mark == nil else {
          throw RemoteFault("the store answers the same page again")
        }
        mark = page.mark
      } while mark != nil
    case .index(let index):
      while let folder = source.mark.folders.last {
        let url = index.address(folder)
        let page = try await persistently { _ in try IndexPage(await list(url), at: url) }
        let after = source.mark.after
        let files = page.files.filter { after == nil || $0.key > (after ?? "") }
        guard folder.count(where: { $0 == "/" }) < Self.depthLimit || page.folders.isEmpty else {
          throw RemoteFault("\(url) lies deeper than \(Self.depthLimit) folders")
        }
        try await take(files, below: folder, &source)
        source.mark.folders.removeLast()
        source.mark.after = nil
        source.mark.folders += page.folders.reversed().map { "\(folder)\($0)/" }
        guard source.mark.folders.count <= Self.folderLimit else {
          throw RemoteFault("there are more than \(Self.folderLimit) folders")
        }
      }
    }
  }

  /// The page of an index. Where another stands in its place, what it names would be looked for here.
  private func list(_ url: String) async throws -> Data {
    let page = try await page(url, limit: Self.pageLimit)
    guard page.url == url else { throw RemoteFault("\(url) leads to \(page.url): name that in its place") }
    return page.body
  }

  private func fetch(_ url: String, limit: Int = RemoteGathering.pageLimit) async throws -> Data {
    try await page(url, limit: limit).body
  }

  private func page(_ url: String, limit: Int) async throws -> FetchedPage {
    do {
      return try await fetcher.page(at: url, limit: limit)
    } catch {
      throw Refusal.egress(error)
    }
  }

  /// Tries again, ever later, what another try can help. Addresses are signed anew each time.
  private func persistently<T>(_ body: (_ now: Int64) async throws -> T) async throws -> T {
    var tried = 1
    while true {
      do {
        return try await body(vault.environment.now())
      } catch Refusal.egress(let refusal) where refusal.isPassing && tried < Self.tries {
        try await Task.sleep(for: .milliseconds(250 << tried))
        tried += 1
      }
    }
  }

  // MARK: Files

  private func take(
    _ files: [RemoteFile], below folder: String = "", _ source: inout RemoteSource
  ) async throws {
    for start in stride(from: 0, to: files.count, by: Self.portion) {
      let some = files[start..<min(start + Self.portion, files.count)]
      let named = some.map { RemoteFile(key: folder + $0.key, version: $0.version, size: $0.size) }
      try Task.checkCancellation()
      try await store(named, after: some.last?.key, &source)
    }
  }

  private func store(
    _ files: [RemoteFile], after: String?, _ source: inout RemoteSource
  ) async throws {
    source.counts.listed += files.count
    let wanted = await versioned(files.filter { source.wants($0.key) }, source)
    source.counts.skipped += files.count - wanted.count
    let known = try await known(wanted, source)
    var found = try await items(zip(wanted, known).filter { $0.1 == .new }.map(\.0), source)
    for case (let file, .foreign(let origin)) in zip(wanted, known) {
      let fault = "there is an item of that name already, \(origin); give each source its dataset"
      found.append((file, .failure(RemoteFault(fault))))
    }
    found.sort { $0.file.key < $1.file.key }
    for case (let file, .failure(let problem)) in found {
      source.counts.failed += 1
      guard source.problems.count < RemoteSources.problemLimit else { continue }
      source.problems.append(.init(file: file.key, reason: problem.sentence))
    }
    source.mark.after = after
    let before = source
    let items = found.compactMap { try? $0.item.get() }
    source = try await vault.database.write(.relaxed) { connection in
      var source = before
      if !items.isEmpty {
        var writer = try DatasetWriter(vault, source.dataset, connection)
        for item in items { _ = try writer.put(item) }
        try writer.finish()
        source.counts.added += writer.created
        source.counts.changed += writer.updated
      }
      try RemoteSources.save(source, vault, connection)
      return source
    }
  }

  /// Asks for the versions of those that an index does not tell apart, as one that lists names alone, and how
  /// long they are.
  private func versioned(
    _ files: [RemoteFile], _ source: RemoteSource
  ) async -> [RemoteFile] {
    guard case .index(let index) = source.location else { return files }
    var files = files
    let silent = files.indices.filter { files[$0].version.isEmpty }
    func note(_ place: Int, _ head: FileHead) {
      files[place].version = head.version
      files[place].size = files[place].size ?? head.size
    }
    await withTaskGroup(of: (Int, FileHead).self) { group in
      for (count, place) in silent.enumerated() {
        if count >= Self.atOnce, let (place, head) = await group.next() { note(place, head) }
        let url = index.address(files[place].key)
        // It is a hint: where it cannot be had, nothing tells.
        group.addTask { (place, (try? await fetcher.head(of: url)) ?? FileHead()) }
      }
      for await (place, head) in group { note(place, head) }
    }
    return files
  }

  private enum Known: Equatable {
    /// Not there, or there in another version.
    case new
    case same
    /// There, and not from this source.
    case foreign(String)
  }

  private func known(_ files: [RemoteFile], _ source: RemoteSource) async throws -> [Known] {
    try await vault.database.read { connection in
      let sources: Set<RemoteSourceID> = Set(
        try connection.all(
          "SELECT id FROM remote_sources WHERE dataset_id = ?", [source.dataset.sql]
        ) { $0.id(0) })
      return try files.map { file in
        func stored(_ name: String) throws -> StoredItem? {
          let number = try Datasets.number(of: name, in: source.dataset, vault, connection)
          return try number.flatMap {
            try Datasets.item($0, of: source.dataset, vault, connection)
          }
        }
        guard let stored = try stored(file.itemName) else {
          // Before keys with empty parts had names of their own they were called so.
          let before = try stored(DatasetPath.cleaned(file.key))
          return !file.version.isEmpty && before?.field("etag") == file.version
            && before?.field("source") == source.location.text ? .same : .new
        }
        func field(_ name: String) -> String? { stored.field(name) }
        guard let origin = field("source") else { return .foreign("which was sent") }
        guard origin == source.location.text else { return .foreign("from \(origin)") }
        let isOther = !file.version.isEmpty && field("etag") != file.version
        // One whose source was taken away is read by this one.
        let isLost = stored.image.flatMap(RemoteReference.source(of:)).map { !sources.contains($0) } ?? false
        return source.lacks(stored) || isOther || isLost ? .new : .same
      }
    }
  }

  private typealias Found = (file: RemoteFile, item: Result<StoredItem, RemoteFault>)

  private func items(_ files: [RemoteFile], _ source: RemoteSource) async throws -> [Found] {
    try await withThrowingTaskGroup(of: Found.self) { group in
      var (found, begun) = ([Found](), 0)
      for file in files {
        if begun >= Self.atOnce, let one = try await group.next() { found.append(one) }
        begun += 1
        group.addTask {
          do {
            return (file, .success(try await item(file, source)))
          } catch let error where error is CancellationError || error.isOfAll {
            throw error
          } catch {
            return (file, .failure(RemoteFault(Self.sentence(error))))
          }
        }
      }
      for try await one in group { found.append(one) }
      return found
    }
  }

  private func item(_ file: RemoteFile, _ source: RemoteSource) async throws -> StoredItem {
    var item = DatasetItem(name: file.itemName)
    item.metadata = [.init("source", .string(source.location.text))]
    if !file.version.isEmpty { item.metadata.append(.init("etag", .string(file.version))) }
    let isText = RemoteSource.isText(file.key)
    func note(_ size: Int) { item.metadata.append(.init("bytes", .int(Int64(size)))) }
    guard isText || source.mode == .copy else {
      if let size = file.size { note(size) }
      return StoredItem(item, image: RemoteReference.text(file, in: source))
    }
    let limit = isText ? Self.textLimit : Assets.sizeLimit
    if let size = file.size, size > limit {
      throw Refusal.tooLarge(what: "the file (bytes)", limit: limit)
    }
    let bytes = try await persistently { now in
      try await fetch(source.location.address(of: file, at: now), limit: limit)
    }
    note(bytes.count)
    if isText {
      item.text = [UInt8](bytes).withUnsafeBufferPointer { DatasetFolder.text($0) }
      return StoredItem(item, image: nil).flagged(masking: source.masksPersonalData)
    }
    let asset = try await Assets(vault, actor: .system).store(bytes, name: file.key)
    item.size = asset.imageSize
    return StoredItem(item, image: asset.id.text)
  }
}

extension RemoteLocation {
  fileprivate func address(of file: RemoteFile, at moment: Int64) -> String {
    switch self {
    case .bucket(let bucket): bucket.file(file.key, at: moment)
    case .index(let index): index.address(file.key)
    }
  }
}

extension RemoteSource {
  fileprivate static func isText(_ key: String) -> Bool { key.lowercased().hasSuffix(".txt") }

  /// Whether an item that is known is not here as a copy should be.
  fileprivate func lacks(_ stored: StoredItem) -> Bool {
    mode == .copy && stored.item.text == nil && stored.image.flatMap { AssetID($0) } == nil
  }

  /// Whether a file is of a kind that datasets hold, and asked for.
  fileprivate func wants(_ key: String) -> Bool {
    guard DatasetFolder.isImage(key) || Self.isText(key) else { return false }
    return include.isEmpty || include.contains { NamePattern($0).matches(key) }
  }
}

extension Error {
  /// Whether it would meet the next file too, so that the source is to go on here later.
  fileprivate var isOfAll: Bool {
    switch self as? Refusal {
    case .noSpace: true
    case .egress(let refusal): refusal.isPassing
    default: false
    }
  }
}

extension StoredItem {
  fileprivate func field(_ name: String) -> String? {
    item.metadata.last { $0.name == name }?.value.string
  }
}
