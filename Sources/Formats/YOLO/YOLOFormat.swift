import Notation

/// The four kinds of label files of YOLO.
enum YOLOTask: String, Hashable, Sendable {
  case detect, segment, obb, pose
}

extension DatasetFormat {
  package static let yolo = yolo(
    .detect, "yolo", "YOLO detection", [.box],
    "Boxes are cut at the edge of the image and kept to 8 decimals of its size.")
  package static let yoloSegment = yolo(
    .segment, "yolo-segment", "YOLO segmentation", [.polygon],
    "One outline a line: holes are filled, objects of several pieces become several objects.")
  package static let yoloOBB = yolo(
    .obb, "yolo-obb", "YOLO rotated boxes", [.rotatedBox], "Four corners, clockwise from the first."
  )
  package static let yoloPose = yolo(
    .pose, "yolo-pose", "YOLO keypoints", [.keypoints],
    "Every class has the same number of keypoints, which `kpt_shape` says; their names are not kept."
  )

  private static func yolo(
    _ task: YOLOTask, _ id: String, _ name: String, _ holds: Set<DatasetLabelKind>, _ notes: String
  ) -> DatasetFormat {
    DatasetFormat(
      facts: DatasetFormatFacts(
        id: id, name: name,
        layout:
          "`labels/[SUBSET/]STEM.txt`, `data.yaml` (or `classes.txt`, `obj.names`), `images/[SUBSET/]…`",
        source: "docs.ultralytics.com/datasets", holds: holds,
        notes: notes
          + " Numbers are shares of the image's size, so the images must lie beside to be read. Boxes and "
          + "outlines may be in one set. Where nothing says what classes are called, their numbers are "
          + "their names. Labels may lie beside their images. Confidences of predictions are read as scores. "
          + "Crowds, groups, scores and attributes are not kept.", isFilePerItem: true),
      matches: { folder in
        YOLOFiles.found(in: folder)?.task == task
          || task == .detect && YOLOFiles.brokenList(folder) != nil
      },
      read: { folder, diagnostics in
        let files = YOLOFiles.found(in: folder)
        return WithUnlabelledImages(
          try YOLOReader(task, folder, diagnostics), folder, labels: files?.labels ?? [],
          isSet: files != nil
        ) { image in
          let (stem, said) = YOLOFiles.place(of: image)
          let subset = files?.subset(of: image, said, diagnostics) ?? said
          return (stem + image.dropFirst(DatasetItem.stem(of: image).count), subset)
        }
      }, write: { YOLOWriter(task, $0, $1, $2) })
  }
}

/// Class names and label files of a YOLO set.
struct YOLOFiles: Sendable {
  var names: [String] = []
  var keypoints: (count: Int, dimensions: Int)?
  var labels: [String] = []
  private(set) var task = YOLOTask.detect
  private var splits: YOLOSplits?
  /// Whether the set says what its classes are called.
  private(set) var isNamed = true
  /// Bytes of a list of classes, and values in it.
  private static let listLimit = 64 << 20
  private static let classLimit = 2_500_000
  /// Keypoints of an object.
  private static let keypointLimit = 10_000
  /// As the set says; most do not.
  private var saidTask: YOLOTask?
  /// Of classes that the set counts otherwise than it names them: where it does, and how many.
  private(set) var otherCount: (file: String, count: Int64)?

  /// Looked for once, though four formats ask.
  static func found(in folder: DatasetFolder) -> YOLOFiles? {
    folder.once { YOLOFiles(folder) }
  }

