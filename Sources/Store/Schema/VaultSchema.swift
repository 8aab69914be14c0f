extension Schema {
  /// A client's vault. Columns named `sealed` hold content; the rest is what dispatch and
  /// statistics need in clear.
  package static let vault = Schema(steps: [
    vaultStep1, vaultStep2, vaultStep3, vaultStep4, vaultStep5, vaultStep6,
    vaultStep7, vaultStep8, vaultStep9, vaultStep10,
    vaultStep11, vaultStep12, vaultStep13, vaultStep14, vaultStep15, vaultStep16,
    vaultStep17, vaultStep18,
  ])

  package static let vaultStep1 = """
    CREATE TABLE counters (
      name TEXT PRIMARY KEY NOT NULL,
      value INTEGER NOT NULL
    ) STRICT
    ;
    INSERT INTO counters VALUES ('queue', 0)
    ;
    CREATE TABLE projects (
      id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 24),
      name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 200),
      state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'archived')),
      version INTEGER NOT NULL CHECK (version >= 1),
      plan TEXT NOT NULL,
      workforce TEXT NOT NULL CHECK (workforce IN ('operator', 'team')),
      created_at INTEGER NOT NULL
    ) STRICT
    ;
    CREATE TABLE project_versions (
      project_id TEXT NOT NULL REFERENCES projects (id),
      version INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      sealed BLOB NOT NULL,
      PRIMARY KEY (project_id, version)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE TABLE batches (
      id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 24),
      project_id TEXT NOT NULL REFERENCES projects (id),
      name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
      state TEXT NOT NULL CHECK (
        state IN ('staging', 'inProgress', 'paused', 'completed', 'canceled')),
      priority INTEGER NOT NULL DEFAULT 0,
      plan TEXT,
      tasks INTEGER NOT NULL DEFAULT 0 CHECK (tasks >= 0),
      open INTEGER NOT NULL DEFAULT 0 CHECK (open >= 0),
      in_review INTEGER NOT NULL DEFAULT 0 CHECK (in_review >= 0),
      completed INTEGER NOT NULL DEFAULT 0 CHECK (completed >= 0),
      canceled INTEGER NOT NULL DEFAULT 0 CHECK (canceled >= 0),
      failed INTEGER NOT NULL DEFAULT 0 CHECK (failed >= 0),
      answers INTEGER NOT NULL DEFAULT 0 CHECK (answers >= 0),
      created_at INTEGER NOT NULL,
      UNIQUE (project_id, name)
    ) STRICT
    ;
    CREATE TABLE assets (
      id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 24),
      address TEXT NOT NULL,
      type TEXT NOT NULL,
      size INTEGER NOT NULL,
      width INTEGER,
      height INTEGER,
      created_at INTEGER NOT NULL,
      sealed BLOB NOT NULL
    ) STRICT
    ;
    CREATE UNIQUE INDEX assets_by_address ON assets (address)
    ;
    CREATE TABLE remote_assets (
      address TEXT PRIMARY KEY NOT NULL,
      asset_id TEXT NOT NULL REFERENCES assets (id)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE TABLE tasks (
      seq INTEGER PRIMARY KEY NOT NULL,
      id TEXT NOT NULL CHECK (length(id) = 24),
      project_id TEXT NOT NULL,
      batch_id TEXT NOT NULL REFERENCES batches (id),
      version INTEGER NOT NULL,
      state TEXT NOT NULL CHECK (
        state IN ('staged', 'open', 'inReview', 'completed', 'canceled', 'failed')),
      rank INTEGER NOT NULL,
      queue_seq INTEGER NOT NULL,
      wanted INTEGER NOT NULL CHECK (wanted >= 0),
      counted INTEGER NOT NULL DEFAULT 0 CHECK (counted >= 0),
      leased INTEGER NOT NULL DEFAULT 0 CHECK (leased >= 0),
      open_slots INTEGER NOT NULL CHECK (open_slots >= 0),
      reworks INTEGER NOT NULL DEFAULT 0,
      unique_id TEXT,
      gold TEXT CHECK (gold IN ('training', 'evaluation')),
      width INTEGER,
      height INTEGER,
      confidence REAL,
      consensus_version INTEGER,
      created_at INTEGER NOT NULL,
      ended_at INTEGER,
      sealed BLOB NOT NULL
    ) STRICT
    ;
    CREATE UNIQUE INDEX tasks_by_id ON tasks (id)
    ;
    CREATE UNIQUE INDEX tasks_by_unique_id ON tasks (unique_id) WHERE unique_id IS NOT NULL
    ;
    CREATE INDEX tasks_queue ON tasks (batch_id, state, rank, queue_seq) WHERE open_slots > 0
    ;
    CREATE INDEX tasks_by_state ON tasks (project_id, state, seq)
    ;
    CREATE TABLE leases (
      id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 24),
      task INTEGER NOT NULL REFERENCES tasks (seq),
      project_id TEXT NOT NULL,
      worker TEXT NOT NULL,
      stage TEXT NOT NULL CHECK (stage IN ('label', 'review')),
      state TEXT NOT NULL CHECK (
        state IN ('reserved', 'leased', 'submitted', 'skipped', 'released', 'expired', 'revoked')),
      deadline INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      ended_at INTEGER,
      reason TEXT,
      sealed BLOB
    ) STRICT
    ;
    CREATE UNIQUE INDEX leases_once ON leases (task, worker)
      WHERE state IN ('reserved', 'leased', 'submitted', 'skipped')
    ;
    CREATE INDEX leases_due ON leases (deadline) WHERE state IN ('reserved', 'leased')
    ;
    CREATE INDEX leases_live ON leases (project_id, worker) WHERE state IN ('reserved', 'leased')
    ;
    CREATE TABLE cursors (
      worker TEXT NOT NULL,
      batch_id TEXT NOT NULL,
      state TEXT NOT NULL,
      rank INTEGER NOT NULL,
      queue_seq INTEGER NOT NULL,
      PRIMARY KEY (worker, batch_id, state, rank)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE TABLE answers (
      seq INTEGER PRIMARY KEY NOT NULL,
      id TEXT NOT NULL CHECK (length(id) = 24),
      task INTEGER NOT NULL REFERENCES tasks (seq),
      lease_id TEXT,
      worker TEXT NOT NULL,
      stage TEXT NOT NULL CHECK (stage IN ('label', 'review')),
      standing TEXT NOT NULL CHECK (standing IN ('counted', 'extra', 'discarded')),
      revision INTEGER NOT NULL DEFAULT 1 CHECK (revision >= 1),
      active_ms INTEGER NOT NULL CHECK (active_ms >= 0),
      submitted_at INTEGER NOT NULL,
      hash TEXT NOT NULL,
      sealed BLOB NOT NULL
    ) STRICT
    ;
    CREATE INDEX answers_by_task ON answers (task)
    ;
    CREATE UNIQUE INDEX answers_by_lease ON answers (lease_id) WHERE lease_id IS NOT NULL
    ;
    CREATE TABLE answer_revisions (
      answer INTEGER NOT NULL REFERENCES answers (seq),
      revision INTEGER NOT NULL,
      written_at INTEGER NOT NULL,
      author TEXT NOT NULL,
      hash TEXT NOT NULL,
      sealed BLOB NOT NULL,
      PRIMARY KEY (answer, revision)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE TABLE consensus (
      task INTEGER NOT NULL REFERENCES tasks (seq),
      version INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      method TEXT NOT NULL,
      confidence REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
      answers INTEGER NOT NULL,
      sealed BLOB NOT NULL,
      PRIMARY KEY (task, version)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE TABLE annotators (
      project_id TEXT NOT NULL REFERENCES projects (id),
      worker TEXT NOT NULL,
      answers INTEGER NOT NULL DEFAULT 0,
      agreed INTEGER NOT NULL DEFAULT 0,
      judged INTEGER NOT NULL DEFAULT 0,
      skipped INTEGER NOT NULL DEFAULT 0,
      active_ms INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (project_id, worker)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE TABLE imports (
      id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 24),
      project_id TEXT NOT NULL REFERENCES projects (id),
      key TEXT NOT NULL,
      content_hash TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('running', 'completed')),
      lines INTEGER NOT NULL DEFAULT 0,
      created INTEGER NOT NULL DEFAULT 0,
      refused INTEGER NOT NULL DEFAULT 0,
      created_at INTEGER NOT NULL,
      sealed BLOB,
      UNIQUE (project_id, key)
    ) STRICT
    ;
    CREATE TABLE exports (
      id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 24),
      project_id TEXT NOT NULL REFERENCES projects (id),
      format TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('running', 'completed', 'failed')),
      blob TEXT,
      size INTEGER,
      tasks INTEGER NOT NULL DEFAULT 0,
      problem TEXT,
      created_at INTEGER NOT NULL
    ) STRICT
    ;
    CREATE INDEX exports_by_project ON exports (project_id, id)
    ;
    CREATE TABLE journal (
      number INTEGER PRIMARY KEY NOT NULL,
      at INTEGER NOT NULL,
      actor TEXT NOT NULL,
      action TEXT NOT NULL,
      subject TEXT NOT NULL,
      detail TEXT NOT NULL,
      hash BLOB NOT NULL CHECK (length(hash) = 32)
    ) STRICT
    """
}
