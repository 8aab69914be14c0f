extension Schema {
  /// Places elsewhere that datasets are gathered from: `sealed` holds the address with its keys, `progress`
  /// how far the listing was read and what could not be taken. And sets on their way in, part by part.
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
    ;
    CREATE TABLE uploads (
      id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 24),
      dataset_id TEXT NOT NULL REFERENCES datasets (id),
      state TEXT NOT NULL CHECK (state IN ('receiving', 'reading', 'completed', 'failed')),
      size INTEGER NOT NULL CHECK (size > 0),
      received INTEGER NOT NULL DEFAULT 0 CHECK (received BETWEEN 0 AND size),
      created_at INTEGER NOT NULL,
      ended_at INTEGER,
      sealed BLOB NOT NULL,
      outcome BLOB
    ) STRICT, WITHOUT ROWID
    ;
    CREATE INDEX uploads_by_dataset ON uploads (dataset_id)
    ;
    CREATE TABLE upload_parts (
      upload_id TEXT NOT NULL REFERENCES uploads (id),
      start INTEGER NOT NULL,
      address TEXT NOT NULL,
      PRIMARY KEY (upload_id, start)
    ) STRICT, WITHOUT ROWID
    """
}
