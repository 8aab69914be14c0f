import Formats
import Foundation
import Labels
import Notation
import Store
import Vault

/// The way out to other servers.
package protocol Fetcher: Sendable {
  /// The body behind a URL, through every guard against a server being used to reach others.
  func fetch(_ url: String, limit: Int) async throws(EgressRefusal) -> Data

  /// The same, with where redirects led.
  func page(at url: String, limit: Int) async throws(EgressRefusal) -> FetchedPage

  /// What the other side says of the file behind a URL, without reading it.
  func head(of url: String) async throws(EgressRefusal) -> FileHead

  /// Sends JSON, through the same guards; redirects are not followed.
  ///
  /// - Returns: the status of the answer, whose body is not read.
  func post(
    _ json: Data, to url: String, headers: [(name: String, value: String)]
  ) async throws(EgressRefusal) -> Int

  /// Sends JSON likewise, and brings the body of an answer that is 200.
  func ask(
    _ json: Data, at url: String, headers: [(name: String, value: String)], limit: Int
  ) async throws(EgressRefusal) -> Data
}

/// A body, and the URL that it came from in the end.
package struct FetchedPage: Sendable {
  package var url: String
  package var body: Data

  package init(url: String, body: Data) { (self.url, self.body) = (url, body) }
}

/// What is known of a file elsewhere that was not read.
package struct FileHead: Hashable, Sendable {
  /// What tells it from another at the same place: its etag, or when it was changed and how long it is; empty
  /// where nobody says.
  package var version = ""
  /// In bytes.
  package var size: Int?

  package init(version: String = "", size: Int? = nil) { (self.version, self.size) = (version, size) }
}

