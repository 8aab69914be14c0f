extension Schema {
  /// How many of a dataset's items were taken out. Such an item keeps its number and nothing else: its row
  /// has a key that no name has, and nothing is sealed in it. And the ways to a file's other names, which go
  /// with it.
  static let vaultStep17 = """
    ALTER TABLE datasets ADD COLUMN removed INTEGER NOT NULL DEFAULT 0 CHECK (removed >= 0)
    ;
    CREATE INDEX remote_assets_of_asset ON remote_assets (asset_id)
    ;
    CREATE INDEX asset_references_of_asset ON asset_references (asset_id)
    """
}
