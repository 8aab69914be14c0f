import Consensus
import Store
import Vault

/// What somebody is told of their own quality: whole weeks that are over and in which enough was judged, so
/// that no single answer can be told to have been gold.
package struct OwnQuality: Sendable {
  private let vault: ClientVault

  package init(_ vault: ClientVault) { self.vault = vault }

  package struct Week: Hashable, Sendable {
    /// The first of it, since 1970.
    package var day: Int64
    package var judged: Int64
    package var share: Double
  }

  package struct Measure: Hashable, Sendable {
    /// Answers that were compared with what turned out right.
    package var judged: Int64
    /// 0…1, of those that agreed.
    package var share: Double
    /// Where the share of all answers lies, in 9 of 10 cases.
    package var interval: ClosedRange<Double>
    /// The oldest first.
    package var weeks: [Week]
  }

  /// Weeks that are looked back on.
  package static let weeks: Int64 = 12
  /// Answers of a week that must have been judged.
  package static let leastJudged: Int64 = 5

  package func measure(_ worker: String, in project: ProjectID) async throws -> Measure {
    let week = vault.environment.now() / (7 * WorkDays.dayMilliseconds)
    let weeks = try await vault.database.read { connection in
      try connection.all(
        """
        SELECT day / 7, sum(judged), sum(agreed) FROM annotator_days
        WHERE project_id = ? AND worker = ? AND day >= ? AND day < ?
        GROUP BY 1 HAVING sum(judged) >= ? ORDER BY 1
        """,
        [
          project.sql, .text(worker), .int((week - Self.weeks) * 7), .int(week * 7), .int(Self.leastJudged),
        ]
      ) { (week: $0.int(0), judged: $0.int(1), agreed: $0.int(2)) }
    }
    let judged = weeks.reduce(0) { $0 + $1.judged }
    let agreed = weeks.reduce(0) { $0 + $1.agreed }
    let belief = BetaDistribution(
      successes: Double(agreed) + 0.5, failures: Double(judged - agreed) + 0.5)
    return Measure(
      judged: judged, share: Double(agreed) / Double(max(1, judged)), interval: belief.interval(0.9),
      weeks: weeks.map {
        Week(day: $0.week * 7, judged: $0.judged, share: Double($0.agreed) / Double($0.judged))
      })
  }
}
