extension DatasetFormat {
  package static let arrow = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "arrow", name: "Arrow IPC stream", layout: "`SUBSET.arrow`: an item a row",
      source: "arrow.apache.org/docs/format/Columnar.html", holds: Set(DatasetLabelKind.allCases),
      carries: .everything, carriesOfClasses: .everything,
      subsetOfNone: "data",
      notes: RecordItems.notes + """
         Streams and files are read, plain or packed by lz4 or zstd; streams are written, as Hugging Face's \
        `datasets` keeps its own and `pyarrow.ipc.open_stream` reads them. What its `save_to_disk` writes \
        is read with its class names and images.
        """),
    matches: { !Arrow.files($0, [".arrow", ".arrows", ".ipc"]).isEmpty },
    read: Arrow.reader([".arrow", ".arrows", ".ipc"]),
    write: { RecordTableWriter<ArrowStream>($0, "arrow", $1, $2) })

  package static let feather = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "feather", name: "Arrow IPC file", layout: "`SUBSET.feather`: an item a row",
      source: "arrow.apache.org/docs/format/Columnar.html#ipc-file-format",
      holds: Set(DatasetLabelKind.allCases), carries: .everything, carriesOfClasses: .everything,
      subsetOfNone: "data",
      notes: RecordItems.notes + """
         Feather 2, which `pandas.read_feather`, `polars.read_ipc` and `pyarrow.ipc.open_file` read; streams \
        of this name are read too.
        """),
    matches: { !Arrow.files($0, [".feather"]).isEmpty },
    read: Arrow.reader([".feather"]),
    write: { RecordTableWriter<ArrowFile>($0, "feather", $1, $2) })
}

private enum Arrow {
  static func files(_ folder: DatasetFolder, _ endings: [String]) -> [String] {
    folder.files.filter { file in
      endings.contains { file.hasSuffix($0) }
        && (try? folder.open(file)).map(ArrowRecords.isOne) ?? false
    }
  }

  static func reader(
    _ endings: [String]
  ) -> @Sendable (DatasetFolder, Diagnostics) throws -> any DatasetReading {
    { folder, diagnostics in
      RecordItems(files(folder, endings), folder, diagnostics) { file in
        try ArrowRecords(folder.open(file))
      }
    }
  }
}
