extension Schema {
  /// Datasets: items, the sets of labels on them, and slices. What an item is called, shows and is labelled
  /// with is sealed; every row says with which change of its dataset it was last written. Releases may be of
  /// a dataset in place of a project; that column keeps its length, as step 2 says.
  static let vaultStep12 = """
    CREATE TABLE datasets (
      id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 24),
      name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 200),
      items INTEGER NOT NULL DEFAULT 0 CHECK (items >= 0),
      last_change INTEGER NOT NULL DEFAULT 0,
      vector_size INTEGER,
      created_at INTEGER NOT NULL,
      sealed BLOB
    ) STRICT, WITHOUT ROWID
    ;
    CREATE TABLE items (
      seq INTEGER PRIMARY KEY NOT NULL,
      dataset_id TEXT NOT NULL REFERENCES datasets (id),
      number INTEGER NOT NULL CHECK (number >= 0),
      key TEXT NOT NULL,
      changed INTEGER NOT NULL,
      sealed BLOB NOT NULL
    ) STRICT
    ;
    CREATE UNIQUE INDEX items_by_number ON items (dataset_id, number)
    ;
    CREATE UNIQUE INDEX items_by_key ON items (dataset_id, key)
    ;
    CREATE INDEX items_by_change ON items (dataset_id, changed)
    ;
    CREATE TABLE label_sets (
      id INTEGER PRIMARY KEY NOT NULL,
      dataset_id TEXT NOT NULL REFERENCES datasets (id),
      name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
      project_id TEXT REFERENCES projects (id),
      cursor INTEGER NOT NULL DEFAULT 0,
      items INTEGER NOT NULL DEFAULT 0,
      created_at INTEGER NOT NULL,
      UNIQUE (dataset_id, name)
    ) STRICT
    ;
    CREATE TABLE item_labels (
      seq INTEGER PRIMARY KEY NOT NULL,
      label_set INTEGER NOT NULL REFERENCES label_sets (id),
      number INTEGER NOT NULL,
      changed INTEGER NOT NULL,
      sealed BLOB NOT NULL
    ) STRICT
    ;
    CREATE UNIQUE INDEX item_labels_by_number ON item_labels (label_set, number)
    ;
    CREATE INDEX item_labels_by_change ON item_labels (label_set, changed)
    ;
    CREATE TABLE item_vectors (
      seq INTEGER PRIMARY KEY NOT NULL,
      dataset_id TEXT NOT NULL REFERENCES datasets (id),
      number INTEGER NOT NULL,
      changed INTEGER NOT NULL,
      sealed BLOB NOT NULL
    ) STRICT
    ;
    CREATE UNIQUE INDEX item_vectors_by_number ON item_vectors (dataset_id, number)
    ;
    CREATE INDEX item_vectors_by_change ON item_vectors (dataset_id, changed)
    ;
    CREATE TABLE slices (
      id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 24),
      dataset_id TEXT NOT NULL REFERENCES datasets (id),
      name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
      created_at INTEGER NOT NULL,
      sealed BLOB NOT NULL,
      UNIQUE (dataset_id, name)
    ) STRICT, WITHOUT ROWID
    ;
    PRAGMA writable_schema = ON
    ;
    UPDATE sqlite_schema SET sql = replace(sql, 'project_id TEXT NOT NULL', 'project_id TEXT         ')
    WHERE type = 'table' AND name = 'releases'
    ;
    PRAGMA writable_schema = OFF
    ;
    ALTER TABLE releases ADD COLUMN dataset_id TEXT REFERENCES datasets (id)
      CHECK ((dataset_id IS NULL) <> (project_id IS NULL))
    ;
    CREATE UNIQUE INDEX releases_by_dataset ON releases (dataset_id, number) WHERE dataset_id IS NOT NULL
    """
}
