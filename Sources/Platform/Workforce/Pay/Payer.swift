import Formats
import Foundation
import Notation
import Store
import Vault
import Workforce

extension Payouts {
  private static var payerPlace: String { "settings/payer" }

  /// Whose account payouts are paid from; nil until the operator said so.
  package func payer() async throws -> CreditTransfer.Party? {
    let stored = try await engine.control.read { connection in
      try connection.first("SELECT value FROM settings WHERE name = 'payer'") { $0.text(0) }
    }
    guard let stored, let sealed = Data(base64Encoded: stored) else { return nil }
    return try Self.party(
      JSON(parsing: engine.master.open(sealed, place: Self.payerPlace)))
  }

  /// - Throws: `.invalid` with the path of the member.
  package func setPayer(from json: JSON) async throws -> CreditTransfer.Party {
    let party = try Self.party(json)
    let stored = try engine.master.seal(
      JSON.object([
        .init("name", .string(party.name)), .init("account", json["account"] ?? .null),
        .init("bic", json["bic"] ?? .null),
      ]).utf8, place: Self.payerPlace
    ).base64EncodedString()
    let record = engine.record(by: actor)
    try await engine.control.write(.flushed) { connection in
      try connection.run(
        """
        INSERT INTO settings VALUES ('payer', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """, [.text(stored)])
      try record.append(connection, "payer.changed", "payer")
    }
    return party
  }

  /// A name and an account are checked as a worker's are.
  private static func party(_ json: JSON) throws(Refusal) -> CreditTransfer.Party {
    let profile = try WorkerProfile(from: json)
    guard !profile.name.isEmpty else {
      throw .invalid(path: "name", problem: "must say who pays")
    }
    guard let account = profile.account else {
      throw .invalid(path: "account", problem: "must say from where")
    }
    return CreditTransfer.Party(name: profile.name, account: account.wire, bic: profile.bic)
  }
}
