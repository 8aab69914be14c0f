import Geometry
import Labels
import Notation

/// Reads COCO sets image by image (see `COCOIndex`), by their ids: pycocotools' order, in which the first of
/// two equal scores counts.
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
    var seen: SeenIDs
    /// Annotations with an id that another has.
    var doubled = 0

    init(index: COCOIndex, classes: [Int64: Int]) {
      (self.index, self.classes) = (index, classes)
      seen = SeenIDs(expecting: index.annotationCount)
    }
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
          let image = sources[source].index.order?[place] ?? place
          place += 1
          guard !sources[source].taken.contains(image) else { continue }
          if let item = try item(image) { return item }
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
    try index.forEachCategory(diagnostics) { id, name, category in
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
      classes[id] = number
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
    guard let image = try diagnostics.sound({ try index.image(place) }) else { return nil }
    guard let name = image["file_name"]?.string, !name.isEmpty else {
      try diagnostics.report(
        index.file, "images[\(place)].file_name", "the image has no file name",
        remedy: "Give it one; it is left out with its labels.")
      return nil
    }
    let subset = groups[group].subset
    let media = folder.image(named: name, like: groups[group].place)
    var size: ImageSize?
    if let said = COCOIndex.size(of: image) {
      size = said
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
    try addLabels(of: place, in: source, to: &labels, &ids)
    var license = self.license(of: image, in: source)
    for other in sources.indices.dropFirst(source + 1) {
      guard let place = sources[other].places[name] else { continue }
      sources[other].taken.insert(place)
      try addLabels(of: place, in: other, to: &labels, &ids)
      license = try license ?? self.license(of: sources[other].index.image(place), in: other)
    }
    var metadata = image["metadata"]?.members ?? []
    addOthers(of: image, to: &metadata)
    if let license { metadata.append(.init("license", .string(license))) }
    return DatasetItem(
      name: name, subset: subset, size: size, labels: labels, metadata: metadata,
      media: media.map(folder.fullPath))
  }

  private func license(of image: JSON, in source: Int) -> String? {
    COCOIndex.id(image["license"]).flatMap { sources[source].licenses[$0] }
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
    of place: Int, in source: Int, to labels: inout [DatasetLabel], _ ids: inout [Int64?]
  ) throws {
    let index = sources[source].index
    let offsets = index.annotations(of: place)
    let known = labels.count
    let isAlone = sources.count == 1
    labels.reserveCapacity(known + offsets.count)
    for offset in offsets {
      guard let annotation = try diagnostics.sound({ try index.annotation(at: offset) }) else {
        continue
      }
      if annotation.hasOthers {
        diagnostics.lose("members of annotations left out that COCO does not know")
      }
      if let id = COCOIndex.id(annotation.id), !sources[source].seen.insert(id) {
        try tell(ofDoubled: annotation, at: offset, in: source)
      }
      do {
        guard let label = try label(annotation, sources[source].classes) else { continue }
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

  /// Ids that several annotations have are told so often: finding the line of each takes a while.
  private static let toldDoubled = 20

  private mutating func tell(
    ofDoubled annotation: COCOAnnotation, at offset: Int, in source: Int
  ) throws {
    sources[source].doubled += 1
    guard sources[source].doubled <= Self.toldDoubled else {
      return diagnostics.lose("more annotations with ids that others have too, which are read")
    }
    let index = sources[source].index
    try diagnostics.report(
      FormatFault(
        index.file, "line \(index.bytes.line(of: offset))",
        "another annotation has the id \(annotation.id?.text ?? "") too",
        remedy: "Give each a number of its own; both are read."))
  }

  private mutating func label(
    _ annotation: COCOAnnotation, _ classes: [Int64: Int]
  ) throws(NotationFault) -> DatasetLabel? {
    // Beside a class it is said of the object; Datumaro writes 0 where there is none.
    let isOfObject = COCOIndex.id(annotation.category).map { $0 != 0 || classes[$0] != nil }
    if let caption = annotation.caption, !caption.isNull, isOfObject != true {
      guard let text = caption.string else { throw .init(path: "caption", problem: "must be a text") }
      return DatasetLabel(-1, .caption(text))
    }
    guard let id = COCOIndex.id(annotation.category), let classIndex = classes[id] else {
      throw NotationFault(
        path: "category_id", problem: "there is no category \(annotation.category?.text ?? "named")"
      )
    }
    var label = DatasetLabel(classIndex, .whole)
    label.score = try Self.number(annotation.score, "score")
    label.isCrowd = try Self.flag(annotation.isCrowd, "iscrowd")
    label.group = whole(annotation.group, "groups").flatMap { $0 == 0 ? nil : $0 }
    label.track = whole(annotation.track, "tracks")
    label.attributes = annotation.attributes?.members ?? []
    if let caption = annotation.caption, !caption.isNull {
      label.attributes.append(.init("caption", caption))
    }
    if let others = annotation.attributes, others.members == nil, !others.isNull, others.array != [] {
      diagnostics.lose("attributes of annotations left out that are no names with values")
    }
    try place(&label, annotation)
    let area = try Self.number(annotation.area, "area")
    // What its shape comes to anyway need not be kept.
    if let area, area >= 0, let own = label.shapeArea, abs(area - own) > 1e-9 * max(1, own) {
      label.area = area
    }
    return label
  }

  private static func number(_ json: JSON?, _ path: String) throws(NotationFault) -> Double? {
    guard let json, !json.isNull else { return nil }
    guard let number = json.number, number.isFinite else {
      throw NotationFault(path: path, problem: "must be a number, not \(json.text)")
    }
    return number
  }

  private static func flag(_ json: JSON?, _ path: String) throws(NotationFault) -> Bool {
    guard let json, !json.isNull else { return false }
    if let bool = json.bool { return bool }
    guard let number = json.integer, (0...1).contains(number) else {
      throw NotationFault(path: path, problem: "must be 0 or 1, not \(json.text)")
    }
    return number == 1
  }

  /// A number by which some annotations belong together; what else stands for it is counted.
  private func whole(_ json: JSON?, _ plural: String) -> Int? {
    guard let json, !json.isNull else { return nil }
    if let number = json.integer { return Int(number) }
    diagnostics.lose("\(plural) of annotations left out that are no whole numbers")
    return nil
  }

  /// Where an object is.
  private func place(
    _ label: inout DatasetLabel, _ annotation: COCOAnnotation
  ) throws(NotationFault) {
    let box = try COCOShapes.box(annotation.box)
    if let keypoints = try COCOShapes.list(annotation.keypoints, "keypoints") {
      label.value = .shape(
        .keypoints(try COCOShapes.keypoints(keypoints, names: schema.classes[label.classIndex].keypoints))
      )
      label.box = box
      switch try COCOShapes.segmentation(annotation.segmentation, diagnostics) {
      case .shape(.polygon(let outline)): label.outlines = [outline]
      case .pieces(let pieces): label.outlines = pieces
      case nil: break
      default: diagnostics.lose("masks left out of objects that have keypoints")
      }
      return
    }
    if let value = try COCOShapes.segmentation(annotation.segmentation, diagnostics) {
      label.value = value
      label.box = COCOShapes.own(box, of: label)
    } else if let box {
      label.value = .shape(.box(box))
    } else if annotation.box != nil || annotation.segmentation != nil {
      throw NotationFault(path: "bbox", problem: "there is neither a box nor an outline")
    }
  }
}
