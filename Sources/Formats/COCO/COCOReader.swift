import Geometry
import Labels
import Notation

/// Reads COCO sets image by image (see `COCOIndex`).
struct COCOReader: DatasetReading {
  private(set) var schema = DatasetSchema()
  private let folder: DatasetFolder
  private let diagnostics: Diagnostics
  private let files: [(name: String, subset: String)]
  private var file = -1
  private var index: COCOIndex?
  private var place = 0
  /// Classes by the ids of the file that is read.
  private var classes: [Int64: Int] = [:]

  init(_ folder: DatasetFolder, _ diagnostics: Diagnostics) throws {
    guard let files = COCOFiles(folder) else {
      throw FormatFault(
        folder.file ?? folder.path, "",
        "there is no JSON file with the lists images and annotations",
        remedy: "Name a COCO file, or a folder with one.")
    }
    (self.folder, self.diagnostics, self.files) = (folder, diagnostics, files.files)
  }

  mutating func next() throws -> DatasetItem? {
    while true {
      if let index, place < index.images.count {
        place += 1
        if let item = try item(place - 1, index) { return item }
        continue
      }
      file += 1
      guard file < files.count else { return nil }
      try open(files[file].name)
    }
  }

  private mutating func open(_ name: String) throws {
    let index = try COCOIndex(folder.open(name), file: name, diagnostics)
    (self.index, place, classes) = (index, 0, [:])
    for (place, category) in index.categories.enumerated() {
      guard let id = category["id"]?.integer, let name = category["name"]?.string, !name.isEmpty
      else {
        try diagnostics.report(
          index.file, "categories[\(place)]", "the category has no id or no name",
          remedy: "Give it both; its labels are left out.")
        continue
      }
      let keypoints = category["keypoints"]?.array?.compactMap(\.string) ?? []
      let skeleton = (category["skeleton"]?.array ?? []).compactMap { pair -> [Int]? in
        let ends = pair.array?.compactMap { $0.integer.map { Int($0) - 1 } } ?? []
        return ends.count == 2 && ends.allSatisfy(keypoints.indices.contains) ? ends : nil
      }
      let known = classes.updateValue(
        schema.add(
          .init(
            name, supercategory: category["supercategory"]?.string ?? "", keypoints: keypoints,
            skeleton: skeleton)), forKey: id)
      if known != nil {
        try diagnostics.report(
          index.file, "categories[\(place)].id", "another category has the id \(id) too",
          remedy: "Give each category a number of its own; labels of \(id) go to the last one.")
      }
    }
  }

  private mutating func item(_ place: Int, _ index: COCOIndex) throws -> DatasetItem? {
    let image = try index.image(place)
    guard let name = image["file_name"]?.string, !name.isEmpty else {
      try diagnostics.report(
        index.file, "images[\(place)].file_name", "the image has no file name",
        remedy: "Give it one; it is left out with its labels.")
      return nil
    }
    let media = folder.image(named: name)
    var size: ImageSize?
    if let width = image["width"]?.integer, let height = image["height"]?.integer, width > 0,
      height > 0,
      width <= 1_000_000, height <= 1_000_000
    {
      size = ImageSize(width: Int(width), height: Int(height))
    } else if let media, let own = folder.size(of: media) {
      size = own
    } else {
      try diagnostics.report(
        index.file, "images[\(place)]",
        "width and height are no sizes of an image, and the image is not there",
        remedy: "Say both in pixels, or put the image beside; boxes are read, masks are not.")
    }
    var labels: [DatasetLabel] = []
    for (offset, annotation) in try index.annotations(of: place) {
      do {
        if let label = try label(annotation, size) { labels.append(label) }
      } catch {
        let line = index.bytes.line(of: offset)
        let id = annotation["id"].map { "annotation \($0.text)" } ?? "an annotation"
        try diagnostics.report(
          FormatFault(
            index.file, "line \(line), \(id)\(error.path.isEmpty ? "" : ", " + error.path)",
            error.problem,
            remedy: "Put it right; it is left out."))
      }
    }
    return DatasetItem(
      name: name, subset: files[file].subset, size: size, labels: labels,
      media: media.map(folder.fullPath))
  }

