extension Schema {
  /// Cheaper rows. A check with IN makes SQLite fill a temporary table for every row, which costs
  /// more than an index; with OR it costs nothing. A result that says what one of its answers says
  /// points to that answer, and an imported answer needs no hash of a submission.
  ///
  /// Constraints that leave the stored rows as they are can be changed in the schema's text
  /// (sqlite.org/lang_altertable.html, section 7); the added column makes SQLite read it anew.
  /// That column goes to an offset of the text as it was, so `consensus` keeps its length.
  static let vaultStep2 = """
    PRAGMA writable_schema = ON
    ;
    UPDATE sqlite_schema SET sql = replace(replace(sql,
      'state IN (''staged'', ''open'', ''inReview'', ''completed'', ''canceled'', ''failed'')',
      'state = ''staged'' OR state = ''open'' OR state = ''inReview'' OR state = ''completed'' \
    OR state = ''canceled'' OR state = ''failed'''),
      'gold IN (''training'', ''evaluation'')', 'gold = ''training'' OR gold = ''evaluation''')
    WHERE type = 'table' AND name = 'tasks'
    ;
    UPDATE sqlite_schema SET sql = replace(replace(sql,
      'stage IN (''label'', ''review'')', 'stage = ''label'' OR stage = ''review'''),
      'state IN (''reserved'', ''leased'', ''submitted'', ''skipped'', ''released'', \
    ''expired'', ''revoked'')',
      'state = ''reserved'' OR state = ''leased'' OR state = ''submitted'' OR \
    state = ''skipped'' OR state = ''released'' OR state = ''expired'' OR state = ''revoked''')
    WHERE type = 'table' AND name = 'leases'
    ;
    UPDATE sqlite_schema SET sql = replace(replace(replace(sql,
      'stage IN (''label'', ''review'')', 'stage = ''label'' OR stage = ''review'''),
      'standing IN (''counted'', ''extra'', ''discarded'')',
      'standing = ''counted'' OR standing = ''extra'' OR standing = ''discarded'''),
      'hash TEXT NOT NULL', 'hash TEXT CHECK (hash IS NOT NULL OR lease_id IS NULL)')
    WHERE type = 'table' AND name = 'answers'
    ;
    UPDATE sqlite_schema SET sql = replace(sql, 'sealed BLOB NOT NULL', 'sealed BLOB         ')
    WHERE type = 'table' AND name = 'consensus'
    ;
    PRAGMA writable_schema = OFF
    ;
    ALTER TABLE consensus ADD COLUMN answer INTEGER REFERENCES answers (seq)
      CHECK ((answer IS NULL) <> (sealed IS NULL))
    """
}
