extension Schema {
  /// What people do before they work, how they work, and what is decided about it: terms and consents,
  /// qualifications, rules of conduct and decisions by them, each of which can be appealed as what was earned
  /// can; the operator's roles; days at work, and from where somebody signed in, by keyed hashes.
  static let controlStep5 = """
    CREATE TABLE grants_anew (
      user_id TEXT NOT NULL REFERENCES users (id),
      client_id TEXT REFERENCES clients (id),
      role TEXT NOT NULL CHECK (
        (client_id IS NULL AND role IN ('operator', 'workforce_manager', 'payroll', 'worker')) OR
        (client_id IS NOT NULL AND role IN ('admin', 'manager', 'reviewer', 'labeler')))
    ) STRICT
    ;
    INSERT INTO grants_anew SELECT user_id, client_id, role FROM grants
    ;
    DROP TABLE grants
    ;
    ALTER TABLE grants_anew RENAME TO grants
    ;
    CREATE UNIQUE INDEX grants_once ON grants (user_id, coalesce(client_id, ''))
    ;
    CREATE INDEX grants_by_client ON grants (client_id, user_id)
    ;
    ALTER TABLE project_directory ADD COLUMN qualification TEXT
    ;
    ALTER TABLE project_directory ADD COLUMN routing TEXT
    ;
    ALTER TABLE earnings ADD COLUMN held_by TEXT
    ;
    CREATE INDEX earnings_held_by ON earnings (held_by) WHERE held_by IS NOT NULL
    ;
    CREATE TABLE terms (
      version INTEGER PRIMARY KEY NOT NULL,
      made_at INTEGER NOT NULL,
      text TEXT NOT NULL
    ) STRICT
    ;
    CREATE TABLE consents (
      user_id TEXT NOT NULL REFERENCES users (id),
      version INTEGER NOT NULL REFERENCES terms (version),
      at INTEGER NOT NULL,
      PRIMARY KEY (user_id, version)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE TABLE qualifications (
      user_id TEXT NOT NULL REFERENCES users (id),
      project_id TEXT NOT NULL REFERENCES project_directory (project_id),
      state TEXT NOT NULL CHECK (
        state = 'learning' OR state = 'passed' OR state = 'failed' OR state = 'lost'),
      attempt INTEGER NOT NULL,
      right_answers INTEGER,
      asked INTEGER,
      at INTEGER NOT NULL,
      PRIMARY KEY (user_id, project_id)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE INDEX qualifications_by_project ON qualifications (project_id, state)
    ;
    CREATE TABLE conduct_rules (
      version INTEGER PRIMARY KEY NOT NULL,
      made_at INTEGER NOT NULL,
      rules TEXT NOT NULL
    ) STRICT
    ;
    CREATE TABLE decisions (
      id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 24),
      user_id TEXT NOT NULL REFERENCES users (id),
      project_id TEXT NOT NULL REFERENCES project_directory (project_id),
      at INTEGER NOT NULL,
      action TEXT NOT NULL,
      rule TEXT,
      rules_version INTEGER,
      reason TEXT NOT NULL,
      evidence TEXT NOT NULL,
      is_applied INTEGER NOT NULL DEFAULT 0,
      lifted_at INTEGER,
      is_read INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID
    ;
    CREATE INDEX decisions_by_user ON decisions (user_id, at)
    ;
    CREATE INDEX decisions_by_project ON decisions (project_id, at)
    ;
    CREATE INDEX decisions_in_force ON decisions (user_id, project_id) WHERE lifted_at IS NULL
    ;
    CREATE INDEX decisions_to_apply ON decisions (at) WHERE is_applied = 0
    ;
    CREATE TABLE appeals_of (
      subject TEXT PRIMARY KEY NOT NULL CHECK (length(subject) = 24),
      at INTEGER NOT NULL,
      text BLOB NOT NULL,
      state TEXT NOT NULL CHECK (state = 'open' OR state = 'granted' OR state = 'declined'),
      reply BLOB
    ) STRICT, WITHOUT ROWID
    ;
    INSERT INTO appeals_of SELECT answer, at, text, state, reply FROM appeals
    ;
    DROP TABLE appeals
    ;
    ALTER TABLE appeals_of RENAME TO appeals
    ;
    CREATE INDEX appeals_open ON appeals (at, subject) WHERE state = 'open'
    ;
    CREATE TABLE sign_in_traces (
      kind TEXT NOT NULL CHECK (kind = 'device' OR kind = 'address'),
      mark TEXT NOT NULL,
      user_id TEXT NOT NULL REFERENCES users (id),
      last_at INTEGER NOT NULL,
      PRIMARY KEY (kind, mark, user_id)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE INDEX sign_in_traces_by_user ON sign_in_traces (user_id)
    ;
    CREATE TABLE work_days (
      user_id TEXT NOT NULL REFERENCES users (id),
      day INTEGER NOT NULL,
      project_id TEXT NOT NULL REFERENCES project_directory (project_id),
      answers INTEGER NOT NULL,
      active_ms INTEGER NOT NULL,
      PRIMARY KEY (user_id, day, project_id)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE INDEX work_days_by_project ON work_days (project_id, day)
    ;
    CREATE TABLE opt_ins (
      user_id TEXT NOT NULL REFERENCES users (id),
      project_id TEXT NOT NULL REFERENCES project_directory (project_id),
      at INTEGER NOT NULL,
      PRIMARY KEY (user_id, project_id)
    ) STRICT, WITHOUT ROWID
    ;
    ALTER TABLE project_directory ADD COLUMN price_version INTEGER
    ;
    CREATE TABLE client_prices (
      project_id TEXT NOT NULL REFERENCES project_directory (project_id),
      version INTEGER NOT NULL,
      made_at INTEGER NOT NULL,
      currency TEXT NOT NULL CHECK (length(currency) = 3),
      per_task INTEGER NOT NULL CHECK (per_task >= 0),
      budget INTEGER CHECK (budget >= 0),
      PRIMARY KEY (project_id, version)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE TABLE invoices (
      number INTEGER PRIMARY KEY NOT NULL,
      client_id TEXT NOT NULL REFERENCES clients (id),
      currency TEXT NOT NULL CHECK (length(currency) = 3),
      made_at INTEGER NOT NULL,
      last_entry INTEGER NOT NULL,
      lines TEXT NOT NULL,
      micros INTEGER NOT NULL,
      carried INTEGER NOT NULL,
      paid_at INTEGER
    ) STRICT
    ;
    CREATE INDEX invoices_by_client ON invoices (client_id, currency, number)
    ;
    CREATE TABLE messages (
      number INTEGER PRIMARY KEY NOT NULL,
      user_id TEXT NOT NULL REFERENCES users (id),
      at INTEGER NOT NULL,
      sealed BLOB NOT NULL,
      read_at INTEGER
    ) STRICT
    ;
    CREATE INDEX messages_by_user ON messages (user_id, number)
    """
}