  private init?(_ folder: DatasetFolder) {
    guard folder.file == nil else { return nil }
    if let yaml = Self.list(folder), let text = try? folder.text(yaml),
      let json = try? YAMLNotation.json(text, limit: Self.listLimit, valueLimit: Self.classLimit)
    {
      guard let found = Self.names(json["names"]) else { return nil }
      names = found
      if let count = json["nc"]?.integer, count != found.count { otherCount = (yaml, count) }
      splits = YOLOSplits(json, folder)
      saidTask = json["task"]?.string.flatMap(YOLOTask.init)
      if let shape = json["kpt_shape"]?.array?.compactMap({ $0.integer.map { Int($0) } }),
        shape.count == 2, (0...Self.keypointLimit).contains(shape[0]), (2...3).contains(shape[1])
      {
        keypoints = (shape[0], shape[1])
      }
    } else if let list = folder.files.first(where: { name in
      Self.lists.contains(name) || name.hasSuffix("_darknet.labels")
    }), let text = try? folder.text(list) {
      // A class is the line that it stands in; one without a name has its number.
      names = text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.trimmingASCIISpace }
      while names.last?.isEmpty == true { names.removeLast() }
      if folder.has(Self.darknet), let said = try? folder.text(Self.darknet) {
        splits = YOLOSplits(YOLOSplits.said(inDarknet: said), folder)
      }
    } else {
      isNamed = false
    }
    let lists: Set<String> = [
      "classes.txt", "predefined_classes.txt", "train.txt", "val.txt", "test.txt", "notes.txt", "labels.txt",
    ]
    labels = folder.files(ending: ".txt").filter { name in
      let last = name.split(separator: "/").last.map(String.init) ?? name
      return !lists.contains(last) && !last.lowercased().hasPrefix("readme")
    }
    if !isNamed {
      // A list further down is of a set further down.
      let hasList = folder.files.contains { name in
        ["classes.txt", "obj.names", "data.yaml", "dataset.yaml", "data.yml"].contains(
          name.split(separator: "/").last ?? "")
      }
      guard !hasList, Self.list(folder) == nil, let count = classCount(folder) else { return nil }
      names = (0..<count).map { "class \($0)" }
    }
    names = names.enumerated().map { $0.element.isEmpty ? "class \($0.offset)" : $0.element }
    task = saidTask ?? taskOfLines(folder)
  }

  private static let darknet = "obj.data"
  /// Lists of classes, a line each; labelImg and Roboflow have names of their own.
  private static let lists = [
    "classes.txt", "obj.names", "labels/classes.txt", "predefined_classes.txt",
    "data/predefined_classes.txt",
  ]

  private static func list(_ folder: DatasetFolder) -> String? {
    folder.files.first { ["data.yaml", "dataset.yaml", "data.yml"].contains($0) }
      ?? folder.files.first { name in
        (name.hasSuffix(".yaml") || name.hasSuffix(".yml")) && !name.contains("/")
      }
  }

  /// The subset of an image: as the set says, or else as its path does.
  func subset(of image: String, _ ofPath: String, _ diagnostics: Diagnostics) -> String {
    guard let splits else { return ofPath }
    if let said = splits.subset(of: image) {
      // `train2017` is a part of what to train on, with a name of its own.
      return DatasetItem.part(of: ofPath) == said ? ofPath : said
    }
    guard splits.hasLists else { return ofPath }
    diagnostics.lose("images without a subset, as no list of the set names them")
    return ""
  }

  /// A list of classes that cannot be read, beside files that look like labels.
  static func brokenList(_ folder: DatasetFolder) -> String? {
    guard let list = list(folder), list.contains("data"), found(in: folder) == nil,
      folder.files.contains(where: { $0.hasSuffix(".txt") && $0.contains("labels/") })
    else { return nil }
    return list
  }

  /// One more than the greatest class of a set without a list of them; nil where its files are no labels:
  /// each must have an image, and numbers alone.
  private func classCount(_ folder: DatasetFolder) -> Int? {
    var count = 0
    for name in labels {
      guard let image = folder.image(named: Self.place(of: name).stem, like: name),
        let bytes = try? folder.open(name)
      else { return nil }
      // Beside its image, as labelImg has it, it may be a text of a few numbers.
      let isLabel = name.contains("labels/")
      guard isLabel || DatasetItem.stem(of: image) == DatasetItem.stem(of: name) else { return nil }
      for line in bytes.lines() where !line.isEmpty {
        let words = line.words
        guard isLabel || words.count >= 5, words.allSatisfy({ Double($0) != nil }),
          let number = Double(words[0]).flatMap({ Int(exactly: $0) }),
          (0..<Self.classLimit).contains(number)
        else { return nil }
        count = max(count, number + 1)
      }
    }
    return count > 0 ? count : nil
  }

  private static func names(_ json: JSON?) -> [String]? {
    if let list = json?.array { return list.map { $0.string ?? $0.text } }
    guard let members = json?.members else { return nil }
    let pairs = members.compactMap { member in
      Int(member.name).map { ($0, member.value.string ?? member.value.text) }
    }
    guard pairs.count == members.count else { return nil }
    var names: [String] = []
    for (index, name) in pairs.sorted(by: { $0.0 < $1.0 }) {
      // A gap in the numbers is a class without a name.
      while names.count < index, names.count < 1_000_000 { names.append("class \(names.count)") }
      names.append(name)
    }
    return names
  }

  /// By the count of numbers in the first lines: four, eight, or more.
  private func taskOfLines(_ folder: DatasetFolder) -> YOLOTask {
    if keypoints != nil { return .pose }
    var counts: Set<Int> = []
    for name in labels.prefix(50) {
      guard let bytes = try? folder.open(name) else { continue }
      // Fewer are a line that is cut off.
      for line in bytes.lines().prefix(20) where line.words.count >= 5 {
        counts.insert(line.words.count)
      }
      if counts.count > 3 { break }
    }
    if counts.isEmpty || counts.isSubset(of: [5, 6]) { return .detect }
    // Predictions have their confidence at the end.
    return counts.isSubset(of: [9, 10]) ? .obb : .segment
  }

  /// `train`, and `train2017` as COCO calls it.
  private static func subsetOfFolder(_ name: String) -> String? {
    if let said = DatasetItem.subset(of: name) { return said }
    let letters = name.prefix { $0.isLetter }
    let isYear = letters.count < name.count && name.dropFirst(letters.count).allSatisfy(\.isNumber)
    return isYear && DatasetItem.part(of: name) != nil ? name : nil
  }

  /// The part of a label file's path below `labels/`, or of an image's below `images/`, and the subset
  /// that it says.
  static func place(of label: String) -> (stem: String, subset: String) {
    var parts = DatasetItem.stem(of: label).split(separator: "/").map(String.init)
    let roots: Set<String> = [
      "labels", "images", "obj_train_data", "obj_valid_data", "obj_val_data", "obj_test_data",
    ]
    var subset: String?
    if let root = parts.firstIndex(where: roots.contains) {
      if root > 0 { subset = DatasetItem.subset(of: parts[root - 1]) }
      if ["obj_valid_data", "obj_val_data"].contains(parts[root]) { subset = "val" }
      if parts[root] == "obj_test_data" { subset = "test" }
      parts.removeFirst(root + 1)
    }
    if parts.count > 1, let said = subsetOfFolder(parts[0]) {
      subset = said
      parts.removeFirst()
    }
    return (parts.joined(separator: "/"), subset ?? "")
  }
}
