import Foundation
import Labels
import Notation
import Store
import Synchronization
import Vault

/// By which version of its project's ontology a task's labels are read, whatever version they were
/// given under: what is stored stays as it was given, and says its version where that is not the
/// task's own.
package struct LabelReading: Sendable {
  /// In whose words, and by which rules.
  package private(set) var content: ProjectContent
  /// As which version.
  package let version: Int
  /// The task's own, of labels that do not say theirs.
  let made: Int
  /// nil where the project's ontology was never migrated.
  let history: OntologyHistory?

  package var ontology: Ontology { content.ontology }

  /// By the rules for who judges what several contributed.
  var admittingAllFiles: LabelReading {
    var reading = self
    reading.content.ontology = ontology.admittingAllFiles
    return reading
  }

  /// - Parameter json: in stored notation: annotations by numbers, or `{"version", "annotations"}`.
  func annotations(from json: JSON) throws -> [Annotation] {
    let given = try given(json)
    return history?.carried(given.annotations, from: given.version, to: version)
      ?? given.annotations
  }

  /// As they were given, and under which version.
  func given(_ json: JSON) throws -> (version: Int, annotations: [Annotation]) {
    let given = json["version"]?.integer.flatMap { Int(exactly: $0) } ?? made
    var ontology = ontology
    if given != version, let past = history?.versions, past.indices.contains(given - 1) {
      ontology = past[given - 1].ontology
    }
    let list = json["annotations"] ?? json
    return (given, try AnnotationNotation.annotations(from: list, ontology: ontology))
  }

  func open(
    _ sealed: Data, table: StaticString, row: some SealedPlace, _ vault: ClientVault
  ) throws -> [Annotation] {
    let plain = try vault.key.open(sealed, table: table, row: row)
    return try annotations(from: try JSON(parsing: [UInt8](plain)))
  }

  /// Annotations in stored notation, which `annotations(from:)` reads.
  func stored(_ annotations: [Annotation]) -> [UInt8] {
    if version == made { return StoredAnnotations.bytes(annotations, ontology) }
    let list = AnnotationNotation.json(annotations, ontology: ontology, style: .numbers)
    return JSON.object([.init("version", .int(Int64(version))), .init("annotations", list)]).utf8
  }

  /// Stored annotations in the numbers of this reading's version: what a browser is given.
  func restated(_ json: JSON?) throws -> JSON? {
    guard let json, version != made || json.array == nil else { return json }
    return AnnotationNotation.json(try annotations(from: json), ontology: ontology, style: .numbers)
  }
}

/// How the labels of a project's tasks are read.
struct ProjectReadings: Sendable {
  let vault: ClientVault
  let project: ProjectID
  /// nil where the ontology was never migrated.
  let history: OntologyHistory?

  /// The version by which a task is answered now.
  func current(for version: Int) -> Int { history?.current(for: version) ?? version }

  /// - Parameter version: as which they are read; nil for the current one.
  func reading(
    of task: TaskRow, as version: Int? = nil, _ connection: any Connection
  ) throws -> LabelReading {
    if let form = task.form {
      return LabelReading(
        content: try vault.content(ofForm: form, in: project, connection), version: task.version,
        made: task.version, history: nil)
    }
    let version = version ?? current(for: task.version)
    return LabelReading(
      content: try vault.content(of: project, version: version, connection), version: version,
      made: task.version, history: history)
  }

  /// Versions of tasks that are read as the project's last one.
  func alike(_ project: Project) -> ClosedRange<Int> {
    current(for: 1) == project.version ? 1...project.version : project.version...project.version
  }
}

extension ClientVault {
  func readings(of project: ProjectID, _ connection: any Connection) throws -> ProjectReadings {
    let state = try connection.first(
      "SELECT version, is_migrated FROM projects WHERE id = ?", [project.sql]
    ) { (version: Int($0.int(0)), isMigrated: $0.int(1) == 1) }
    guard let state, state.isMigrated else {
      return ProjectReadings(vault: self, project: project, history: nil)
    }
    return ProjectReadings(
      vault: self, project: project, history: try history(of: project, state.version, connection))
  }

  /// Every version of a project's ontology up to one of them.
  ///
  /// - Complexity: O(versions) the first time
  func history(
    of project: ProjectID, _ version: Int, _ connection: any Connection
  ) throws -> OntologyHistory {
    let known = histories.withLock { $0[project] }
    if let known, known.versions.count == version { return known }
    let history = OntologyHistory(
      try (1...version).map { number in
        let content = try content(of: project, version: number, connection)
        return .init(content.ontology, content.change)
      })
    histories.withLock { $0[project] = history }
    return history
  }

  func reading(
    of task: TaskRow, as version: Int? = nil, _ connection: any Connection
  ) throws -> LabelReading {
    try readings(of: task.project, connection).reading(of: task, as: version, connection)
  }
}
