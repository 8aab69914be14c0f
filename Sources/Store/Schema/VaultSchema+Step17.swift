extension Schema {
  /// How many of a dataset's items were taken out. Such an item keeps its number and nothing else: its row
  /// has a key that no name has, and nothing is sealed in it. And the ways to a file's other names, which go
  /// with it. Links to releases, who made them, and when they end; and what an export could not
  /// hold. What images show is told in another way from here on, so that all are looked at anew.
  static let vaultStep17 = """
    ALTER TABLE datasets ADD COLUMN removed INTEGER NOT NULL DEFAULT 0 CHECK (removed >= 0)
    ;
    CREATE INDEX remote_assets_of_asset ON remote_assets (asset_id)
    ;
    CREATE INDEX asset_references_of_asset ON asset_references (asset_id)
    ;
    CREATE TABLE release_links (
      id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 24),
      release_id TEXT NOT NULL,
      made_by TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      ended_at INTEGER
    ) STRICT, WITHOUT ROWID
    ;
    CREATE INDEX release_links_of_release ON release_links (release_id)
    ;
    ALTER TABLE exports ADD COLUMN losses TEXT
    ;
    DELETE FROM item_prints
    ;
    UPDATE datasets SET looked_change = 0, looked_item = 0
    """
}
