extension Schema {
  /// The workforce: who may work on what; and money: what projects pay, what work earned, and the books.
  /// Amounts are micro-units; entries and postings are only ever added.
  static let controlStep4 = """
    ALTER TABLE project_directory ADD COLUMN pay_version INTEGER
    ;
    ALTER TABLE project_directory ADD COLUMN eligibility TEXT
    ;
    CREATE TABLE pay_plans (
      project_id TEXT NOT NULL REFERENCES project_directory (project_id),
      version INTEGER NOT NULL,
      made_at INTEGER NOT NULL,
      plan TEXT NOT NULL,
      PRIMARY KEY (project_id, version)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE TABLE worker_profiles (
      user_id TEXT PRIMARY KEY NOT NULL REFERENCES users (id),
      currency TEXT CHECK (length(currency) = 3),
      country TEXT CHECK (length(country) = 2),
      languages TEXT NOT NULL,
      skills TEXT NOT NULL,
      sealed BLOB NOT NULL,
      updated_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    ;
    CREATE TABLE earnings (
      answer TEXT PRIMARY KEY NOT NULL CHECK (length(answer) = 24),
      user_id TEXT NOT NULL REFERENCES users (id),
      project_id TEXT NOT NULL REFERENCES project_directory (project_id),
      pay TEXT NOT NULL,
      difficulty INTEGER NOT NULL,
      currency TEXT NOT NULL CHECK (length(currency) = 3),
      micros INTEGER NOT NULL CHECK (micros >= 0),
      micros_if_rejected INTEGER NOT NULL CHECK (micros_if_rejected >= 0),
      taken_back INTEGER NOT NULL DEFAULT 0 CHECK (taken_back >= 0),
      revision INTEGER NOT NULL,
      lines TEXT NOT NULL,
      claimed_ms INTEGER NOT NULL,
      active_ms INTEGER NOT NULL,
      submitted_at INTEGER NOT NULL,
      settles_at INTEGER NOT NULL,
      state TEXT NOT NULL CHECK (
        state = 'pending' OR state = 'held' OR state = 'settled' OR state = 'rejected'),
      reason TEXT
    ) STRICT, WITHOUT ROWID
    ;
    CREATE INDEX earnings_due ON earnings (settles_at, answer) WHERE state = 'pending'
    ;
    CREATE INDEX earnings_by_user ON earnings (user_id, submitted_at, answer)
    ;
    CREATE TABLE appeals (
      answer TEXT PRIMARY KEY NOT NULL REFERENCES earnings (answer),
      at INTEGER NOT NULL,
      text BLOB NOT NULL,
      state TEXT NOT NULL CHECK (state = 'open' OR state = 'granted' OR state = 'declined'),
      reply BLOB
    ) STRICT, WITHOUT ROWID
    ;
    CREATE INDEX appeals_open ON appeals (at, answer) WHERE state = 'open'
    ;
    CREATE TABLE ledger_entries (
      number INTEGER PRIMARY KEY NOT NULL,
      key TEXT NOT NULL UNIQUE,
      kind TEXT NOT NULL,
      at INTEGER NOT NULL,
      currency TEXT NOT NULL CHECK (length(currency) = 3),
      reason TEXT
    ) STRICT
    ;
    CREATE TABLE ledger_postings (
      entry INTEGER NOT NULL REFERENCES ledger_entries (number),
      place INTEGER NOT NULL,
      account TEXT NOT NULL,
      micros INTEGER NOT NULL CHECK (micros <> 0),
      PRIMARY KEY (entry, place)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE INDEX ledger_postings_by_account ON ledger_postings (account, entry)
    ;
    CREATE TABLE ledger_balances (
      account TEXT NOT NULL,
      currency TEXT NOT NULL,
      micros INTEGER NOT NULL,
      PRIMARY KEY (account, currency)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE TABLE payout_runs (
      id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 24),
      key TEXT UNIQUE,
      currency TEXT NOT NULL CHECK (length(currency) = 3),
      made_at INTEGER NOT NULL,
      confirmed_at INTEGER
    ) STRICT, WITHOUT ROWID
    ;
    CREATE TABLE payments (
      run TEXT NOT NULL REFERENCES payout_runs (id),
      user_id TEXT NOT NULL REFERENCES users (id),
      micros INTEGER NOT NULL CHECK (micros > 0),
      sealed BLOB NOT NULL,
      state TEXT NOT NULL CHECK (state = 'ordered' OR state = 'paid' OR state = 'returned'),
      reason TEXT,
      PRIMARY KEY (run, user_id)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE INDEX payments_by_user ON payments (user_id, run)
    """
}