/// The files of one vault.
package struct Assets: Sendable {
  let vault: ClientVault
  let actor: Actor

  package init(_ vault: ClientVault, actor: Actor) {
    self.vault = vault
    self.actor = actor
  }

  /// Bytes of one file: 80 MB.
  package static let sizeLimit = 80 * 1024 * 1024

  package struct Asset: Hashable, Sendable {
    package var id: AssetID
    /// Sniffed, never believed.
    package var type: String
    /// Bytes.
    package var size: Int
    package var imageSize: ImageSize?
    package var createdAt: Int64
    /// As the sender called it: data, never a path.
    package var name: String
    /// What else the sender said of it.
    package var remarks: JSON = [:]
    /// What its camera noted, or how long it plays: fields of an item.
    package var facts: [JSON.Member] = []
    var address: String

    /// Whether it says that its pixels lie another way than it is shown, which only readers of JPEG and TIFF
    /// turn as they cut it or paint over it.
    var isTurnedPNG: Bool {
      type == "image/png" && facts.contains { $0.name == "orientation" && $0.value != 1 }
    }
  }

  /// What a sender says of a file.
  package struct Description: Sendable {
    /// The sender's name for it: given once.
    package var reference: String?
    package var remarks: JSON

    package init(reference: String? = nil, remarks: JSON = [:]) {
      self.reference = reference
      self.remarks = remarks
    }
  }

  /// What is stored.
  package enum Accepted: Sendable {
    case images
    /// Images, recordings and films, those of them that are asked for.
    case media([FileRules.Medium])
    /// Also what is known as neither, as bytes of no kind.
    case anything
  }

  /// Stores a file. Equal content is stored once and keeps its first id and description.
  ///
  /// - Throws: `.tooLarge`, `.unsupportedMedia`, `.noSpace`, `.taken(.asset)` for a reference that
  ///   was given before.
  package func store(
    _ bytes: Data, name: String, accepting accepted: Accepted = .images,
    _ description: Description = .init()
  ) async throws -> Asset {
    try await store(bytes, name: name, accepting: accepted, description) {
      asset, isNew, connection in
      guard !isNew else { return }
      // Whoever contributed it can take it back no more.
      try connection.run(
        "UPDATE contributions SET is_own = 0 WHERE asset_id = ? AND is_own = 1", [asset.sql])
    }
  }

  /// - Parameter also: done in the same transaction, with whether the file is a new one.
  func store(
    _ bytes: Data, name: String, accepting accepted: Accepted, _ description: Description = .init(),
    also: @escaping @Sendable (AssetID, _ isNew: Bool, any Connection) throws -> Void
  ) async throws -> Asset {
    guard bytes.count <= Self.sizeLimit else {
      throw Refusal.tooLarge(what: "a file (bytes)", limit: Self.sizeLimit)
    }
    let looks = try Looks(bytes, accepted)
    let record = vault.record(by: actor)
    let address = vault.key.blobAddress(of: bytes)
    let asset = Asset(
      id: vault.environment.newID(), type: looks.type, size: bytes.count,
      imageSize: looks.imageSize,
      createdAt: record.at, name: Self.cleaned(name), remarks: description.remarks,
      facts: looks.facts, address: address)
    do {
      return try await Self.alone(with: address, vault) {
        if try vault.blobs.size(address) == nil {
          let writer = try SealedBlob.Writer(vault, name: address)
          try writer.append(bytes)
          try writer.commit(.flushed)
        }
        return try await vault.database.write(.flushed) { connection in
          let known = try Self.find("address", address, vault, connection)
          if known == nil {
            try insert(asset, connection)
            try record.append(connection, "asset.stored", asset.id.text)
          }
          try also((known ?? asset).id, known == nil, connection)
          if let reference = description.reference {
            try refer(reference, to: (known ?? asset).id, connection)
          }
          return known ?? asset
        }
      }
    } catch BlobError.full {
      throw Refusal.noSpace
    } catch StoreError.full {
      throw Refusal.noSpace
    }
  }

  /// Does something with the bytes at an address while nobody else does.
  private static func alone<T>(
    with address: String, _ vault: ClientVault, _ body: () async throws -> T
  ) async throws -> T {
    let work = "bytes \(address)"
    while !vault.work.begin(work) { try await Task.sleep(for: .milliseconds(2)) }
    defer { vault.work.end(work) }
    return try await body()
  }

  private func refer(
    _ reference: String, to asset: AssetID, _ connection: any Connection
  ) throws {
    let address = vault.key.blobAddress(of: Data(reference.utf8))
    let added = try connection.run(
      "INSERT INTO asset_references VALUES (?, ?) ON CONFLICT DO NOTHING",
      [.text(address), asset.sql])
    guard added == 1 else { throw Refusal.taken(.asset, reference) }
  }

  /// Fetches a file from elsewhere and stores it.
  package func store(
    from url: String, by fetcher: any Fetcher, accepting accepted: Accepted = .images,
    _ description: Description = .init()
  ) async throws -> Asset {
    let bytes: Data
    do {
      bytes = try await fetcher.fetch(url, limit: Self.sizeLimit)
    } catch {
      throw Refusal.egress(error)
    }
    let name = url.split(separator: "?")[0].split(separator: "/").last.map(String.init) ?? "file"
    return try await store(
      bytes, name: name.removingPercentEncoding ?? name, accepting: accepted, description)
  }

  /// The file behind a URL that a task or item names (`RemoteReference` is one too): fetched when it is first
  /// wanted, then kept.
  package func remote(_ url: String, by fetcher: any Fetcher) async throws -> Asset {
    if let known = try await vault.database.read({ try Self.fetched(url, vault, $0) }) {
      return try await get(known)
    }
    let asset = try await store(
      from: RemoteReference.address(url, vault), by: fetcher)
    try await vault.database.write(.flushed) { connection in
      try connection.run(
        "INSERT INTO remote_assets VALUES (?, ?) ON CONFLICT DO NOTHING",
        [.text(Self.address(url, vault)), asset.id.sql])
    }
    return asset
  }

  private static func address(_ url: String, _ vault: ClientVault) -> String {
    vault.key.blobAddress(of: Data(url.utf8))
  }

  /// The file that a URL was fetched to.
  static func fetched(
    _ url: String, _ vault: ClientVault, _ connection: any Connection
  ) throws -> AssetID? {
    try connection.first(
      "SELECT asset_id FROM remote_assets WHERE address = ?", [.text(address(url, vault))]
    ) { $0.id(0) }
  }

  /// Takes a file away that nothing else names; its bytes are still to be dropped.
  ///
  /// - Returns: where its bytes are; nil where it stays.
  static func removeUnused(
    _ id: AssetID, _ record: JournalRecord, _ vault: ClientVault, _ connection: any Connection
  ) throws -> String? {
    let isNamed = try connection.first(
      """
      SELECT EXISTS (SELECT 1 FROM contributions WHERE asset_id = ?1)
        OR EXISTS (SELECT 1 FROM asset_references WHERE asset_id = ?1)
        OR EXISTS (SELECT 1 FROM remote_assets WHERE asset_id = ?1)
      """, [id.sql]
    ) { $0.int(0) == 1 }
    guard isNamed == false, let asset = try find("id", id.text, vault, connection) else {
      return nil
    }
    try connection.run("DELETE FROM assets WHERE id = ?", [id.sql])
    try record.append(connection, "asset.removed", id.text)
    return asset.address
  }

  /// Throws away the bytes of files that were removed, unless the same were stored anew meanwhile.
  static func dropBytes(at addresses: [String], _ vault: ClientVault) async throws {
    for address in addresses {
      try await alone(with: address, vault) {
        let isThere = try await vault.database.read {
          try find("address", address, vault, $0) != nil
        }
        if !isThere { try vault.blobs.remove(address) }
      }
    }
  }

  /// A name for people: no path, no control characters, at most 200 characters.
  static func cleaned(_ name: String) -> String {
    let last = name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
    let visible = last.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.prefix(200)
    let text = String(String.UnicodeScalarView(visible))
    return text.isEmpty || text == "." || text == ".." ? "file" : text
  }

  private func insert(_ asset: Asset, _ connection: any Connection) throws {
    let sealed = vault.key.seal(
      asset.described.utf8, table: "assets",
      row: asset.id)
    try connection.run(
      """
      INSERT INTO assets (id, address, type, size, width, height, created_at, sealed)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        asset.id.sql, .text(asset.address), .text(asset.type), .number(asset.size),
        .optional(asset.imageSize.map { Int64($0.width) }),
        .optional(asset.imageSize.map { Int64($0.height) }), .int(asset.createdAt),
        .blob(sealed),
      ])
  }

  package func get(_ id: AssetID) async throws -> Asset {
    try await vault.database.read { connection in
      guard let asset = try Self.find("id", id.text, vault, connection) else {
        throw Refusal.unknown(.asset, id.text)
      }
      return asset
    }
  }

  package func content(of asset: Asset) -> SealedBlob {
    SealedBlob(vault: vault, name: asset.address)
  }

  static func find(
    _ column: StaticString, _ value: String, _ vault: ClientVault, _ connection: any Connection
  ) throws -> Asset? {
    try connection.first(
      """
      SELECT id, type, size, width, height, created_at, address, sealed FROM assets
      WHERE \(column) = ?
      """, [.text(value)]
    ) { row in
      let id: AssetID = row.id(0)
      let described = try JSON(
        parsing: [UInt8](try vault.key.open(row.blob(7), table: "assets", row: id)))
      return Asset(
        id: id, type: row.text(1), size: Int(row.int(2)),
        imageSize: row.optionalInt(3).flatMap { width in
          row.optionalInt(4).map { ImageSize(width: Int(width), height: Int($0)) }
        }, createdAt: row.int(5), name: described["name"]?.string ?? "",
        remarks: described["remarks"] ?? [:], facts: described["exif"]?.members ?? [],
        address: row.text(6))
    }
  }
}

extension Assets.Asset {
  fileprivate var described: JSON {
    ["name": .string(name), "remarks": remarks, "exif": .object(facts)]
  }
}

extension ImageProbe.Fault {
  package var sentence: String {
    switch self {
    case .notAnImage(let likeness):
      "it is \(likeness ?? "no kind of file that is known"); send PNG, JPEG, GIF, WebP, TIFF or BMP"
    case .truncated: "the image is cut off before its end"
    case .damaged(let what): "the image is damaged: \(what)"
    case .tooManyPixels(let width, let height, let limit):
      "the image has \(width)×\(height) pixels, over \(limit)"
    }
  }
}
