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
        && folder.files.allSatisfy { DatasetFolder.isImage($0) || !$0.contains("/") }
    },
    read: { folder, diagnostics in
      var schema = DatasetSchema()
      for name in Set(ImageNet.images(folder).map { ImageNet.place($0).name }).sorted() {
        _ = schema.index(of: name)
      }
      return ItemFiles(ImageNet.images(folder), folder, schema, diagnostics, item: ImageNet.item)
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
    guard names.isDisjoint(with: ["images", "masks", "labels", "annotations"]) else { return false }
    return names.count > 1 || !places.isEmpty && places.allSatisfy { !$0.subset.isEmpty }
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
      return diagnostics.lose("images left out that have no class as a whole")
    }
    guard let media = item.media else {
      return try diagnostics.report(
        item.name, "", "the image is not there", remedy: "Put it beside its labels; it is left out."
      )
    }
    for name in Set(classes).sorted() {
      let folder = DatasetPath.cleaned(name).replacing("/", with: "_")
      let subset = item.subset.isEmpty ? "" : item.subset + "/"
      var path = "\(subset)\(folder)/\(item.name.replacing("/", with: "_"))"
      if !paths.insert(path).inserted {
        path = "\(subset)\(folder)/\(paths.count)_\(item.name.replacing("/", with: "_"))"
        paths.insert(path)
      }
      try sink.copy(media, to: path)
    }
  }

  func finish(_ schema: DatasetSchema) {}
}
