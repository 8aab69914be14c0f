import Store
import Workforce

/// By what somebody is paid for a task: the version of the project's plan that they were shown, the currency
/// they chose, and the batch whose difficulty counts. It stays so, whatever changes before they answer.
package struct PayTerms: Hashable, Sendable {
  package var version: Int
  /// nil for whoever chose none: the first of the plan.
  package var currency: Currency?
  /// The batch that the task was asked from; gold takes the place of a task of it. nil before a task is
  /// given.
  package var batch: BatchID?

  package init(version: Int, currency: Currency?, batch: BatchID? = nil) {
    self.version = version
    self.currency = currency
    self.batch = batch
  }

  /// As a lease keeps them: `3 USD 0123…`, with `-` for none.
  init?(stored text: String) {
    let parts = text.split(separator: " ")
    guard parts.count == 3, let version = Int(parts[0]) else { return nil }
    self.init(
      version: version, currency: Currency(String(parts[1])), batch: BatchID(String(parts[2])))
  }

  var stored: String { "\(version) \(currency?.code ?? "-") \(batch?.text ?? "-")" }
}

/// What projects pay the operator's workers, in versions.
package struct PayPlans: Sendable {
  private let engine: DataEngine
  private let actor: Actor

  package init(_ engine: DataEngine, actor: Actor) {
    self.engine = engine
    self.actor = actor
  }

  package struct Version: Hashable, Sendable {
    package var number: Int
    package var madeAt: Int64
    package var plan: PayPlan
  }

  /// Makes a new version, by which work is paid that is handed out from now on.
  ///
  /// - Parameter plan: nil to pay nothing any more; what was handed out is still paid.
  /// - Throws: `.unknown(.project)`.
  @discardableResult
  package func set(_ plan: PayPlan?, for project: ProjectID) async throws -> Version? {
    let record = engine.record(by: actor)
    return try await engine.control.write(.flushed) { connection in
      let last = try connection.first(
        """
        SELECT coalesce((SELECT max(version) FROM pay_plans WHERE project_id = d.project_id), 0)
        FROM project_directory d WHERE d.project_id = ?
        """, [project.sql]
      ) { Int($0.int(0)) }
      guard let last else { throw Refusal.unknown(.project, project.text) }
      let version = plan.map { Version(number: last + 1, madeAt: record.at, plan: $0) }
      if let version {
        try connection.run(
          "INSERT INTO pay_plans VALUES (?, ?, ?, ?)",
          [
            project.sql, .number(version.number), .int(record.at),
            .text(PayNotation.json(version.plan).text),
          ])
      }
      try connection.run(
        "UPDATE project_directory SET pay_version = ? WHERE project_id = ?",
        [.optional(version.map { Int64($0.number) }), project.sql])
      try record.append(
        connection, "pay.changed", project.text,
        ["version": .int(Int64(version?.number ?? 0))])
      return version
    }
  }

  /// All versions, the newest first.
  package func versions(of project: ProjectID) async throws -> [Version] {
    try await engine.control.read { connection in
      try connection.all(
        "SELECT version, made_at, plan FROM pay_plans WHERE project_id = ? ORDER BY version DESC",
        [project.sql]
      ) {
        Version(
          number: Int($0.int(0)), madeAt: $0.int(1), plan: try PayNotation.plan(stored: $0.text(2)))
      }
    }
  }

  /// What somebody is paid by these terms.
  package func rate(
    _ terms: PayTerms, in project: ProjectID
  ) async throws -> (rate: PayRate, plan: PayPlan)? {
    let known = engine.payPlans.known(.init(project: project, version: terms.version))
    let plan =
      if let known { known } else {
        try await engine.control.read { try Self.plan(terms.version, of: project, engine, $0) }
      }
    return plan.map { ($0.rate(in: terms.currency), $0) }
  }

  /// A version never changes, so that it is kept once it was read.
  static func plan(
    _ version: Int, of project: ProjectID, _ engine: DataEngine, _ connection: any Connection
  ) throws -> PayPlan? {
    let key = DataEngine.PayVersion(project: project, version: version)
    if let known = engine.payPlans.known(key) { return known }
    let text = try connection.first(
      "SELECT plan FROM pay_plans WHERE project_id = ? AND version = ?",
      [project.sql, .number(version)]
    ) { $0.text(0) }
    guard let text else { return nil }
    return try engine.payPlans.value(key) { try PayNotation.plan(stored: text) }
  }
}
