import Geometry
import Labels
import Notation

/// Reads COCO sets image by image (see `COCOIndex`).
///
/// Where a subset has several files — objects, keypoints, captions —, an image has the labels of all of
/// them; of an annotation that is in two, the one with keypoints.
struct COCOReader: DatasetReading {
  /// A file of the subset that is read.
  private struct Source {
    let index: COCOIndex
    /// Classes by the ids of this file.
    var classes: [Int64: Int] = [:]
    /// Names of licences by their ids.
    var licenses: [Int64: String] = [:]
    /// Places of images by name, but in the first file.
    var places: [String: Int] = [:]
    /// Places that an earlier file had too.
    var taken: Set<Int> = []
  }

  private(set) var schema = DatasetSchema()
  private let folder: DatasetFolder
  private let diagnostics: Diagnostics
  private let groups: [COCOFiles.Group]
  private var group = -1
  private var sources: [Source] = []
  /// Of the source and the image that come next.
  private var (source, place) = (0, 0)

  init(_ folder: DatasetFolder, _ diagnostics: Diagnostics) throws {
    let files = COCOFiles(folder)
    guard !files.files.isEmpty else { throw COCOFiles.missing(in: folder) }
    try folder.reportBrokenJSON(besides: files.files.map(\.name), diagnostics)
    (self.folder, self.diagnostics, groups) = (folder, diagnostics, files.groups)
  }

  mutating func next() throws -> DatasetItem? {
    while true {
      while source < sources.count {
        while place < sources[source].index.images.count {
          place += 1
          guard !sources[source].taken.contains(place - 1) else { continue }
          if let item = try item(place - 1) { return item }
        }
        (source, place) = (source + 1, 0)
      }
      group += 1
      guard group < groups.count else { return nil }
      (sources, source, place) = ([], 0, 0)
      for name in groups[group].names { try open(name) }
    }
  }

  private mutating func open(_ name: String) throws {
    let index = try COCOIndex(folder.open(name), file: name, diagnostics)
    var classes: [Int64: Int] = [:]
    for (place, category) in index.categories.enumerated() {
      guard let id = COCOIndex.id(category["id"]), let name = category["name"]?.string,
        !name.isEmpty
      else {
        try diagnostics.report(
          index.file, "categories[\(place)]", "the category has no id or no name",
          remedy: "Give it both; its labels are left out.")
        continue
      }
      let keypoints = category["keypoints"]?.array?.compactMap(\.string) ?? []
      let skeleton = (category["skeleton"]?.array ?? []).compactMap { pair -> [Int]? in
        let ends = pair.array?.compactMap { $0.integer.map { Int($0) &- 1 } } ?? []
        return ends.count == 2 && ends.allSatisfy(keypoints.indices.contains) ? ends : nil
      }
      let number = schema.add(
        .init(
          name, supercategory: category["supercategory"]?.string ?? "", keypoints: keypoints,
          skeleton: skeleton))
      if schema.classes[number].keypoints.isEmpty, !keypoints.isEmpty {
        // Another file of the set has the class without them.
        schema.set(keypoints: keypoints, skeleton: skeleton, of: number)
      }
      let known = classes.updateValue(number, forKey: id)
      if known != nil {
        try diagnostics.report(
          index.file, "categories[\(place)].id",
          "another category has the id \(category["id"]?.text ?? "") too",
          remedy: "Give each category a number of its own; labels of it go to the last one.")
      }
    }
    var source = Source(index: index, classes: classes)
    for license in index.licenses {
      let name = ["name", "url"].lazy.compactMap { license[$0]?.string }.first { !$0.isEmpty }
      if let id = COCOIndex.id(license["id"]), let name { source.licenses[id] = name }
    }
    if !sources.isEmpty {
      for place in index.images.indices {
        if let name = try index.image(place)["file_name"]?.string { source.places[name] = place }
      }
    }
    sources.append(source)
  }

