extension DatasetFormat {
  fileprivate static let archives: Set<String> = ["zip", "tar", "tgz", "gz", "bz2", "xz", "7z", "rar"]
  private static let tables: Set<String> = [
    "csv", "tsv", "parquet", "arrow", "feather", "jsonl", "ndjson",
  ]

  /// Kinds of files that a format of tables reads; nil of one that is none.
  private var ownTables: Set<String>? {
    switch id {
    case "csv", "tsv", "parquet", "arrow", "feather": [id]
    case "jsonl", "json-records", "doccano", "spacy", "argilla", "scale", "labelbox": ["jsonl", "ndjson"]
    case "imagenet": []
    case "huggingface": ["csv", "jsonl", "parquet", "arrow"]
    default: nil
    }
  }

  /// Whether it is rows of any columns, in which an image must be named to be one of the set.
  var isTable: Bool {
    ["csv", "tsv", "parquet", "arrow", "feather", "json-records"].contains(id)
  }

  /// Counts what lies beside a set and may be one by itself: a folder is read as of one format.
  func tellLeftFiles(of folder: DatasetFolder, _ diagnostics: Diagnostics) {
    // Of plain files each kind that is left is told by their own reader.
    guard self != .plainFiles else { return }
    let isOfArchives = ["webdataset", "tfrecord"].contains(id)
    for file in folder.files {
      guard let kind = DatasetFolder.kind(of: file) else { continue }
      if Self.archives.contains(kind), !isOfArchives {
        diagnostics.lose("archives left out that lie beside the set (.\(kind)): add each by itself")
      } else if let ownTables, Self.tables.contains(kind), !ownTables.contains(kind) {
        diagnostics.lose("tables of another format left out (.\(kind)): add them by themselves")
      }
    }
  }
}

extension DatasetFolder {
  /// Whether there is no file in it, or the only one is empty.
  package var isVacant: Bool {
    files.isEmpty || file.map { (try? open($0))?.count == 0 } == true
  }

  package var hasArchives: Bool {
    files.contains { DatasetFolder.kind(of: $0).map(DatasetFormat.archives.contains) == true }
  }
}
