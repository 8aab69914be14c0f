extension Schema {
  /// Gold in the stream: what is known of each gold task in clear, and who has seen it.
  static let vaultStep6 = """
    CREATE TABLE gold_tasks (
      task INTEGER PRIMARY KEY NOT NULL REFERENCES tasks (seq),
      project_id TEXT NOT NULL REFERENCES projects (id),
      kind TEXT NOT NULL CHECK (kind = 'training' OR kind = 'evaluation'),
      classes TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state = 'live' OR state = 'suspect' OR state = 'retired'),
      reason TEXT CHECK (reason = 'wrong' OR reason = 'leaked'),
      seen INTEGER NOT NULL DEFAULT 0,
      judged INTEGER NOT NULL DEFAULT 0,
      agreed INTEGER NOT NULL DEFAULT 0,
      made_at INTEGER NOT NULL
    ) STRICT
    ;
    CREATE INDEX gold_live ON gold_tasks (project_id, kind) WHERE state = 'live'
    ;
    CREATE TABLE gold_seen (
      project_id TEXT NOT NULL REFERENCES projects (id),
      worker TEXT NOT NULL,
      task INTEGER NOT NULL REFERENCES gold_tasks (task),
      at INTEGER NOT NULL,
      agreed INTEGER CHECK (agreed = 0 OR agreed = 1),
      PRIMARY KEY (project_id, worker, task)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE INDEX gold_seen_by_task ON gold_seen (task)
    """
}
