/// After the items of a set, the images that it has no labels of: what nothing is seen on is as good for
/// training. Images alone are no set.
struct WithUnlabelledImages: DatasetReading {
  private var labelled: any DatasetReading
  private let folder: DatasetFolder
  /// Files of labels, each without its kind the name of an image.
  private let labels: [String]
  private let image: (String) -> String?
  private let place: (String) -> (name: String, subset: String)?
  /// Paths of those that have labels; hashes only.
  private var used: Set<Int> = []
  private var isSet: Bool
  private var images: ArraySlice<String>?

  var schema: DatasetSchema { labelled.schema }

  /// - Parameters:
  ///   - isSet: whether there is a set at all, where that is not told by its files of labels.
  ///   - image: the image that a file of labels is of; by default the one of its name but for its kind.
  ///   - place: what an image below the folder is called as an item, and its subset; nil for one that is
  ///     none, as a picture of labels.
  init(
    _ labelled: any DatasetReading, _ folder: DatasetFolder, labels: [String],
    isSet: Bool = false, image: ((String) -> String?)? = nil,
    _ place: @escaping (String) -> (name: String, subset: String)?
  ) {
    (self.labelled, self.folder, self.labels, self.place) = (labelled, folder, labels, place)
    self.isSet = isSet || !labels.isEmpty
    self.image =
      image ?? { file in
        let stem = DatasetItem.stem(of: file.split(separator: "/").last.map(String.init) ?? file)
        return folder.image(named: stem, like: file)
      }
  }

  mutating func next() throws -> DatasetItem? {
    if images == nil {
      if let item = try labelled.next() {
        if let media = item.media { used.insert(media.hashValue) }
        isSet = true
        return item
      }
      // One whose labels are there but cannot be read is not one that nothing is seen on.
      for file in labels {
        if let image = image(file) { used.insert(folder.fullPath(image).hashValue) }
      }
      // Of one file that was named, what lies beside it is not meant.
      images = folder.file == nil && isSet ? folder.files.filter(DatasetFolder.isImage)[...] : []
    }
    while let image = images?.popFirst() {
      let path = folder.fullPath(image)
      guard !used.contains(path.hashValue), let (name, subset) = place(image) else { continue }
      return DatasetItem(name: name, subset: subset, size: folder.size(of: image), media: path)
    }
    return nil
  }
}
