import Notation

extension DatasetFormat {
  package static let parquet = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "parquet", name: "Parquet", layout: "`SUBSET.parquet`: an item a row",
      source: "parquet.apache.org/docs/file-format", holds: Set(DatasetLabelKind.allCases),
      carries: .everything, carriesOfClasses: .everything,
      subsetOfNone: "data",
      notes: RecordItems.notes + """
         Columns may be nested, packed by snappy, gzip, zstd or lz4_raw, and in any encoding. Names of \
        Hugging Face's ClassLabel, images inside of the table and boxes of `objects` are understood.
        """),
    matches: { folder in
      folder.files(ending: ".parquet").contains { file in
        (try? folder.open(file)).map { $0.withBuffer { $0.starts(with: Array("PAR1".utf8)) } }
          ?? false
      }
    },
    read: { folder, diagnostics in
      RecordItems(folder.files(ending: ".parquet"), folder, diagnostics) { file in
        try ParquetRecords(folder.open(file))
      }
    }, write: { RecordTableWriter<ParquetTable>($0, "parquet", $1, $2) })
}
