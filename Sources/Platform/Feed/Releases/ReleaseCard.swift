import Formats

/// The page of a release, by which `datasets.load_dataset` of its folder knows its files: without it the
/// library takes whatever lies there as one set. The same for the same files.
enum ReleaseCard {
  /// - Parameters:
  ///   - parts: those that have items, in the order of the plan.
  ///   - root: over the other files.
  static func text(_ parts: [String], _ formats: [DatasetFormat], root: String) -> String {
    // Of a table all rows are of one type; of lines a reader finds it out.
    let isTable = formats.contains(.parquet)
    let splits = parts.map { part in
      HubCard.Split(
        HubCard.split(part), path: isTable ? "parquet/\(part).parquet" : "\(part).jsonl")
    }
    return HubCard.text(
      splits, contents: root,
      """
      # A release of labelled data

      Made by Assay. `manifest.json` lists every file with its hash, how the items were chosen and divided, \
      how right the labels are, and what each format could not hold; `manifest.sig` signs it. `assay \
      verify` checks all of it.

      """)
  }
}
