import Labels
import Notation

extension DatasetFormat {
  package static let webDataset = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "webdataset", name: "WebDataset",
      layout: "`[SUBSET-]000000.tar`, …: `KEY.jpg` (or `KEY.txt`) beside `KEY.json`",
      source: "github.com/webdataset/webdataset", holds: Set(DatasetLabelKind.allCases),
      carries: .everything, carriesOfClasses: .everything,
      notes: """
        A sample is its image or text and a row as tables have it, in which labels and metadata are JSON as \
        text, so that all samples are of one type, as `load_dataset` wants them; labels and metadata as JSON \
        are read as well. Images are called as the first one is, whatever they are, which who decodes them \
        sees by their bytes; the row has the name. Where the first has one class as a whole, each has its \
        number in `KEY.cls`, -1 for none. Dots in names become underscores, since a key ends at the first. \
        A shard has at most 1,000 samples, or as many as `--shard-samples` says, and about 500 MB.
        """, hasImagesInside: true),
    matches: { !WebDataset.files($0).isEmpty },
    read: { try WebDatasetReader($0, $1) },
    write: { WebDatasetWriter($0, $1, $2) })
}

enum WebDataset {
  static let bytesOfShard = 500_000_000

  private static let unnamed = "class "

  /// Of a class of which nothing but its number is known.
  static func name(ofNumber number: Int) -> String { unnamed + "\(number)" }

  /// What a class is numbered in others' shards, where it is called by that.
  static func number(in name: String) -> Int? {
    let digits = name.hasPrefix(unnamed) ? name.dropFirst(unnamed.count) : Substring(name)
    return Int(digits).flatMap { $0 >= 0 ? $0 : nil }
  }

  static func files(_ folder: DatasetFolder) -> [String] { folder.files(ending: ".tar") }
}
