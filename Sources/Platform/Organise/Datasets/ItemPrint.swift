import Foundation
import Store
import Vault

/// What the image of an item shows, in 64 bits, and of which image that is said: it may be another by now.
struct ItemPrint: Hashable, Sendable {
  /// As `ItemTable.fileNumber` gives it.
  var file: UInt64
  /// As `PictureFingerprint.of` gives it.
  var bits: UInt64

  init(file: UInt64, bits: UInt64) { (self.file, self.bits) = (file, bits) }

  // MARK: Stored

  private init(sealed: Data, _ dataset: DatasetID, _ number: Int, _ vault: ClientVault) throws {
    let bytes = try vault.key.open(sealed, table: "item_prints", row: "\(dataset)/\(number)")
    func value(_ bytes: Data) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
    self.init(file: value(bytes.prefix(8)), bits: value(bytes.dropFirst(8)))
  }

  private func sealed(_ dataset: DatasetID, _ number: Int, _ vault: ClientVault) -> Data {
    let bytes = [file, bits].flatMap { value in
      (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) }
    }
    return vault.key.seal(bytes, table: "item_prints", row: "\(dataset)/\(number)")
  }

  static func find(
    _ number: Int, of dataset: DatasetID, _ vault: ClientVault, _ connection: any Connection
  ) throws -> ItemPrint? {
    try connection.first(
      "SELECT sealed FROM item_prints WHERE dataset_id = ? AND number = ?",
      [dataset.sql, .number(number)]
    ) { try ItemPrint(sealed: $0.blob(0), dataset, number, vault) }
  }

  /// Those that were noted after a change of prints.
  static func all(
    of dataset: DatasetID, after change: Int64, _ vault: ClientVault, _ connection: any Connection
  ) throws -> [(number: Int, print: ItemPrint)] {
    try connection.all(
      "SELECT number, sealed FROM item_prints WHERE dataset_id = ? AND changed > ?",
      [dataset.sql, .int(change)]
    ) { row in
      let number = Int(row.int(0))
      return (number, try ItemPrint(sealed: row.blob(1), dataset, number, vault))
    }
  }

  /// Notes prints as one change of them.
  static func note(
    _ prints: [(number: Int, print: ItemPrint)], of dataset: DatasetID, _ vault: ClientVault,
    _ connection: any Connection
  ) throws {
    let change = try connection.first(
      "UPDATE datasets SET last_print = last_print + 1 WHERE id = ? RETURNING last_print",
      [dataset.sql]
    ) { $0.int(0) }
    guard let change else { throw Refusal.unknown(.dataset, dataset.text) }
    for (number, print) in prints where try Datasets.isThere(number, in: dataset, connection) {
      try connection.run(
        """
        INSERT INTO item_prints (dataset_id, number, changed, sealed) VALUES (?, ?, ?, ?)
        ON CONFLICT (dataset_id, number)
        DO UPDATE SET changed = excluded.changed, sealed = excluded.sealed
        """,
        [dataset.sql, .number(number), .int(change), .blob(print.sealed(dataset, number, vault))])
    }
  }
}
