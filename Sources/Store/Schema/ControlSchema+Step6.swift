extension Schema {
  /// The operator's reviewers, by project, and who leads them.
  static let controlStep6 = """
    CREATE TABLE grants_anew (
      user_id TEXT NOT NULL REFERENCES users (id),
      client_id TEXT REFERENCES clients (id),
      role TEXT NOT NULL CHECK (
        (client_id IS NULL
          AND role IN ('operator', 'workforce_manager', 'reviewer_lead', 'payroll', 'worker')) OR
        (client_id IS NOT NULL AND role IN ('admin', 'manager', 'reviewer', 'labeler')))
    ) STRICT
    ;
    INSERT INTO grants_anew SELECT user_id, client_id, role FROM grants
    ;
    DROP TABLE grants
    ;
    ALTER TABLE grants_anew RENAME TO grants
    ;
    CREATE UNIQUE INDEX grants_once ON grants (user_id, coalesce(client_id, ''))
    ;
    CREATE INDEX grants_by_client ON grants (client_id, user_id)
    ;
    CREATE TABLE operator_reviewers (
      user_id TEXT NOT NULL REFERENCES users (id),
      project_id TEXT NOT NULL REFERENCES project_directory (project_id),
      at INTEGER NOT NULL,
      PRIMARY KEY (user_id, project_id)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE INDEX operator_reviewers_by_project ON operator_reviewers (project_id)
    ;
    ALTER TABLE earnings ADD COLUMN is_review INTEGER NOT NULL DEFAULT 0
    """
}
