extension DatasetFormat {
  package static let arrow = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "arrow", name: "Arrow IPC", layout: "`SUBSET.arrow`: an item a row",
      source: "arrow.apache.org/docs/format/Columnar.html", holds: Set(DatasetLabelKind.allCases),
      carries: .everything,
      notes: RecordItems.notes + """
         Files (Feather 2 too) and streams are read, plain or packed by lz4 or zstd; files are written. What \
        Hugging Face's `save_to_disk` writes is read with its class names and images.
        """),
    matches: { !Arrow.files($0).isEmpty },
    read: { folder, diagnostics in
      RecordItems(Arrow.files(folder), folder, diagnostics) { file in
        try ArrowRecords(folder.open(file))
      }
    }, write: { sink, options, _ in RecordTableWriter<ArrowTable>(sink, "arrow", options) })
}

private enum Arrow {
  static func files(_ folder: DatasetFolder) -> [String] {
    folder.files.filter { file in
      [".arrow", ".feather", ".ipc"].contains { file.hasSuffix($0) }
        && (try? folder.open(file)).map(ArrowRecords.isOne) ?? false
    }
  }
}
