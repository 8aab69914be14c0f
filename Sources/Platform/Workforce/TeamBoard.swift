import Foundation
import Store
import Synchronization
import Workforce

/// Where somebody works now.
struct Presence: Hashable {
  var project: ProjectID
  var at: Int64
}

/// Who works on what, and how much: counts and times, no content.
package struct TeamBoard: Sendable {
  private let engine: DataEngine

  package init(_ engine: DataEngine) { self.engine = engine }

  /// How long somebody who was heard of counts as being at work.
  package static let presentMilliseconds: Int64 = 3 * 60_000
  /// Days that a report spans at most.
  package static let spanLimit = 400

  /// Notes that a worker was heard of.
  package func heard(of user: UserID, on project: ProjectID) {
    let now = engine.environment.now()
    engine.presences.withLock { $0[user] = Presence(project: project, at: now) }
  }

  package struct Place: Hashable, Sendable {
    package var user: UserID
    package var email: String
    package var project: ProjectID
    package var projectName: String
    package var lastAt: Int64
    package var answersToday: Int64
    package var activeMillisecondsToday: Int64
  }

  /// Who is at work now, whoever was heard of last first.
  package func live() async throws -> [Place] {
    let now = engine.environment.now()
    let present = engine.presences.withLock { presences in
      presences = presences.filter { $0.value.at > now - Self.presentMilliseconds }
      return presences
    }
    try await WorkDays(engine).flush()
    let day = now / WorkDays.dayMilliseconds
    return try await engine.control.read { connection in
      try present.sorted { ($1.value.at, $0.key) < ($0.value.at, $1.key) }.compactMap {
        user, presence in
        try connection.first(
          """
          SELECT u.email, d.public_name, coalesce(w.answers, 0), coalesce(w.active_ms, 0) FROM users u
          JOIN project_directory d ON d.project_id = ?
          LEFT JOIN work_days w ON w.user_id = u.id AND w.day = ? AND w.project_id = d.project_id
          WHERE u.id = ?
          """, [presence.project.sql, .int(day), user.sql]
        ) { row in
          Place(
            user: user, email: row.text(0), project: presence.project, projectName: row.text(1),
            lastAt: presence.at, answersToday: row.int(2), activeMillisecondsToday: row.int(3))
        }
      }
    }
  }

  /// What one did on a project in some days.
  package struct Line: Hashable, Sendable {
    package var user: UserID
    package var email: String
    package var project: ProjectID
    package var projectName: String
    package var days: Int64
    package var answers: Int64
    package var activeMilliseconds: Int64
    /// What was earned with it and not taken back, by currency.
    package var earned: [Money]
    /// Answers whose pay was not all taken back.
    package var acceptedAnswers: Int64
  }

  /// What a report is narrowed to; nil is all.
  package struct Filter: Hashable, Sendable {
    package var user: UserID?
    package var project: ProjectID?
    package var client: ClientID?
    /// A part of an address.
    package var search: String?

    package init(
      user: UserID? = nil, project: ProjectID? = nil, client: ClientID? = nil, search: String? = nil
    ) {
      (self.user, self.project, self.client) = (user, project, client)
      self.search = search.flatMap { $0.isEmpty ? nil : $0.lowercased() }
    }

    /// Each twice, as the conditions take them.
    fileprivate var arguments: [SQLValue] {
      [user?.text, project?.text, client?.text, search].flatMap { value -> [SQLValue] in
        [.optional(value), .optional(value)]
      }
    }
  }

  /// One day of somebody, over all projects.
  package struct Day: Hashable, Sendable {
    /// Since 1970, in UTC.
    package var day: Int64
    package var answers: Int64
    package var activeMilliseconds: Int64
  }

  /// The days on which somebody worked, the oldest first.
  package func daily(_ days: ClosedRange<Int64>, of user: UserID) async throws -> [Day] {
    try await engine.control.read { connection in
      try connection.all(
        """
        SELECT day, sum(answers), sum(active_ms) FROM work_days
        WHERE user_id = ? AND day BETWEEN ? AND ? GROUP BY day ORDER BY day
        """, [user.sql, .int(days.lowerBound), .int(days.upperBound)]
      ) { Day(day: $0.int(0), answers: $0.int(1), activeMilliseconds: $0.int(2)) }
    }
  }

  /// - Parameters:
  ///   - days: since 1970 in UTC, both ends counted.
  /// - Throws: `.invalid` for more days than `spanLimit`.
  package func report(
    _ days: ClosedRange<Int64>, _ filter: Filter = Filter()
  ) async throws -> [Line] {
    guard days.count <= Self.spanLimit else {
      throw Refusal.invalid(
        path: "from", problem: "must lie \(Self.spanLimit) days before the end at most")
    }
    try await WorkDays(engine).flush()
    return try await engine.control.read { connection in
      var lines = try connection.all(
        """
        SELECT w.user_id, u.email, w.project_id, d.public_name, count(*), sum(w.answers), sum(w.active_ms)
        FROM work_days w JOIN users u ON u.id = w.user_id
        JOIN project_directory d ON d.project_id = w.project_id
        WHERE w.day BETWEEN ? AND ? AND (? IS NULL OR w.user_id = ?) AND (? IS NULL OR w.project_id = ?)
          AND (? IS NULL OR d.client_id = ?) AND (? IS NULL OR instr(u.email, ?) > 0)
        GROUP BY w.user_id, w.project_id ORDER BY sum(w.answers) DESC, w.user_id
        """, [.int(days.lowerBound), .int(days.upperBound)] + filter.arguments
      ) { row in
        Line(
          user: row.id(0), email: row.text(1), project: row.id(2), projectName: row.text(3),
          days: row.int(4),
          answers: row.int(5), activeMilliseconds: row.int(6), earned: [], acceptedAnswers: 0)
      }
      for place in lines.indices {
        try Self.addPay(to: &lines[place], days, connection)
      }
      return lines
    }
  }

  private static func addPay(
    to line: inout Line, _ days: ClosedRange<Int64>, _ connection: any Connection
  ) throws {
    try connection.forEach(
      """
      SELECT currency, sum(micros), count(*) FROM earnings
      WHERE user_id = ? AND project_id = ? AND submitted_at >= ? AND submitted_at < ? AND state <> 'rejected'
      GROUP BY currency
      """,
      [
        line.user.sql, line.project.sql, .int(days.lowerBound * WorkDays.dayMilliseconds),
        .int((days.upperBound + 1) * WorkDays.dayMilliseconds),
      ]
    ) { row in
      if let currency = Currency(row.text(0)) {
        line.earned.append(Money(micros: row.int(1), currency))
      }
      line.acceptedAnswers += row.int(2)
      return true
    }
  }
}
