extension Schema {
  /// Pay: by which terms a task was handed out, and what the books have not taken in yet.
  static let vaultStep8 = """
    ALTER TABLE leases ADD COLUMN pay TEXT
    ;
    CREATE TABLE pay_events (
      number INTEGER PRIMARY KEY NOT NULL,
      kind TEXT NOT NULL CHECK (kind = 'done' OR kind = 'revised' OR kind = 'rejected'),
      answer TEXT NOT NULL CHECK (length(answer) = 24),
      worker TEXT NOT NULL,
      project_id TEXT NOT NULL REFERENCES projects (id),
      batch TEXT NOT NULL,
      revision INTEGER NOT NULL,
      pay TEXT NOT NULL,
      is_extra INTEGER NOT NULL,
      objects INTEGER NOT NULL,
      words INTEGER NOT NULL,
      claimed_ms INTEGER NOT NULL,
      began_at INTEGER NOT NULL,
      ended_at INTEGER NOT NULL,
      at INTEGER NOT NULL
    ) STRICT
    """
}
