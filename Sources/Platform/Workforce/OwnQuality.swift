import Consensus
import Store
import Vault

/// What somebody is told of their own quality: by weeks and never of today, so that no single answer can be
/// told to have been gold.
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

  /// Days that are looked back on.
  package static let days: Int64 = 12 * 7

  package func measure(_ worker: String, in project: ProjectID) async throws -> Measure {
    let today = vault.environment.now() / WorkDays.dayMilliseconds
    let days = try await vault.database.read { connection in
      try connection.all(
        """
        SELECT day, judged, agreed FROM annotator_days
        WHERE project_id = ? AND worker = ? AND day >= ? AND day < ? ORDER BY day
        """, [project.sql, .text(worker), .int(today - Self.days), .int(today)]
      ) { (day: $0.int(0), judged: $0.int(1), agreed: $0.int(2)) }
    }
    let judged = days.reduce(0) { $0 + $1.judged }
    let agreed = days.reduce(0) { $0 + $1.agreed }
    let belief = BetaDistribution(
      successes: Double(agreed) + 0.5, failures: Double(judged - agreed) + 0.5)
    let weeks = Dictionary(grouping: days) { (today - 1 - $0.day) / 7 }.filter { week in
      week.value.contains { $0.judged > 0 }
    }.sorted { $0.key > $1.key }.map { week, days in
      let all = days.reduce(0) { $0 + $1.judged }
      return Week(
        day: today - 7 * (week + 1), judged: all,
        share: Double(days.reduce(0) { $0 + $1.agreed }) / Double(max(1, all)))
    }
    return Measure(
      judged: judged, share: Double(agreed) / Double(max(1, judged)), interval: belief.interval(0.9),
      weeks: weeks)
  }
}
