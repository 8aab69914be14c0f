import Formats
import Foundation
import Labels
import Store
import Synchronization
import Vault

/// One client's sealed world, opened. Everything that touches content needs one of these: a query
/// outside a vault cannot be written.
package final class ClientVault: Sendable {
  package let clientID: ClientID
  /// A test world: what is sent for labelling here is answered at once, by nobody.
  package let isTest: Bool
  package let database: any Database
  package let blobs: any Blobs
  package let key: DataKey
  package let environment: Environment
  /// Imports and exports that are being done now, by key or id: a hasty retry cannot run beside
  /// the first, and the vault is not closed under them.
  package let work = WorkInHand()
  // Versions and forms never change, so they are kept once read.
  private let versions = Kept<Numbered, ProjectContent>()
  private let forms = Kept<Numbered, ProjectContent>()
  /// nil where an image cannot be cut.
  let pyramids = Kept<String, ZIPDirectory?>(limit: 32)
  /// What datasets are asked by; each grows with its dataset.
  let itemTables = Kept<DatasetID, LoadedItems>(limit: 8)
  let itemVectors = Kept<DatasetID, LoadedVectors>(limit: 4)
  /// How far models have come, by what they do.
  let modelRuns = Mutex<[String: ModelRuns.Progress]>([:])
  /// The newest of each project.
  let histories = Mutex<[ProjectID: OntologyHistory]>([:])

  struct Numbered: Hashable {
    var project: ProjectID
    var number: Int
  }

  package init(
    clientID: ClientID, isTest: Bool = false, database: any Database, blobs: any Blobs,
    key: DataKey,
    environment: Environment
  ) {
    self.clientID = clientID
    self.isTest = isTest
    self.database = database
    self.blobs = blobs
    self.key = key
    self.environment = environment
  }

  package func record(by actor: Actor) -> JournalRecord {
    JournalRecord(at: environment.now(), actor: actor)
  }

  package func content(
    ofForm form: Int64, in project: ProjectID, _ connection: any Connection
  ) throws -> ProjectContent {
    try forms.value(.init(project: project, number: Int(form))) {
      let sealed = try connection.first(
        "SELECT sealed FROM forms WHERE number = ? AND project_id = ?",
        [.int(form), project.sql]
      ) { $0.blob(0) }
      guard let sealed else { throw Refusal.unknown(.project, "\(project) form \(form)") }
      return try ProjectContent(stored: key.open(sealed, table: "forms", row: "\(form)"))
    }
  }

  /// The classes of a project, and those of the forms that its tasks brought along.
  ///
  /// - Complexity: O(forms of the project)
  package func union(
    of project: Project, _ connection: any Connection
  ) throws -> OntologyUnion {
    var union = OntologyUnion(
      try content(of: project.id, version: project.version, connection).ontology)
    let forms = try connection.all(
      "SELECT number FROM forms WHERE project_id = ? ORDER BY number", [project.id.sql]
    ) { $0.int(0) }
    for form in forms {
      union.add(try content(ofForm: form, in: project.id, connection).ontology)
    }
    return union
  }

  /// The ontology and instructions of one version of a project.
  package func content(
    of project: ProjectID, version: Int, _ connection: any Connection
  ) throws -> ProjectContent {
    try versions.value(.init(project: project, number: version)) {
      let sealed = try connection.first(
        "SELECT sealed FROM project_versions WHERE project_id = ? AND version = ?",
        [project.sql, .number(version)]
      ) { $0.blob(0) }
      guard let sealed else { throw Refusal.unknown(.project, "\(project) version \(version)") }
      return try ProjectContent(
        stored: key.open(sealed, table: "project_versions", row: "\(project)/\(version)"))
    }
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