  private mutating func label(_ json: JSON, _ size: ImageSize?) throws(NotationFault)
    -> DatasetLabel?
  {
    if let caption = json["caption"]?.string { return DatasetLabel(-1, .caption(caption)) }
    guard let id = json["category_id"]?.integer, let classIndex = classes[id] else {
      throw NotationFault(
        path: "category_id", problem: "there is no category \(json["category_id"]?.text ?? "named")"
      )
    }
    var label = DatasetLabel(classIndex, .whole)
    label.attributes = json["attributes"]?.members ?? []
    label.score = json["score"]?.number
    label.isCrowd = json["iscrowd"]?.integer == 1
    label.group = json["group"]?.integer.map { Int($0) }.flatMap { $0 == 0 ? nil : $0 }
    label.track = json["track_id"]?.integer.map { Int($0) }
    let box = try Self.box(json["bbox"])
    if let keypoints = json["keypoints"]?.array, !keypoints.isEmpty {
      label.value = .shape(
        .keypoints(try Self.keypoints(keypoints, names: schema.classes[classIndex].keypoints)))
      label.box = box
      switch try Self.segmentation(json["segmentation"], size) {
      case .shape(.polygon(let outline)): label.outlines = [outline]
      case .pieces(let pieces): label.outlines = pieces
      case nil: break
      default: diagnostics.lose("masks left out of objects that have keypoints")
      }
      return label
    }
    if let value = try Self.segmentation(json["segmentation"], size) {
      label.value = value
    } else if let box {
      label.value = .shape(.box(box))
    } else if json["bbox"] != nil || json["segmentation"] != nil {
      return nil
    }
    return label
  }

  static func box(_ json: JSON?) throws(NotationFault) -> Box? {
    guard let list = json?.array, !list.isEmpty else { return nil }
    let numbers = list.compactMap(\.number)
    guard numbers.count == 4, list.count == 4 else {
      throw NotationFault(path: "bbox", problem: "a box must be four numbers [x, y, width, height]")
    }
    let box = Box(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
    guard box.isFinite else {
      throw NotationFault(path: "bbox", problem: "a box must end where a number can say it")
    }
    guard box.width >= 0, box.height >= 0 else {
      throw NotationFault(
        path: "bbox",
        problem: "a box of \(box.width)×\(box.height) pixels has no extent below zero to have")
    }
    return box
  }

  static func keypoints(_ list: [JSON], names: [String]) throws(NotationFault) -> Keypoints {
    let numbers = list.compactMap(\.number)
    guard numbers.count == list.count, numbers.count % 3 == 0,
      names.isEmpty || numbers.count == 3 * names.count
    else {
      throw NotationFault(
        path: "keypoints",
        problem: "there must be three numbers for each of \(names.count) keypoints")
    }
    var keypoints: [Keypoints.Keypoint] = []
    for start in stride(from: 0, to: numbers.count, by: 3) {
      guard let visibility = Int32(exactly: numbers[start + 2]).flatMap(Keypoints.Visibility.init)
      else {
        throw NotationFault(path: "keypoints[\(start + 2)]", problem: "must be 0, 1 or 2")
      }
      let point =
        visibility == .absent ? Point(x: 0, y: 0) : Point(x: numbers[start], y: numbers[start + 1])
      keypoints.append(.init(point, visibility))
    }
    return Keypoints(keypoints)
  }

  static func segmentation(
    _ json: JSON?, _ size: ImageSize?
  ) throws(NotationFault) -> DatasetLabel.Value? {
    guard let json, !json.isNull else { return nil }
    if json.members != nil {
      return .shape(try ShapeNotation.shape(json, .mask, "segmentation"))
    }
    guard let list = json.array, !list.isEmpty else { return nil }
    // Some writers leave the outer list out of an outline that is alone.
    let outlines = list[0].array == nil ? [json] : list
    var pieces: [Polygon] = []
    for (place, outline) in outlines.enumerated() {
      let path = "segmentation[\(place)]"
      guard let list = outline.array else {
        throw NotationFault(path: path, problem: "must be a list of numbers")
      }
      let numbers = list.compactMap(\.number)
      guard numbers.count == list.count, numbers.count % 2 == 0, numbers.count >= 6 else {
        throw NotationFault(path: path, problem: "must be three pairs of numbers or more")
      }
      pieces.append(
        Polygon(
          stride(from: 0, to: numbers.count, by: 2).map {
            Point(x: numbers[$0], y: numbers[$0 + 1])
          }))
    }
    return pieces.count == 1 ? .shape(.polygon(pieces[0])) : .pieces(pieces)
  }
}
