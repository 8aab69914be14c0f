import Foundation
import Store
import Synchronization
import Vault

extension DataEngine {
  /// The operator's workers by the pseudonyms a vault knows them by; its client's own people are not the
  /// operator's to pay.
  ///
  /// - Complexity: O(names) where all are known already, else O(workers).
  func workers(
    named names: Set<String>, in vault: ClientVault
  ) async throws -> [String: UserID] {
    let known = pseudonyms.withLock { $0[vault.clientID] ?? [:] }
    if names.allSatisfy({ known[$0] != nil }) { return known }
    let users = try await control.read { connection in
      try connection.all("SELECT user_id FROM grants WHERE role = 'worker'") { $0.id(0) as UserID }
    }
    let all = Dictionary(
      users.map { (vault.key.pseudonym(of: $0.text), $0) }, uniquingKeysWith: { a, _ in a })
    pseudonyms.withLock { $0[vault.clientID] = all }
    return all
  }
}
