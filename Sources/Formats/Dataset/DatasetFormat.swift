/// What a format is, for people and for the choice of one.
package struct DatasetFormatFacts: Sendable {
  /// By which it is asked for.
  package var id: String
  /// By which it may be asked for too: what others call it.
  package var aliases: [String]
  package var name: String
  /// Files and folders of a set.
  package var layout: String
  /// Its specification.
  package var source: String
  /// What labels can be in it.
  package var holds: Set<DatasetLabelKind>
  /// What is kept that is said of items and labels.
  package var carries: Set<DatasetFact>
  /// The same of labels of kinds where it is otherwise.
  package var carriesOf: [DatasetLabelKind: Set<DatasetFact>]
  /// What is kept that is said of classes.
  package var carriesOfClasses: Set<ClassFact>
  /// Whether it says which subset an item is of.
  package var hasSubsets: Bool
  /// What files are called of items without a subset, where another subset could be called so.
  package var subsetOfNone: String?
  /// Whether subsets are folders like any others, of which only those for training, validation and tests are
  /// known again.
  package var subsetsAreFolders: Bool
  /// What else has no form in it, and how it counts, in sentences.
  package var notes: String
  /// The name of its file, where a whole set is one.
  package var singleFile: String?
  /// Whether each item has a file of its own, so that a set travels best in an archive.
  package var isFilePerItem: Bool
  /// Whether its files have the images in them.
  package var hasImagesInside: Bool
  /// Whether it says where an image is that lies elsewhere.
  package var hasAddresses: Bool
  /// Whether it names classes that no label is of.
  package var hasClassList: Bool

  package init(
    id: String, aliases: [String] = [], name: String, layout: String, source: String,
    holds: Set<DatasetLabelKind>,
    carries: Set<DatasetFact> = [], carriesOf: [DatasetLabelKind: Set<DatasetFact>] = [:],
    carriesOfClasses: Set<ClassFact> = [], hasSubsets: Bool = true,
    subsetOfNone: String? = nil, subsetsAreFolders: Bool = false, notes: String,
    singleFile: String? = nil, isFilePerItem: Bool = false, hasImagesInside: Bool = false,
    hasAddresses: Bool = false, hasClassList: Bool = true
  ) {
    self.hasClassList = hasClassList
    self.isFilePerItem = isFilePerItem
    self.hasImagesInside = hasImagesInside
    self.hasAddresses = hasAddresses
    self.id = id
    self.aliases = aliases
    self.name = name
    self.layout = layout
    self.source = source
    self.holds = holds
    self.carries = carries
    self.carriesOf = carriesOf
    self.carriesOfClasses = carriesOfClasses
    self.hasSubsets = hasSubsets
    self.subsetOfNone = subsetOfNone
    self.subsetsAreFolders = subsetsAreFolders
    self.notes = notes
    self.singleFile = singleFile
  }

  /// What files are called of a subset, or of none.
  func fileName(of subset: String) -> String { subset.isEmpty ? subsetOfNone ?? "" : subset }

  /// The subset whose files are called so.
  func subset(of fileName: String) -> String { fileName == subsetOfNone ? "" : fileName }
}

/// Reads a set, item by item. Memory does not grow with the labels.
package protocol DatasetReading {
  /// Whole once the last item was read.
  var schema: DatasetSchema { get }
  /// The next item; nil at the end.
  mutating func next() throws -> DatasetItem?
}

/// Writes a set, item by item.
package protocol DatasetWriting {
  mutating func add(_ item: DatasetItem, _ schema: DatasetSchema) throws
  mutating func finish(_ schema: DatasetSchema) throws
}