  private mutating func item(_ place: Int) throws -> DatasetItem? {
    let index = sources[source].index
    guard let image = try sound({ try index.image(place) }) else { return nil }
    guard let name = image["file_name"]?.string, !name.isEmpty else {
      try diagnostics.report(
        index.file, "images[\(place)].file_name", "the image has no file name",
        remedy: "Give it one; it is left out with its labels.")
      return nil
    }
    let subset = groups[group].subset
    let media = folder.image(named: name, like: groups[group].place)
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
    // By which an annotation that is in two files is known again.
    var ids: [Int64?] = []
    try addLabels(of: place, in: source, size, to: &labels, &ids)
    for other in sources.indices.dropFirst(source + 1) {
      guard let place = sources[other].places[name] else { continue }
      sources[other].taken.insert(place)
      try addLabels(of: place, in: other, size, to: &labels, &ids)
    }
    var metadata = image["metadata"]?.members ?? []
    addOthers(of: image, to: &metadata)
    if let license = COCOIndex.id(image["license"]).flatMap({ sources[source].licenses[$0] }) {
      metadata.append(.init("license", .string(license)))
    }
    return DatasetItem(
      name: name, subset: subset, size: size, labels: labels, metadata: metadata,
      media: media.map(folder.fullPath))
  }

  /// What else an image says, as sets of cameras and of flights do.
  private func addOthers(of image: JSON, to metadata: inout [JSON.Member]) {
    for member in image.members ?? [] {
      switch member.name {
      case "id", "file_name", "width", "height", "license", "metadata": continue
      default: break
      }
      switch member.value {
      case .null: break
      case .array, .object:
        diagnostics.lose("members of images left out that are lists or objects")
      default:
        if !metadata.contains(where: { $0.name == member.name }) { metadata.append(member) }
      }
    }
  }

  private mutating func addLabels(
    of place: Int, in source: Int, _ size: ImageSize?, to labels: inout [DatasetLabel],
    _ ids: inout [Int64?]
  ) throws {
    let index = sources[source].index
    let offsets = index.annotations(of: place)
    let known = labels.count
    let isAlone = sources.count == 1
    labels.reserveCapacity(known + offsets.count)
    for offset in offsets {
      guard let annotation = try sound({ try index.annotation(at: offset) }) else { continue }
      if annotation.hasOthers {
        diagnostics.lose("members of annotations left out that COCO does not know")
      }
      do {
        guard let label = try label(annotation, size, sources[source].classes) else { continue }
        let id = isAlone ? nil : COCOIndex.id(annotation.id)
        let same = (0..<known).first {
          id != nil && ids[$0] == id && labels[$0].classIndex == label.classIndex
            && labels[$0].bounds == label.bounds
        }
        if let same {
          if label.value.kind == .keypoints { labels[same] = label }
        } else {
          labels.append(label)
          if !isAlone { ids.append(id) }
        }
      } catch {
        let id = annotation.id.map { "annotation \($0.text)" } ?? "the annotation at byte \(offset)"
        try diagnostics.report(
          FormatFault(
            index.file,
            "line \(index.bytes.line(of: offset)), \(id)\(error.path.isEmpty ? "" : ", " + error.path)",
            error.problem, remedy: "Put it right; it is left out."))
      }
    }
  }

  /// What is damaged within its brackets costs only itself: that is told, and nil.
  private func sound<T>(_ read: () throws -> T) throws -> T? {
    do {
      return try read()
    } catch var fault as FormatFault {
      fault.remedy = "Put it right; it is left out."
      try diagnostics.report(fault)
      return nil
    }
  }

