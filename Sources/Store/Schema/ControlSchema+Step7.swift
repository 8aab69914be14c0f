extension Schema {
  /// Keys that only read.
  static let controlStep7 = """
    ALTER TABLE api_keys ADD COLUMN reads_only INTEGER NOT NULL DEFAULT 0 CHECK (reads_only IN (0, 1))
    """
}
