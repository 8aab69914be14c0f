extension Schema {
  /// What images of datasets show, in 64 bits each, and how far they were looked at: up to an item of a
  /// change. Prints have changes of their own, as they change nothing else.
  static let vaultStep15 = """
    ALTER TABLE datasets ADD COLUMN last_print INTEGER NOT NULL DEFAULT 0
    ;
    ALTER TABLE datasets ADD COLUMN looked_change INTEGER NOT NULL DEFAULT 0
    ;
    ALTER TABLE datasets ADD COLUMN looked_item INTEGER NOT NULL DEFAULT 0
    ;
    ALTER TABLE items ADD COLUMN has_image INTEGER NOT NULL DEFAULT 1 CHECK (has_image IN (0, 1))
    ;
    CREATE TABLE item_prints (
      dataset_id TEXT NOT NULL REFERENCES datasets (id),
      number INTEGER NOT NULL,
      changed INTEGER NOT NULL,
      sealed BLOB NOT NULL,
      PRIMARY KEY (dataset_id, number)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE INDEX item_prints_by_change ON item_prints (dataset_id, changed)
    """
}
