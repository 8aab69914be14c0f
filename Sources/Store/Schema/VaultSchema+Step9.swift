extension Schema {
  /// How people work: what their answers weigh, tasks skipped since their last answer, which examination
  /// a gold task belonged to, how many tasks of a batch each was given, and which decisions were carried out.
  /// When batches are due, and what the books have not charged yet.
  static let vaultStep9 = """
    ALTER TABLE annotators ADD COLUMN weight INTEGER NOT NULL DEFAULT 100
    ;
    ALTER TABLE annotators ADD COLUMN skips_in_a_row INTEGER NOT NULL DEFAULT 0
    ;
    ALTER TABLE gold_seen ADD COLUMN exam INTEGER
    ;
    CREATE TABLE batch_shares (
      batch_id TEXT NOT NULL REFERENCES batches (id),
      worker TEXT NOT NULL,
      given INTEGER NOT NULL,
      PRIMARY KEY (batch_id, worker)
    ) STRICT, WITHOUT ROWID
    ;
    ALTER TABLE batches ADD COLUMN due_at INTEGER
    ;
    ALTER TABLE projects ADD COLUMN price_version INTEGER
    ;
    CREATE TABLE charge_events (
      number INTEGER PRIMARY KEY NOT NULL,
      task TEXT NOT NULL CHECK (length(task) = 24),
      project_id TEXT NOT NULL REFERENCES projects (id),
      price_version INTEGER NOT NULL,
      at INTEGER NOT NULL
    ) STRICT
    ;
    CREATE TABLE annotator_days (
      project_id TEXT NOT NULL REFERENCES projects (id),
      worker TEXT NOT NULL,
      day INTEGER NOT NULL,
      judged INTEGER NOT NULL,
      agreed INTEGER NOT NULL,
      PRIMARY KEY (project_id, worker, day)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE TABLE decisions_done (
      decision TEXT PRIMARY KEY NOT NULL CHECK (length(decision) = 24),
      last_task INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """
}