/// One format: what it is, how it is told, read and written. Two are the same where their ids are.
package struct DatasetFormat: Sendable, Hashable {
  package var facts: DatasetFormatFacts
  /// Whether a folder or file looks like one of it.
  package var matches: @Sendable (DatasetFolder) -> Bool
  package var read: @Sendable (DatasetFolder, Diagnostics) throws -> any DatasetReading
  /// nil for a format that is only read.
  package var write:
    (@Sendable (any DatasetSink, WritingOptions, Diagnostics) throws -> any DatasetWriting)?

  package var id: String { facts.id }

  /// Reads what is said to be a set of this format. Where there is nothing of it, the first item is a
  /// `FormatFault` that says what is looked for.
  package func reader(
    of folder: DatasetFolder, _ diagnostics: Diagnostics
  ) throws -> any DatasetReading {
    if let inner = folder.inner, !matches(folder), Self.of(inner) == self {
      return try reader(of: inner, diagnostics)
    }
    try folder.tell(diagnostics)
    let told = diagnostics.faultCount
    if folder.file == nil { tellLeftFiles(of: folder, diagnostics) }
    let reader = SoundLabels(try read(folder, diagnostics), diagnostics)
    return NotEmpty(reader: reader, format: self, folder, diagnostics, told: told)
  }

  package static func == (a: DatasetFormat, b: DatasetFormat) -> Bool { a.id == b.id }
  package func hash(into hasher: inout Hasher) { hasher.combine(id) }

  /// Every format, in the order in which they are tried where none is named.
  package static let all: [DatasetFormat] = [
    .coco, .cocoPanoptic, .cocoResults, .cvat, .cvatVideo, .cityscapes, .indexMasks, .voc,
    .vocFromZero, .yolo, .yoloSegment, .yoloOBB, .yoloPose, .labelMe, .labelStudio,
    .labelStudioPredictions, .datumaro,
    .boxTable, .openImages,
    .kitti,
    .createML, .supervisely, .labelbox, .scale, .imageNet, .jsonLines, .urlList, .conll, .brat,
    .spacy,
    .docBin, .doccano, .argilla, .webDataset, .huggingFace, .parquet, .arrow, .feather, .tfRecord,
    .csv,
    .tsv, .jsonRecords, .plainFiles,
  ]

  /// The format of a set, which may lie in the only folder there is; nil where none is known.
  ///
  /// - Throws: what is wrong with the file that may have its labels, where it would be read without any.
  package static func detected(in folder: DatasetFolder) throws(FormatFault) -> DatasetFormat? {
    let found = of(folder)
    guard found == nil || found == .plainFiles,
      var broken = folder.brokenJSON().first ?? folder.refusedXML()
    else { return found }
    guard found == .plainFiles else { throw broken }
    broken.remedy = "Put it right, or read images and texts without labels: their format is `files`."
    throw broken
  }

  /// What its files look like.
  static func of(_ folder: DatasetFolder) -> DatasetFormat? {
    var found = all.first { $0.matches(folder) }
    if found == .voc, VOCReader.isFromZero(folder) { found = .vocFromZero }
    if found == .plainFiles, IndexMasks.isUnlisted(folder) { found = .indexMasks }
    guard found == nil || found == .plainFiles, let inner = folder.inner.flatMap(of),
      inner != .plainFiles
    else { return found }
    return inner
  }

  package static func named(_ id: String) -> DatasetFormat? {
    all.first { $0.id == id || $0.facts.aliases.contains(id) }
  }
}

/// How a set is written.
package struct WritingOptions: Hashable, Sendable {
  /// Whether the images that were found go along.
  package var hasMedia: Bool
  /// When, in seconds since 1970, for formats that say so; the same for the same release.
  package var modified: Int64
  /// Whether all goes into the format's one file, whatever subset it is of.
  package var isOneFile: Bool
  /// Of formats whose files are shards: how many samples one has at most.
  package var samplesOfShard: Int

  package static let samplesOfShard = 1_000
  package static let shardLimits = 1...1_000_000

  package init(
    hasMedia: Bool = false, modified: Int64 = 0, isOneFile: Bool = false,
    samplesOfShard: Int = Self.samplesOfShard
  ) {
    self.isOneFile = isOneFile
    self.samplesOfShard = samplesOfShard
    self.hasMedia = hasMedia
    self.modified = modified
  }
}

/// A set that is said to be of a format, and may have nothing of it.
private struct NotEmpty: DatasetReading {
  private var reader: any DatasetReading
  private let format: DatasetFormat
  private let folder: DatasetFolder
  private let diagnostics: Diagnostics
  private var isBegun = false
  /// Faults of the folder itself.
  private let told: Int
  /// Of a table: images that its rows name.
  private var shown: Set<String> = []

  var schema: DatasetSchema { reader.schema }

  init(
    reader: any DatasetReading, format: DatasetFormat, _ folder: DatasetFolder,
    _ diagnostics: Diagnostics, told: Int
  ) {
    (self.reader, self.format) = (reader, format)
    (self.folder, self.diagnostics, self.told) = (folder, diagnostics, told)
  }

  mutating func next() throws -> DatasetItem? {
    let item = try reader.next()
    defer { isBegun = true }
    if format.isTable, let media = item?.media, !DatasetItem.isAddress(media) { shown.insert(media) }
    if isBegun, item == nil { tellUnnamedImages() }
    guard !isBegun, item == nil, diagnostics.faultCount == told, !format.matches(folder) else {
      return item
    }
    // What is cut off is of no format any more.
    throw folder.brokenJSON().first
      ?? FormatFault(
        folder.title, "", "there is nothing of \(format.facts.name) in it",
        remedy: "Name another format, or a set laid out so: \(format.facts.layout).")
  }

  /// Counts images that no row names: of tables they are not items by themselves.
  private func tellUnnamedImages() {
    guard format.isTable, folder.file == nil else { return }
    let images = folder.files.count(where: DatasetFolder.isImage)
    guard images > shown.count else { return }
    diagnostics.lose("images left out that no row names", count: images - shown.count)
  }
}