  private mutating func label(
    _ annotation: COCOAnnotation, _ size: ImageSize?, _ classes: [Int64: Int]
  ) throws(NotationFault) -> DatasetLabel? {
    if let caption = annotation.caption?.string { return DatasetLabel(-1, .caption(caption)) }
    guard let id = COCOIndex.id(annotation.category), let classIndex = classes[id] else {
      throw NotationFault(
        path: "category_id", problem: "there is no category \(annotation.category?.text ?? "named")"
      )
    }
    var label = DatasetLabel(classIndex, .whole)
    label.attributes = annotation.attributes?.members ?? []
    label.score = annotation.score?.number
    label.isCrowd = annotation.isCrowd?.integer == 1 || annotation.isCrowd?.bool == true
    label.group = annotation.group?.integer.map { Int($0) }.flatMap { $0 == 0 ? nil : $0 }
    label.track = annotation.track?.integer.map { Int($0) }
    try place(&label, annotation, size)
    // What its shape comes to anyway need not be kept.
    if let area = annotation.area?.number, area >= 0, let own = label.shapeArea,
      abs(area - own) > 1e-9 * max(1, own)
    {
      label.area = area
    }
    return label
  }

  /// Where an object is.
  private func place(
    _ label: inout DatasetLabel, _ annotation: COCOAnnotation, _ size: ImageSize?
  ) throws(NotationFault) {
    let box = try Self.box(annotation.box)
    if let keypoints = annotation.keypoints?.array, !keypoints.isEmpty {
      label.value = .shape(
        .keypoints(try Self.keypoints(keypoints, names: schema.classes[label.classIndex].keypoints))
      )
      label.box = box
      switch try Self.segmentation(annotation.segmentation, size, diagnostics) {
      case .shape(.polygon(let outline)): label.outlines = [outline]
      case .pieces(let pieces): label.outlines = pieces
      case nil: break
      default: diagnostics.lose("masks left out of objects that have keypoints")
      }
      return
    }
    if let value = try Self.segmentation(annotation.segmentation, size, diagnostics) {
      label.value = value
    } else if let box {
      label.value = .shape(.box(box))
    } else if annotation.box != nil || annotation.segmentation != nil {
      throw NotationFault(path: "bbox", problem: "there is neither a box nor an outline")
    }
  }

  static func box(_ json: JSON?) throws(NotationFault) -> Box? {
    guard let list = json?.array, !list.isEmpty else { return nil }
    guard list.count == 4, let x = list[0].number, let y = list[1].number,
      let width = list[2].number, let height = list[3].number
    else {
      throw NotationFault(path: "bbox", problem: "a box must be four numbers [x, y, width, height]")
    }
    let box = Box(x: x, y: y, width: width, height: height)
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
    _ json: JSON?, _ size: ImageSize?, _ diagnostics: Diagnostics
  ) throws(NotationFault) -> DatasetLabel.Value? {
    guard let json, !json.isNull else { return nil }
    if json.members != nil {
      return .shape(try ShapeNotation.shape(json, .mask, "segmentation"))
    }
    guard let list = json.array, !list.isEmpty else { return nil }
    // Some writers leave the outer list out of an outline that is alone.
    let outlines = list[0].array == nil ? [json] : list
    var (pieces, small): ([Polygon], Int) = ([], 0)
    for (place, outline) in outlines.enumerated() {
      let path = "segmentation[\(place)]"
      guard let list = outline.array else {
        throw NotationFault(path: path, problem: "must be a list of numbers")
      }
      let numbers = list.compactMap(\.number)
      guard numbers.count == list.count, numbers.count % 2 == 0,
        numbers.count >= 6 || outlines.count > 1
      else {
        throw NotationFault(path: path, problem: "must be three pairs of numbers or more")
      }
      guard numbers.count >= 6 else {
        small += 1
        continue
      }
      pieces.append(
        Polygon(
          stride(from: 0, to: numbers.count, by: 2).map {
            Point(x: numbers[$0], y: numbers[$0 + 1])
          }))
    }
    guard !pieces.isEmpty else {
      throw NotationFault(
        path: "segmentation", problem: "must have an outline of three points or more")
    }
    if small > 0 {
      diagnostics.lose(
        "pieces of outlines left out that have fewer than three points", count: small)
    }
    return pieces.count == 1 ? .shape(.polygon(pieces[0])) : .pieces(pieces)
  }
}
