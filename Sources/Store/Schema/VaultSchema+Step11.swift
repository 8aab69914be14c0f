extension Schema {
  /// Immutable versions of a project's results, their files, and what settles one after the other.
  static let vaultStep11 = """
    CREATE TABLE releases (
      id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 24),
      project_id TEXT NOT NULL REFERENCES projects (id),
      number INTEGER NOT NULL CHECK (number > 0),
      name TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state = 'running' OR state = 'completed' OR state = 'failed'),
      created_at INTEGER NOT NULL,
      items INTEGER NOT NULL DEFAULT 0,
      root TEXT,
      problem TEXT,
      plan TEXT NOT NULL,
      UNIQUE (project_id, number)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE TABLE release_files (
      release_id TEXT NOT NULL REFERENCES releases (id),
      path TEXT NOT NULL,
      blob TEXT NOT NULL,
      size INTEGER NOT NULL,
      sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
      PRIMARY KEY (release_id, path)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE TABLE feed_events (
      seq INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
      project_id TEXT NOT NULL REFERENCES projects (id),
      task INTEGER NOT NULL,
      at INTEGER NOT NULL
    ) STRICT
    ;
    CREATE INDEX feed_events_by_project ON feed_events (project_id, seq)
    """
}
