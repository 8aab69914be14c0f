extension Schema {
  /// Ontologies that migrate: whether a project's ever did, and the version by which the task of a
  /// lease is answered, which stays while the lease lives. Drafts as the edits they were made by. And
  /// what reviewers and those who were sent back say to each other.
  static let vaultStep5 = """
    ALTER TABLE projects ADD COLUMN is_migrated INTEGER NOT NULL DEFAULT 0
    ;
    ALTER TABLE leases ADD COLUMN version INTEGER
    ;
    UPDATE leases SET version = (SELECT version FROM tasks WHERE seq = task)
      WHERE state = 'reserved' OR state = 'leased' OR state = 'submitted' OR state = 'expired'
    ;
    CREATE TABLE draft_edits (
      lease_id TEXT NOT NULL REFERENCES leases (id),
      number INTEGER NOT NULL,
      sealed BLOB NOT NULL,
      PRIMARY KEY (lease_id, number)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE TABLE remarks (
      task INTEGER NOT NULL REFERENCES tasks (seq),
      number INTEGER NOT NULL,
      at INTEGER NOT NULL,
      author TEXT NOT NULL,
      role TEXT NOT NULL CHECK (role = 'reviewer' OR role = 'annotator'),
      sealed BLOB NOT NULL,
      PRIMARY KEY (task, number)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE TABLE feedback (
      project_id TEXT NOT NULL REFERENCES projects (id),
      worker TEXT NOT NULL,
      task INTEGER NOT NULL REFERENCES tasks (seq),
      at INTEGER NOT NULL,
      is_new INTEGER NOT NULL,
      PRIMARY KEY (project_id, worker, task)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE INDEX feedback_by_time ON feedback (project_id, worker, at)
    """
}
