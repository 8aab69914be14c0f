import Foundation
import Labels
import Store
import Synchronization
import Vault

/// One client's sealed world, opened. Everything that touches content needs one of these: a query
/// outside a vault cannot be written.
package final class ClientVault: Sendable {
  package let clientID: ClientID
  package let database: any Database
  package let blobs: any Blobs
  package let key: DataKey
  package let environment: Environment
  /// Imports and exports that are being done now, by key or id: a hasty retry cannot run beside
  /// the first, and the vault is not closed under them.
  package let work = WorkInHand()
  private let contents = Mutex<[VersionKey: ProjectContent]>([:])

  private struct VersionKey: Hashable {
    let project: ProjectID
    let version: Int
  }

  package init(
    clientID: ClientID, database: any Database, blobs: any Blobs, key: DataKey,
    environment: Environment
  ) {
    self.clientID = clientID
    self.database = database
    self.blobs = blobs
    self.key = key
    self.environment = environment
  }

  package func record(by actor: Actor) -> JournalRecord {
    JournalRecord(at: environment.now(), actor: actor)
  }

  /// The ontology and instructions of one version of a project. Versions never change, so they are
  /// kept once read.
  package func content(
    of project: ProjectID, version: Int, _ connection: any Connection
  ) throws -> ProjectContent {
    let cacheKey = VersionKey(project: project, version: version)
    if let known = contents.withLock({ $0[cacheKey] }) { return known }
    let sealed = try connection.first(
      "SELECT sealed FROM project_versions WHERE project_id = ? AND version = ?",
      [project.sql, .number(version)]
    ) { $0.blob(0) }
    guard let sealed else { throw Refusal.unknown(.project, "\(project) version \(version)") }
    let content = try ProjectContent(
      stored: key.open(sealed, table: "project_versions", row: "\(project)/\(version)"))
    contents.withLock {
      if $0.count > 256 { $0.removeAll() }
      $0[cacheKey] = content
    }
    return content
  }
}

/// Names of what is being done.
package final class WorkInHand: Sendable {
  private let names = Mutex<Set<String>>([])

  /// - Returns: false where it is being done already.
  func begin(_ name: String) -> Bool { names.withLock { $0.insert(name).inserted } }
  func end(_ name: String) { _ = names.withLock { $0.remove(name) } }
  func contains(_ name: String) -> Bool { names.withLock { $0.contains(name) } }
  package var isEmpty: Bool { names.withLock(\.isEmpty) }
}
