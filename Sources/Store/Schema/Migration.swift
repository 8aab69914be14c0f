/// Frozen steps that bring a database to the form this version knows.
///
/// A step that has shipped is never edited: it is text for the database and knows no Swift type.
package struct Schema: Sendable {
  /// Step n (from 1) is `steps[n - 1]`: statements separated by a line that holds only `;`.
  package let steps: [String]

  package init(steps: [String]) { self.steps = steps }

  package var version: Int { steps.count }

  /// Applies the steps that are missing.
  ///
  /// - Throws: `StoreError.newerSchema` where the file knows more steps than this version.
  package func migrate(_ database: any Database) async throws {
    let steps = steps
    try await database.write(.flushed) { connection in
      try connection.run(
        "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL) STRICT", [])
      let current = try Self.version(connection)
      guard current <= steps.count else {
        throw StoreError.newerSchema(found: current, known: steps.count)
      }
      guard current < steps.count else { return }
      for step in steps[current...] {
        for statement in step.split(separator: "\n;\n") {
          try connection.run(String(statement), [])
        }
      }
      try connection.run("DELETE FROM schema_version", [])
      try connection.run("INSERT INTO schema_version VALUES (?)", [.number(steps.count)])
    }
  }

  package static func version(_ connection: any Connection) throws -> Int {
    Int(try connection.first("SELECT version FROM schema_version") { $0.int(0) } ?? 0)
  }
}
