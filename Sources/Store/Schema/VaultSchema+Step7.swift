extension Schema {
  /// Reviews by several, in stages: where the review of each task stands, and every verdict, with whether
  /// what came after it said the same. Batches that try the instructions out.
  static let vaultStep7 = """
    ALTER TABLE tasks ADD COLUMN review_stage INTEGER NOT NULL DEFAULT 1
    ;
    ALTER TABLE tasks ADD COLUMN review_desk TEXT NOT NULL DEFAULT 'stage'
    ;
    ALTER TABLE tasks ADD COLUMN review_wanted INTEGER NOT NULL DEFAULT 1
    ;
    ALTER TABLE tasks ADD COLUMN review_given INTEGER NOT NULL DEFAULT 0
    ;
    ALTER TABLE batches ADD COLUMN calibration TEXT
    ;
    CREATE TABLE review_verdicts (
      number INTEGER PRIMARY KEY NOT NULL,
      task INTEGER NOT NULL REFERENCES tasks (seq),
      project_id TEXT NOT NULL REFERENCES projects (id),
      worker TEXT NOT NULL,
      round INTEGER NOT NULL,
      stage INTEGER NOT NULL,
      desk TEXT NOT NULL CHECK (
        desk = 'stage' OR desk = 'asked' OR desk = 'adjudication' OR desk = 'escalation'),
      verdict TEXT NOT NULL CHECK (verdict = 'accept' OR verdict = 'fix' OR verdict = 'reject'),
      answer INTEGER REFERENCES answers (seq),
      agreed INTEGER CHECK (agreed = 0 OR agreed = 1),
      active_ms INTEGER NOT NULL,
      at INTEGER NOT NULL,
      UNIQUE (task, worker)
    ) STRICT
    ;
    CREATE INDEX review_verdicts_by_project ON review_verdicts (project_id, worker)
    ;
    INSERT INTO review_verdicts
      (task, project_id, worker, round, stage, desk, verdict, active_ms, at)
      SELECT task, project_id, worker, 0, 1, 'stage', reason, 0, coalesce(ended_at, created_at)
      FROM leases WHERE stage = 'review' AND state = 'submitted'
        AND (reason = 'accept' OR reason = 'fix' OR reason = 'reject')
      ORDER BY ended_at, id
    """
}
