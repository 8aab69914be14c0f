extension Schema {
  /// The control database: what spans clients.
  package static let control = Schema(steps: [
    """
    CREATE TABLE settings (
      name TEXT PRIMARY KEY NOT NULL,
      value TEXT NOT NULL
    ) STRICT
    ;
    CREATE TABLE clients (
      id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 24),
      name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 100),
      wrapped_key BLOB NOT NULL,
      created_at INTEGER NOT NULL
    ) STRICT
    ;
    CREATE TABLE users (
      id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 24),
      email TEXT NOT NULL UNIQUE CHECK (length(email) BETWEEN 3 AND 254),
      password_hash TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('active', 'suspended')),
      created_at INTEGER NOT NULL
    ) STRICT
    ;
    CREATE TABLE grants (
      user_id TEXT NOT NULL REFERENCES users (id),
      client_id TEXT REFERENCES clients (id),
      role TEXT NOT NULL CHECK (
        (client_id IS NULL AND role IN ('operator', 'worker')) OR
        (client_id IS NOT NULL AND role IN ('admin', 'manager', 'reviewer', 'labeler')))
    ) STRICT
    ;
    CREATE UNIQUE INDEX grants_once ON grants (user_id, coalesce(client_id, ''))
    ;
    CREATE INDEX grants_by_client ON grants (client_id, user_id)
    ;
    CREATE TABLE sessions (
      token_hash TEXT PRIMARY KEY NOT NULL,
      user_id TEXT NOT NULL REFERENCES users (id),
      created_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    ;
    CREATE INDEX sessions_by_expiry ON sessions (expires_at)
    ;
    CREATE TABLE api_keys (
      id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 24),
      token_hash TEXT NOT NULL UNIQUE,
      client_id TEXT NOT NULL REFERENCES clients (id),
      mode TEXT NOT NULL CHECK (mode IN ('live', 'test')),
      hint TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      revoked_at INTEGER
    ) STRICT
    ;
    CREATE TABLE project_directory (
      project_id TEXT PRIMARY KEY NOT NULL CHECK (length(project_id) = 24),
      client_id TEXT NOT NULL REFERENCES clients (id),
      public_name TEXT NOT NULL,
      workforce TEXT NOT NULL CHECK (workforce IN ('operator', 'team')),
      state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'archived')),
      created_at INTEGER NOT NULL
    ) STRICT
    ;
    CREATE INDEX project_directory_by_client ON project_directory (client_id, project_id)
    ;
    CREATE TABLE journal (
      number INTEGER PRIMARY KEY NOT NULL,
      at INTEGER NOT NULL,
      actor TEXT NOT NULL,
      action TEXT NOT NULL,
      subject TEXT NOT NULL,
      detail TEXT NOT NULL,
      hash BLOB NOT NULL CHECK (length(hash) = 32)
    ) STRICT
    """,
    // A client's test world is a client of its own. Test keys made before there were such worlds
    // opened the live one; they end here.
    """
    ALTER TABLE clients ADD COLUMN test_of TEXT REFERENCES clients (id)
    ;
    CREATE UNIQUE INDEX clients_test_of ON clients (test_of) WHERE test_of IS NOT NULL
    ;
    UPDATE api_keys SET revoked_at = created_at WHERE mode = 'test' AND revoked_at IS NULL
    """,
    // People are invited by address and choose their password themselves; a labeler works on the
    // projects they are assigned to.
    """
    CREATE TABLE invitations (
      token_hash TEXT PRIMARY KEY NOT NULL,
      user_id TEXT NOT NULL UNIQUE REFERENCES users (id),
      created_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    ;
    CREATE TABLE project_members (
      project_id TEXT NOT NULL REFERENCES project_directory (project_id),
      user_id TEXT NOT NULL REFERENCES users (id),
      PRIMARY KEY (project_id, user_id)
    ) STRICT, WITHOUT ROWID
    """,
    controlStep4,
    controlStep5,
    controlStep6, controlStep7,
  ])
}
