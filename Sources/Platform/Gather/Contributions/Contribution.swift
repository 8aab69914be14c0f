import Labels
import Store
import Vault

/// A file that an annotator contributes to a task, or the part of it that has come.
package struct Contribution: Hashable, Sendable {
  package var id: ContributionID
  package var task: Int64
  /// The question that it answers.
  package var question: ClassID
  package var worker: String
  /// As the sender calls it.
  package var name: String
  /// Bytes.
  package var size: Int
  package var received: Int
  /// What answers name; nil until all of it has come and was looked at.
  package var asset: AssetID?
  /// Whether an answer has it.
  package var isAnswered = false
  package var createdAt: Int64

  static let columns =
    "id, task, class, worker, size, received, asset_id, is_answered, created_at, sealed"

  static func row(_ row: any Row, _ vault: ClientVault) throws -> Contribution {
    let id: ContributionID = row.id(0)
    let name = try vault.key.open(row.blob(9), table: "contributions", row: id)
    return Contribution(
      id: id, task: row.int(1), question: ClassID(Int32(clamping: row.int(2))),
      worker: row.text(3),
      name: String(decoding: name, as: UTF8.self), size: Int(row.int(4)), received: Int(row.int(5)),
      asset: row.optionalText(6).flatMap { AssetID($0) }, isAnswered: row.int(7) == 1,
      createdAt: row.int(8))
  }
}
