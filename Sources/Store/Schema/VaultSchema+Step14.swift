extension Schema {
  /// Files that come part by part have their parts in one place. Those that annotators contribute, with
  /// `sealed` for how they are called; and the projects whose contributions are items of a dataset.
  static let vaultStep14 = """
    CREATE TABLE received_parts (
      owner TEXT NOT NULL CHECK (length(owner) = 24),
      start INTEGER NOT NULL,
      address TEXT NOT NULL,
      PRIMARY KEY (owner, start)
    ) STRICT, WITHOUT ROWID
    ;
    INSERT INTO received_parts SELECT upload_id, start, address FROM upload_parts
    ;
    DROP TABLE upload_parts
    ;
    CREATE TABLE contributions (
      id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 24),
      project_id TEXT NOT NULL REFERENCES projects (id),
      task INTEGER NOT NULL REFERENCES tasks (seq),
      class INTEGER NOT NULL,
      worker TEXT NOT NULL,
      size INTEGER NOT NULL CHECK (size > 0),
      received INTEGER NOT NULL DEFAULT 0 CHECK (received BETWEEN 0 AND size),
      asset_id TEXT REFERENCES assets (id),
      is_own INTEGER NOT NULL DEFAULT 0 CHECK (is_own IN (0, 1)),
      is_answered INTEGER NOT NULL DEFAULT 0 CHECK (is_answered IN (0, 1)),
      created_at INTEGER NOT NULL,
      sealed BLOB NOT NULL
    ) STRICT, WITHOUT ROWID
    ;
    CREATE INDEX contributions_of_task ON contributions (task, worker)
    ;
    CREATE INDEX contributions_of_asset ON contributions (asset_id) WHERE asset_id IS NOT NULL
    ;
    CREATE INDEX contributions_left ON contributions (created_at) WHERE is_answered = 0
    ;
    CREATE TABLE collections (
      dataset_id TEXT NOT NULL REFERENCES datasets (id),
      project_id TEXT NOT NULL REFERENCES projects (id),
      cursor INTEGER NOT NULL DEFAULT 0,
      items INTEGER NOT NULL DEFAULT 0,
      is_masking INTEGER NOT NULL DEFAULT 0 CHECK (is_masking IN (0, 1)),
      created_at INTEGER NOT NULL,
      PRIMARY KEY (dataset_id, project_id)
    ) STRICT, WITHOUT ROWID
    """
}
