extension Schema {
  /// Gold in the stream: what is known of each gold task in clear, and who has seen it. And
  /// why results went to review.
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
      lease_id TEXT,
      is_due INTEGER NOT NULL DEFAULT 0,
      agreed INTEGER CHECK (agreed = 0 OR agreed = 1),
      PRIMARY KEY (project_id, worker, task)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE INDEX gold_seen_by_task ON gold_seen (task)
    ;
    CREATE UNIQUE INDEX gold_seen_by_lease ON gold_seen (lease_id) WHERE lease_id IS NOT NULL
    ;
    CREATE INDEX gold_due ON gold_seen (project_id, worker) WHERE is_due = 1
    ;
    CREATE TABLE review_causes (
      task INTEGER PRIMARY KEY NOT NULL REFERENCES tasks (seq),
      project_id TEXT NOT NULL,
      cause TEXT NOT NULL CHECK (cause = 'drawn' OR cause = 'due' OR cause = 'asked'),
      confidence REAL NOT NULL
    ) STRICT
    ;
    CREATE INDEX review_causes_by_project ON review_causes (project_id)
    ;
    CREATE INDEX leases_reviewed ON leases (project_id) WHERE stage = 'review' AND state = 'submitted'
    """
}
