extension Schema {
  /// Places elsewhere that datasets are gathered from. `sealed` holds the address with its keys, `progress` how
  /// far the listing was read and what could not be taken.
  static let vaultStep13 = """
    CREATE TABLE remote_sources (
      id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 24),
      dataset_id TEXT NOT NULL REFERENCES datasets (id),
      mode TEXT NOT NULL CHECK (mode IN ('reference', 'copy')),
      state TEXT NOT NULL CHECK (state IN ('running', 'completed', 'failed')),
      listed INTEGER NOT NULL DEFAULT 0,
      added INTEGER NOT NULL DEFAULT 0,
      changed INTEGER NOT NULL DEFAULT 0,
      skipped INTEGER NOT NULL DEFAULT 0,
      failed INTEGER NOT NULL DEFAULT 0,
      created_at INTEGER NOT NULL,
      ended_at INTEGER,
      sealed BLOB NOT NULL,
      progress BLOB
    ) STRICT, WITHOUT ROWID
    ;
    CREATE INDEX remote_sources_by_dataset ON remote_sources (dataset_id)
    """
}
