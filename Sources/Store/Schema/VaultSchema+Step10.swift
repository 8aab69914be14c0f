extension Schema {
  /// How far heartbeats have followed the time on a lease, and pay for reviews.
  static let vaultStep10 = """
    ALTER TABLE leases ADD COLUMN seen_ms INTEGER NOT NULL DEFAULT 0
    ;
    ALTER TABLE leases ADD COLUMN seen_at INTEGER
    ;
    CREATE TABLE pay_events_anew (
      number INTEGER PRIMARY KEY NOT NULL,
      kind TEXT NOT NULL CHECK (
        kind = 'done' OR kind = 'revised' OR kind = 'rejected' OR kind = 'reviewed'),
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
      seen_ms INTEGER,
      began_at INTEGER NOT NULL,
      ended_at INTEGER NOT NULL,
      at INTEGER NOT NULL
    ) STRICT
    ;
    INSERT INTO pay_events_anew
      SELECT number, kind, answer, worker, project_id, batch, revision, pay, is_extra, objects, words,
        claimed_ms, NULL, began_at, ended_at, at
      FROM pay_events
    ;
    DROP TABLE pay_events
    ;
    ALTER TABLE pay_events_anew RENAME TO pay_events
    """
}
