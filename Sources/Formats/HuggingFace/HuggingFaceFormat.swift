extension DatasetFormat {
  package static let huggingFace = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "huggingface", aliases: ["hf"], name: "Hugging Face layout",
      layout:
        "`data/SUBSET-00000-of-00001.parquet` and `README.md`, which says which is which split",
      source: "huggingface.co/docs/datasets, *Structure your repository*, *Image dataset*",
      holds: Set(DatasetLabelKind.allCases), carries: .everything, carriesOfClasses: .everything,
      subsetOfNone: "train",
      notes: """
        `datasets.load_dataset` of the folder gives `image` as a picture, `label` and `objects.category` \
        as ClassLabel with their names, `objects.bbox` as x, y, width and height in pixels, beside the \
        columns of the other tables, so that nothing is lost. The images lie in the tables, so they go \
        along. `val` is called `validation`, and a set that is not divided `train`. What `save_to_disk` \
        writes, and folders of images with `metadata.jsonl` or `.csv`, are read too.
        """, hasImagesInside: true),
    matches: { folder in
      let isMarked =
        (try? folder.text(HubCard.name)).map(HubCard.isOne) ?? false
        || folder.files.contains { file in
          let last = file.split(separator: "/").last ?? ""
          return ["dataset_dict.json", "dataset_info.json"].contains(last)
            || ["metadata.jsonl", "metadata.csv", "metadata.parquet"].contains(last)
        }
      return isMarked && HuggingFace.content(folder) != nil
    },
    read: { folder, diagnostics in
      let content = HuggingFace.content(folder) ?? .parquet
      try HuggingFace.tellOthers(than: content, folder, diagnostics)
      return try content.read(folder, diagnostics)
    }, write: { HuggingFaceWriter($0, $1, $2) })
}

private enum HuggingFace {
  /// What the tables of the set are, or what lies there in place of tables.
  static func content(_ folder: DatasetFolder) -> DatasetFormat? {
    (tables + [.imageNet]).first { $0.matches(folder) }
  }

  private static let tables: [DatasetFormat] = [.jsonLines, .parquet, .arrow, .jsonRecords, .csv]

  /// Tables of another kind than those that are read: `datasets` refuses such a set, or takes one kind.
  static func tellOthers(
    than content: DatasetFormat, _ folder: DatasetFolder, _ diagnostics: Diagnostics
  ) throws {
    guard tables.contains(content) else { return }
    let isOfLines = [.jsonLines, .jsonRecords].contains(content)
    let others: [(format: DatasetFormat, ending: String)] = [
      (.parquet, ".parquet"), (.arrow, ".arrow"), (.csv, ".csv"),
      (isOfLines ? content : .jsonRecords, ".jsonl"),
    ]
    for other in others where other.format != content && other.format.matches(folder) {
      for file in folder.files(ending: other.ending) {
        try diagnostics.report(
          file, "",
          "it is a table in \(other.format.facts.name), and the set is read from \(content.facts.name)",
          remedy: "Write all tables in one format, or add this one by itself; it is left out.")
      }
    }
  }
}
