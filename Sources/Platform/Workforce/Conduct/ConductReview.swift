import Foundation
import Store
import Vault
import Workforce

/// Looks at how the operator's workers work, and does what the rules say: collectors, conditions, actions.
package struct ConductReview: Sendable {
  private let engine: DataEngine

  package init(_ engine: DataEngine) { self.engine = engine }

  /// Whom a rule holds of, on what.
  package struct Hit: Hashable, Sendable {
    package var user: UserID
    package var project: ProjectID
    package var projectName: String
    package var rule: ConductRule
    package var evidence: [ConductSignal: Double]
  }

  /// What rules would do now, on all projects open to the workforce, by their newest answers. Nothing is
  /// done.
  package func dryRun(_ rules: ConductRules) async throws -> [Hit] {
    var hits: [Hit] = []
    for listing in try await Directory(engine).operated() {
      for (user, conduct) in try await conducts(on: listing) {
        for finding in rules.findings(conduct) {
          hits.append(
            Hit(
              user: user, project: listing.project, projectName: listing.name, rule: finding.rule,
              evidence: finding.evidence))
        }
      }
    }
    return hits.sorted { ($0.projectName, $0.user, $0.rule.name) < ($1.projectName, $1.user, $1.rule.name) }
  }

  /// Decides by the rules in force about everybody on a project.
  ///
  /// - Returns: what is new.
  @discardableResult
  package func run(on listing: Directory.Listing) async throws -> [Decisions.Decision] {
    let version = try await ConductRuleBook(engine).current()
    var made: [Decisions.Decision] = []
    for (user, conduct) in try await conducts(on: listing) {
      for finding in version.rules.findings(conduct) {
        var draft = Decisions.Draft(
          finding, version: version.number, user: user, project: listing.project)
        let pardoned = try await pardoned(user, listing.project)
        draft.actions.removeAll(where: pardoned.contains)
        made += try await Decisions(engine).make(draft, by: .system)
      }
    }
    return made
  }

  /// For so long after a decision was lifted, rules do not do again what it did: the same evidence is not
  /// held against anybody twice.
  private static let pardonMilliseconds: Int64 = 30 * 24 * 3_600_000

  private func pardoned(_ user: UserID, _ project: ProjectID) async throws -> Set<ConductAction> {
    let since = engine.environment.now() - Self.pardonMilliseconds
    return try await engine.control.read { connection in
      Set(
        try connection.all(
          "SELECT action FROM decisions WHERE user_id = ? AND project_id = ? AND lifted_at > ?",
          [user.sql, project.sql, .int(since)]
        ) { ConductAction(rawValue: $0.text(0)) }.compactMap { $0 })
    }
  }

  /// How the operator's workers work on a project; a client's own people are not the operator's to judge.
  package func conducts(on listing: Directory.Listing) async throws -> [(UserID, Conduct)] {
    let retrained = try await retrained(on: listing.project)
    let found = try await engine.vaults.with(listing.client) { vault in
      let since = retrained.map { (vault.key.pseudonym(of: $0.text), $1) }
      let conducts = try await ConductCollection(vault: vault).conducts(
        in: listing.project, judgedSince: Dictionary(since, uniquingKeysWith: max))
      let workers = try await engine.workers(named: Set(conducts.keys), in: vault)
      return conducts.compactMap { name, conduct in workers[name].map { ($0, conduct) } }
    }
    let shared = try await engine.control.read { try SignInTraces.shared(among: found.map(\.0), $0) }
    return found.sorted { $0.0 < $1.0 }.map { user, conduct in
      var conduct = conduct
      conduct[.accountsOnDevice] = Double(shared[user]?.device ?? 0)
      conduct[.accountsAtAddress] = Double(shared[user]?.address ?? 0)
      return (user, conduct)
    }
  }

  /// When people were last sent to the course again: what they missed before does not count twice.
  private func retrained(on project: ProjectID) async throws -> [(UserID, Int64)] {
    try await engine.control.read { connection in
      try connection.all(
        """
        SELECT user_id, max(at) FROM decisions WHERE project_id = ? AND action = 'retrain' GROUP BY user_id
        """, [project.sql]
      ) { ($0.id(0) as UserID, $0.int(1)) }
    }
  }

  /// The number of the newest answer in a client's vault.
  package func newest(in client: ClientID) async throws -> Int64 {
    try await engine.vaults.with(client) { try await ConductCollection(vault: $0).newest() }
  }
}
