import Formats
import Foundation
import Notation
import Store
import Vault

/// Reads a set that has come whole into its dataset. What it is unpacked to lies in a folder that goes with
/// it; items are known by their names, so that one that was cut off is read again from its beginning.
package struct UploadReading: Sendable {
  let vault: ClientVault
  let converter: (any SetConverter)?
  let folder: DataFolder

  package init(_ vault: ClientVault, by converter: (any SetConverter)?, in folder: DataFolder) {
    self.vault = vault
    self.converter = converter
    self.folder = folder
  }

  /// Items between two notes of how far it came.
  static let portion = 200

  package func run(_ id: UploadID) async throws {
    let uploads = Uploads(vault, actor: .system)
    let work = "upload \(id)"
    // Once more where it was put back and is whole again already.
    while !Task.isCancelled, case let upload = try await uploads.get(id), upload.state == .reading,
      vault.work.begin(work)
    {
      defer { vault.work.end(work) }
      try await run(upload)
    }
  }

  private func run(_ upload: Upload) async throws {
    var upload = upload
    upload.outcome = .init()
    do {
      try await read(&upload)
      upload.state = .completed
    } catch {
      // The server is on its way out; the next one reads it.
      if Task.isCancelled { return }
      if Refusal.isOfSpace(error) { return try await putBack(upload) }
      upload.state = .failed
      upload.outcome.reason = Self.sentence(error)
    }
    let ended = upload
    let record = vault.record(by: .system)
    try await vault.database.write(.flushed) { connection in
      var ended = ended
      ended.endedAt = record.at
      try Uploads.save(ended, vault, connection)
      try record.append(connection, "upload.\(ended.state.rawValue)", ended.id.text)
    }
    try await Uploads(vault, actor: .system).parts(of: upload.id).drop()
  }

  /// Nothing is wrong with the set: all of it but its last part stays, so that sending this has it read
  /// again.
  private func putBack(_ upload: Upload) async throws {
    let record = vault.record(by: .system)
    try await Uploads(vault, actor: .system).parts(of: upload.id).dropLast { start, connection in
      var upload = upload
      upload.state = .receiving
      upload.received = start
      upload.outcome = .init(
        reason: "there is no space left here; make room and send its last part again")
      try Uploads.save(upload, vault, connection)
      try record.append(connection, "upload.put-back", upload.id.text)
    }
  }

  private static func sentence(_ error: any Error) -> String {
    switch error {
    case let fault as SetFault: fault.sentence
    case Refusal.invalid(let path, let problem): "\(path) \(problem)"
    default: "\(error)"
    }
  }

  private func read(_ upload: inout Upload) async throws {
    if let memory = try WorkFolder.inMemory(for: upload.size) {
      defer { withExtendedLifetime(memory) {} }
      do {
        return try await read(&upload, in: memory.path)
      } catch  where Refusal.isOfSpace(error) {
        // It became larger than sets do; the disk may hold it.
        upload.outcome = .init()
      }
    }
    let disk = try WorkFolder.onDisk(folder)
    defer { withExtendedLifetime(disk) {} }
    try await read(&upload, in: disk.path)
  }

  private func read(_ upload: inout Upload, in room: String) async throws {
    guard let converter else { throw SetFault("sets are not read here: no reader is configured") }
    // In a folder of its own: whatever it is called, it stands in nothing's way.
    try FileManager.default.createDirectory(
      atPath: room + "/set", withIntermediateDirectories: false)
    let source = room + "/set/" + Self.fileName(upload.options.name)
    try await write(upload, to: source)
    let target = room + "/items"
    let report = try await converter.convert(
      source, as: upload.options.format, hasMedia: upload.options.makesItems, to: target,
      temporary: room)
    try? FileManager.default.removeItem(atPath: source)
    upload.outcome.format = report["from"]?.string ?? ""
    for fault in report["diagnostics"]?.array ?? [] {
      let place = [fault["file"]?.string, fault["place"]?.string].compactMap { $0 }
      upload.outcome.note(
        place.filter { !$0.isEmpty }.joined(separator: ", "), fault["reason"]?.string ?? "",
        remedy: fault["remedy"]?.string ?? "")
    }
    upload.outcome.losses = (report["losses"]?.array ?? []).map { Diagnostics.Loss($0) }
    let spool = try Spool(folder: folder.spoolPath)
    try await gather(target, into: spool, &upload)
    let taken = try await takeIn(spool, upload)
    upload.outcome.created = taken.created
    upload.outcome.updated = taken.updated
    upload.outcome.labelled = taken.labelled
    upload.outcome.refused += taken.refused
    upload.outcome.losses += ItemImport.losses(
      resized: Int64(taken.resized), relabelled: Int64(taken.relabelled))
    for problem in taken.problems { upload.outcome.note("item \(problem.line)", problem.reason) }
  }

  /// Waits where others put items in.
  private func takeIn(_ spool: Spool, _ upload: Upload) async throws -> ItemImport.Report {
    let options = ItemImport.Options(
      set: upload.options.set, makesItems: upload.options.makesItems,
      masksPersonalData: upload.options.masksPersonalData,
      replacesContent: upload.options.replacesContent)
    while true {
      do {
        return try await ItemImport(vault, actor: .system).run(spool, into: upload.dataset, options)
      } catch Refusal.alreadyRunning {
        try await Task.sleep(for: .milliseconds(500))
      }
    }
  }

  /// A name that any file system holds; its end says of what kind the file is.
  static func fileName(_ name: String) -> String {
    var name = name
    while name.utf8.count > 200 { name.removeFirst() }
    return name
  }

  private func write(_ upload: Upload, to path: String) async throws {
    guard
      FileManager.default.createFile(
        atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
      let file = FileHandle(forWritingAtPath: path)
    else { throw Refusal.noSpace }
    for part in try await Uploads(vault, actor: .system).parts(of: upload.id).blobs() {
      guard let bytes = try part.whole() else {
        throw SetFault("a part of it is gone; send it anew")
      }
      try file.write(contentsOf: bytes)
    }
    try file.close()
  }

  /// Stores the images and hands the lines on, each with its image.
  private func gather(_ folder: String, into spool: Spool, _ upload: inout Upload) async throws {
    let classes =
      FileManager.default.contents(atPath: folder + "/classes.json")
      .flatMap { try? JSON(parsing: [UInt8]($0)) }.map(DatasetLineNotation.schema)
      ?? DatasetSchema()
    try await Datasets(vault, actor: .system).add(
      classes: classes, of: upload.options.set, to: upload.dataset)
    let hasClasses = !classes.classes.isEmpty
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".jsonl") }.sorted()
    for name in names {
      guard let file = FileHandle(forReadingAtPath: folder + "/" + name) else { continue }
      defer { try? file.close() }
      var reader = LineReader(limit: Imports.lineLimit)
      while let bytes = try file.read(upToCount: 1 << 20), !bytes.isEmpty {
        for line in reader.read(bytes) {
          try await take(line, folder, hasClasses, into: spool, &upload)
        }
      }
      if let line = reader.end() {
        try await take(line, folder, hasClasses, into: spool, &upload)
      }
    }
  }

  private func take(
    _ line: LineReader.Line, _ folder: String, _ hasClasses: Bool, into spool: Spool,
    _ upload: inout Upload
  ) async throws {
    try Task.checkCancellation()
    guard case .text(let bytes) = line else {
      upload.outcome.refused += 1
      return upload.outcome.note("", "an item has more than \(Imports.lineLimit) bytes")
    }
    var read = try JSON(parsing: [UInt8](bytes))
    // A set that says nothing of labels leaves those that there are alone.
    if !hasClasses, read["labels"]?.array?.isEmpty == true { read = read.without("labels") }
    guard let json = try await withImage(read, folder, &upload) else { return }
    try spool.append(Data(json.utf8 + [0x0A]))
    upload.outcome.read += 1
    guard upload.outcome.read.isMultiple(of: Self.portion) else { return }
    let now = upload
    try await vault.database.write(.relaxed) { try Uploads.save(now, vault, $0) }
  }

  /// nil where its image is refused.
  private func withImage(
    _ json: JSON, _ folder: String, _ upload: inout Upload
  ) async throws -> JSON? {
    guard upload.options.makesItems, let name = json["name"]?.string, json["image"] == nil else {
      return json
    }
    let path = try folder + "/images/" + DatasetPath.checked(name)
    // Looked at before it is read: a small archive may hold a file that no memory holds.
    let facts = try? FileManager.default.attributesOfItem(atPath: path)
    guard facts?[.type] as? FileAttributeType == .typeRegular else { return json }
    do {
      guard let size = facts?[.size] as? Int, size <= Assets.sizeLimit else {
        throw Refusal.tooLarge(what: "a file (bytes)", limit: Assets.sizeLimit)
      }
      guard let bytes = FileManager.default.contents(atPath: path) else { return json }
      let asset = try await Assets(vault, actor: .system).store(bytes, name: name)
      return json.adding([.init("image", .string(asset.id.text))])
    } catch Refusal.unsupportedMedia(let what) {
      upload.outcome.note(name, what)
    } catch Refusal.tooLarge(let what, let limit) {
      upload.outcome.note(name, "\(what) is over \(limit)")
    }
    upload.outcome.refused += 1
    return nil
  }
}
