import Foundation
import Store
import Synchronization

/// How much people work, day by day: kept in memory as answers come in, and written every other second. What
/// a crash loses is that much of a statistic; nothing is paid by it.
package struct WorkDays: Sendable {
  private let engine: DataEngine

  package init(_ engine: DataEngine) { self.engine = engine }

  struct Key: Hashable {
    var user: UserID
    /// Since 1970, in UTC.
    var day: Int64
    var project: ProjectID
  }

  struct Sum: Hashable {
    var answers: Int64 = 0
    var milliseconds: Int64 = 0
  }

  package static let dayMilliseconds: Int64 = 24 * 3_600_000

  /// Of the time since somebody last did something, this much counts at most.
  private static let gapMilliseconds = Dispatch.leaseMilliseconds

  /// Notes that one of the operator's workers did something, for as long as they say: as far as that fits
  /// into the time since they last did, and for half of that at least, so that a browser that claims nothing
  /// does not work for ever.
  package func worked(
    _ user: UserID, on project: ProjectID, claimed: Int64, answers: Int64 = 1
  ) {
    let now = engine.environment.now()
    let before = engine.lastWork.withLock { last in
      if last.count > 50_000 { last = last.filter { $0.value > now - Self.gapMilliseconds } }
      defer { last[user] = now }
      return last[user]
    }
    let most = min(before.map { now - $0 } ?? Self.gapMilliseconds, Self.gapMilliseconds)
    let least = before == nil ? 0 : most / 2
    note(user, on: project, activeMilliseconds: max(least, min(claimed, most)), answers: answers)
  }

  /// Notes work of so long.
  package func note(
    _ user: UserID, on project: ProjectID, activeMilliseconds: Int64, answers: Int64 = 1
  ) {
    let key = Key(user: user, day: engine.environment.now() / Self.dayMilliseconds, project: project)
    engine.workDays.withLock {
      $0[key, default: Sum()].answers += answers
      $0[key, default: Sum()].milliseconds += activeMilliseconds
    }
  }

  /// Writes what was noted.
  package func flush() async throws {
    let noted = engine.workDays.withLock { days in
      defer { days = [:] }
      return days
    }
    guard !noted.isEmpty else { return }
    do {
      try await engine.control.write(.relaxed) { connection in
        for (key, sum) in noted {
          try connection.run(
            """
            INSERT INTO work_days VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (user_id, day, project_id) DO UPDATE SET answers = answers + excluded.answers,
              active_ms = active_ms + excluded.active_ms
            """, [key.user.sql, .int(key.day), key.project.sql, .int(sum.answers), .int(sum.milliseconds)])
        }
      }
    } catch {
      engine.workDays.withLock { days in
        for (key, sum) in noted {
          days[key, default: Sum()].answers += sum.answers
          days[key, default: Sum()].milliseconds += sum.milliseconds
        }
      }
      throw error
    }
  }

  // MARK: Limits

  struct Today {
    private var sums: [ProjectID: Int64] = [:]

    init(_ sums: [ProjectID: Int64] = [:]) { self.sums = sums }

    var milliseconds: Int64 { sums.values.reduce(0, +) }

    func milliseconds(on project: ProjectID) -> Int64 { sums[project] ?? 0 }
  }

  func today(of user: UserID, _ connection: any Connection) throws -> Today {
    let day = engine.environment.now() / Self.dayMilliseconds
    var sums = Dictionary(
      try connection.all(
        "SELECT project_id, active_ms FROM work_days WHERE user_id = ? AND day = ?", [user.sql, .int(day)]
      ) { ($0.id(0) as ProjectID, $0.int(1)) }, uniquingKeysWith: +)
    let noted = engine.workDays.withLock { $0.filter { $0.key.user == user && $0.key.day == day } }
    for (key, sum) in noted { sums[key.project, default: 0] += sum.milliseconds }
    return Today(sums)
  }

  private static let limitName = "dailyMinutes"

  /// Minutes of a day that anybody may work; nil for no limit.
  static func dailyMinutes(_ connection: any Connection) throws -> Int? {
    try connection.first("SELECT value FROM settings WHERE name = ?", [.text(limitName)]) { Int($0.text(0)) }
      ?? nil
  }

  package func dailyMinutes() async throws -> Int? {
    try await engine.control.read { try Self.dailyMinutes($0) }
  }

  /// - Throws: `.invalid` outside 1…1440.
  package func setDailyMinutes(_ minutes: Int?, by actor: Actor) async throws {
    if let minutes, !(1...1440).contains(minutes) {
      throw Refusal.invalid(path: "daily_minutes", problem: "must be a whole number of 1…1440, or null")
    }
    let record = engine.record(by: actor)
    try await engine.control.write(.flushed) { connection in
      try connection.run("DELETE FROM settings WHERE name = ?", [.text(Self.limitName)])
      if let minutes {
        try connection.run("INSERT INTO settings VALUES (?, ?)", [.text(Self.limitName), .text("\(minutes)")])
      }
      try record.append(connection, "limits.changed", minutes.map { "\($0)" } ?? "none")
    }
  }

  /// Somebody says that they will see what may harm.
  package func optIn(_ user: UserID, to project: ProjectID) async throws {
    let record = engine.record(by: .user(user))
    try await engine.control.write(.flushed) { connection in
      try connection.run(
        "INSERT INTO opt_ins VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [user.sql, project.sql, .int(record.at)])
      try record.append(connection, "exposure.accepted", project.text)
    }
    WorkQueue(engine).forget(user.text)
  }

  /// They take it back.
  package func optOut(_ user: UserID, of project: ProjectID) async throws {
    let record = engine.record(by: .user(user))
    try await engine.control.write(.flushed) { connection in
      try connection.run(
        "DELETE FROM opt_ins WHERE user_id = ? AND project_id = ?", [user.sql, project.sql])
      try record.append(connection, "exposure.declined", project.text)
    }
  }
}
