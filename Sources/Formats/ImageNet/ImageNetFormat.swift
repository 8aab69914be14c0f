import Labels

extension DatasetFormat {
  package static let imageNet = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "imagenet", aliases: ["yolo-classify", "imagefolder"],
      name: "ImageNet folders, YOLO classification", layout: "`[SUBSET/]CLASS/IMAGE`",
      source:
        "pytorch.org, ImageFolder; huggingface.co, imagefolder; docs.ultralytics.com, classify",
      holds: [.whole],
      notes: """
        The folder is the class, so the images go along. An image of several classes lies in the folder \
        of each. Images without a class are left out.
        """, isFilePerItem: true),
    matches: { folder in
      folder.file == nil && ImageNet.hasClasses(folder)
        && folder.files.allSatisfy {
          DatasetFolder.isImage($0) || !$0.contains("/") || ImageNet.isStray($0)
        }
    },
    read: { folder, diagnostics in
      var schema = DatasetSchema()
      let images = ImageNet.images(folder)
      // Where others lie in classes of subsets, those of a subset alone have none.
      let hasSubsets = images.contains { !ImageNet.place($0).subset.isEmpty }
      func isUnlabelled(_ file: String) -> Bool {
        let place = ImageNet.place(file)
        return hasSubsets && place.subset.isEmpty && DatasetItem.subset(of: place.name) != nil
      }
      for name in Set(images.filter { !isUnlabelled($0) }.map { ImageNet.place($0).name }).sorted()
      {
        _ = schema.index(of: name)
      }
      for file in folder.files where ImageNet.isStray(file) {
        diagnostics.lose("files left out that are no images (.\(ImageNet.kind(file)))")
      }
      return ItemFiles(images, folder, schema, diagnostics) { file, folder, schema, diagnostics in
        guard isUnlabelled(file) else {
          return try ImageNet.item(file, folder, &schema, diagnostics)
        }
        return DatasetItem(
          name: file.split(separator: "/").last.map(String.init) ?? file,
          subset: DatasetItem.subset(of: ImageNet.place(file).name) ?? "",
          size: folder.size(of: file), media: folder.fullPath(file))
      }
    }, write: { sink, _, diagnostics in ImageNetWriter(sink: sink, diagnostics: diagnostics) })
}

private enum ImageNet {
  static func images(_ folder: DatasetFolder) -> [String] {
    folder.files.filter { DatasetFolder.isImage($0) && $0.contains("/") }
  }

  /// Whether folders are classes: one alone is a folder, but in one of a subset; some names are of no class.
  static func hasClasses(_ folder: DatasetFolder) -> Bool {
    let places = images(folder).map(place)
    let names = Set(places.map(\.name))
    guard names.isDisjoint(with: folders) else { return false }
    return names.count > 1 || !places.isEmpty && places.allSatisfy { !$0.subset.isEmpty }
  }

  /// What sets of other kinds call the folders of their images and masks.
  private static let folders: Set<String> = [
    "images", "masks", "labels", "annotations", "img_dir", "ann_dir", "image_2", "image_3",
    "label_2",
    "instance", "semantic", "semantic_rgb", "gtFine", "gtCoarse", "leftImg8bit", "JPEGImages",
    "SegmentationClass", "SegmentationObject",
  ]

  /// What systems and cameras leave between images; a file of labels it is not.
  static func isStray(_ file: String) -> Bool {
    file.contains("/")
      && ["db", "ini", "heic", "heif", "avif", "svg", "mov", "mp4"].contains(kind(file))
  }

  static func kind(_ file: String) -> String {
    file.split(separator: ".").last.map { $0.lowercased() } ?? ""
  }

  static func place(_ file: String) -> (subset: String, name: String) {
    let parts = file.split(separator: "/").map(String.init)
    let subset = parts.count > 2 ? DatasetItem.subset(of: parts[0]) : nil
    return (subset ?? "", parts[subset == nil ? 0 : 1])
  }

  static func item(
    _ file: String, _ folder: DatasetFolder, _ schema: inout DatasetSchema, _: Diagnostics
  ) throws -> DatasetItem? {
    let (subset, name) = place(file)
    let last = file.split(separator: "/").last.map(String.init) ?? file
    return DatasetItem(
      name: last, subset: subset, size: folder.size(of: file),
      labels: [DatasetLabel(schema.index(of: name), .whole)], media: folder.fullPath(file))
  }
}

private struct ImageNetWriter: DatasetWriting {
  let sink: any DatasetSink
  let diagnostics: Diagnostics
  var paths: Set<String> = []

  mutating func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    let classes = item.labels.filter { $0.value == .whole }.map { schema.name($0.classIndex) }
    guard !classes.isEmpty else {
      return diagnostics.leaveOut(item, as: "images left out that have no class as a whole")
    }
    guard let media = item.media else {
      return try diagnostics.leaveOut(
        item, "the image is not there",
        remedy: "Put it beside its labels")
    }
    let flat = diagnostics.flat(item.name)
    let names = Set(classes)
    if names.count > 1 { diagnostics.lose("images of several classes written once for each") }
    for name in names.sorted() {
      let folder = DatasetPath.cleaned(name).replacing("/", with: "_")
      let subset = item.subset.isEmpty ? "" : item.subset + "/"
      var path = "\(subset)\(folder)/\(flat)"
      if !paths.insert(path).inserted {
        path = "\(subset)\(folder)/\(paths.count)_\(flat)"
        paths.insert(path)
      }
      try sink.copy(media, to: path)
    }
  }

  func finish(_ schema: DatasetSchema) {}
}
