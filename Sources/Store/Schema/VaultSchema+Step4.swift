extension Schema {
  /// Who gets which batch: groups of workers, by their pseudonyms. And what clients say of files,
  /// and where they want to be told of a batch's end.
  static let vaultStep4 = """
    CREATE TABLE worker_groups (
      id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 24),
      project_id TEXT NOT NULL REFERENCES projects (id),
      name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
      is_singleton INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      UNIQUE (project_id, name)
    ) STRICT
    ;
    CREATE TABLE worker_group_members (
      worker TEXT NOT NULL,
      group_id TEXT NOT NULL REFERENCES worker_groups (id),
      PRIMARY KEY (worker, group_id)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE INDEX worker_group_members_by_group ON worker_group_members (group_id)
    ;
    CREATE TABLE batch_groups (
      batch_id TEXT NOT NULL REFERENCES batches (id),
      group_id TEXT NOT NULL REFERENCES worker_groups (id),
      PRIMARY KEY (batch_id, group_id)
    ) STRICT, WITHOUT ROWID
    ;
    ALTER TABLE batches ADD COLUMN completed_at INTEGER
    ;
    ALTER TABLE batches ADD COLUMN has_callback INTEGER
    ;
    CREATE TABLE batch_callbacks (
      batch_id TEXT PRIMARY KEY NOT NULL REFERENCES batches (id),
      state TEXT NOT NULL CHECK (state = 'due' OR state = 'delivered' OR state = 'failed'),
      attempts INTEGER NOT NULL DEFAULT 0,
      due_at INTEGER NOT NULL,
      outcome TEXT
    ) STRICT, WITHOUT ROWID
    ;
    CREATE INDEX batch_callbacks_due ON batch_callbacks (due_at) WHERE state = 'due'
    ;
    CREATE TABLE asset_references (
      address TEXT PRIMARY KEY NOT NULL,
      asset_id TEXT NOT NULL REFERENCES assets (id)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE TABLE settings (
      name TEXT PRIMARY KEY NOT NULL,
      sealed BLOB NOT NULL
    ) STRICT, WITHOUT ROWID
    """
}
