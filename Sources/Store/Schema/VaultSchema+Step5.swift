extension Schema {
  /// Ontologies that migrate: whether a project's ever did, and the version by which the task of a
  /// lease is answered, which stays while the lease lives.
  static let vaultStep5 = """
    ALTER TABLE projects ADD COLUMN is_migrated INTEGER NOT NULL DEFAULT 0
    ;
    ALTER TABLE leases ADD COLUMN version INTEGER
    """
}
