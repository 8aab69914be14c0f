extension Schema {
  /// Tasks that come through an API of their own: each may bring the ontology and instructions it
  /// is answered by (a form, shared by all that bring the same), a type, tags, the name of the
  /// request that made it, and what the client later said of the result.
  static let vaultStep3 = """
    CREATE TABLE forms (
      number INTEGER PRIMARY KEY NOT NULL,
      project_id TEXT NOT NULL REFERENCES projects (id),
      hash TEXT NOT NULL,
      sealed BLOB NOT NULL,
      UNIQUE (project_id, hash)
    ) STRICT
    ;
    ALTER TABLE tasks ADD COLUMN form INTEGER REFERENCES forms (number)
    ;
    ALTER TABLE tasks ADD COLUMN type TEXT
    ;
    ALTER TABLE tasks ADD COLUMN updated_at INTEGER
    ;
    ALTER TABLE tasks ADD COLUMN audit TEXT CHECK (
      audit = 'accepted' OR audit = 'rejected' OR audit = 'fixed' OR audit = 'commented')
    ;
    ALTER TABLE tasks ADD COLUMN has_callback INTEGER
    ;
    ALTER TABLE batches ADD COLUMN request BLOB
    ;
    CREATE TABLE callbacks (
      task INTEGER PRIMARY KEY NOT NULL REFERENCES tasks (seq),
      state TEXT NOT NULL CHECK (state = 'due' OR state = 'delivered' OR state = 'failed'),
      attempts INTEGER NOT NULL DEFAULT 0,
      due_at INTEGER NOT NULL,
      outcome TEXT
    ) STRICT
    ;
    CREATE INDEX callbacks_due ON callbacks (due_at) WHERE state = 'due'
    ;
    CREATE TABLE task_tags (
      tag TEXT NOT NULL,
      task INTEGER NOT NULL REFERENCES tasks (seq),
      place INTEGER NOT NULL,
      PRIMARY KEY (tag, task)
    ) STRICT, WITHOUT ROWID
    ;
    CREATE INDEX task_tags_by_task ON task_tags (task)
    ;
    CREATE TABLE submissions (
      key TEXT PRIMARY KEY NOT NULL,
      task INTEGER NOT NULL REFERENCES tasks (seq),
      hash TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    ;
    CREATE TABLE audits (
      task INTEGER NOT NULL REFERENCES tasks (seq),
      number INTEGER NOT NULL,
      at INTEGER NOT NULL,
      verdict TEXT NOT NULL,
      sealed BLOB NOT NULL,
      PRIMARY KEY (task, number)
    ) STRICT, WITHOUT ROWID
    """
}
