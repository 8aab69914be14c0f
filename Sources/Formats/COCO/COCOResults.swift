import Labels
import Notation

extension DatasetFormat {
  /// Asked for by name: what lies beside an annotation file may be somebody's results and not the truth.
  package static let cocoResults = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "coco-results", name: "COCO results",
      layout: "the annotation file whose ids they name, and one JSON file that is a list of results",
      source: "cocodataset.org, Results format", holds: [.box, .polygon, .pieces, .mask, .keypoints],
      carries: [.score],
      notes: """
        Predictions: each object has a score, and names its image and class by the ids of the annotation \
        file, whose own labels are not read. It is asked for by name and only read.
        """),
    matches: { _ in false },
    read: { folder, diagnostics in
      let lists = folder.files(ending: ".json").filter { file in
        (try? folder.open(file)).map { COCOResults.matches($0, isAskedFor: true) } ?? false
      }
      guard lists.count == 1 else {
        throw FormatFault(
          folder.title, "",
          lists.isEmpty
            ? "there is no list of results in it" : "there are \(lists.count) lists of results in it",
          remedy: "Put one beside the annotation file whose ids it names.")
      }
      return try COCOResults.items(
        folder.open(lists[0]), named: lists[0], of: folder, diagnostics)
    }, write: nil)
}

/// Predictions as COCO's tools exchange them: a list of objects, each with the ids of an image and of a
/// category of the annotation file that they answer.
package enum COCOResults {
  /// Whether a file is such a list.
  ///
  /// - Parameter isAskedFor: whether a list without anything in it is one, of a model that found nothing.
  package static func matches(_ bytes: MappedBytes, isAskedFor: Bool = false) -> Bool {
    var cursor = bytes.cursor()
    guard cursor.peek() == UInt8(ascii: "["), (try? cursor.enterArray()) != nil,
      let isFilled = try? cursor.nextElement(isFirst: true)
    else { return false }
    guard isFilled else { return isAskedFor }
    guard let first = try? cursor.value() else { return false }
    return first["image_id"] != nil && first["score"] != nil
  }

  /// Items with the objects as their labels, by name, which are looked at as those of any set.
  package static func reader(
    _ results: MappedBytes, named file: String, of truth: DatasetFolder, _ diagnostics: Diagnostics
  ) throws -> any DatasetReading {
    SoundLabels(try items(results, named: file, of: truth, diagnostics), diagnostics)
  }

  fileprivate static func items(
    _ results: MappedBytes, named file: String, of truth: DatasetFolder, _ diagnostics: Diagnostics
  ) throws -> any DatasetReading {
    var schema = DatasetSchema()
    let images = try images(of: truth, named: file)
    let found = try labels(results, named: file, of: images, &schema, diagnostics)
    let sizes = Dictionary(images.names.values.map { ($0.name, $0.size) }) { first, _ in first }
    return Items(
      schema: schema,
      rest: found.sorted { $0.key > $1.key }.map { name, labels in
        DatasetItem(
          name: name, size: sizes[name] ?? nil, labels: labels,
          media: truth.image(named: name).map(truth.fullPath))
      })
  }

  private struct Items: DatasetReading {
    let schema: DatasetSchema
    /// From the last on.
    var rest: [DatasetItem]
    mutating func next() -> DatasetItem? { rest.popLast() }
  }

  /// What the ids mean, as the annotation file tells.
  private struct Images {
    let index: COCOIndex
    var names: [Int64: (name: String, size: ImageSize?)] = [:]
  }

  private static func images(of truth: DatasetFolder, named file: String) throws -> Images {
    let files = COCOFiles(truth)
    guard files.files.count == 1 else {
      throw FormatFault(
        file, "", "a list of results needs the one COCO file whose ids it names",
        remedy: "Name that file as the ground truth, or put it beside.")
    }
    let name = files.files[0].name
    var found = Images(
      index: try COCOIndex(truth.open(name), file: name, Diagnostics(.lenient)))
    for place in found.index.images.indices {
      let image = try found.index.image(place)
      guard let id = COCOIndex.id(image["id"]), let name = image["file_name"]?.string else { continue }
      found.names[id] = (name, COCOIndex.size(of: image))
    }
    return found
  }

  /// The objects by the names of their images.
  ///
  /// - Parameter truth: the annotation file, which tells what the ids mean.
  /// - Throws: `FormatFault`; where the mode is lenient, only for a file that is not JSON.
  /// - Complexity: O(objects) of memory
  package static func labels(
    _ results: MappedBytes, named file: String, of truth: DatasetFolder,
    _ schema: inout DatasetSchema, _ diagnostics: Diagnostics
  ) throws -> [String: [DatasetLabel]] {
    try labels(
      results, named: file, of: images(of: truth, named: file), &schema, diagnostics)
  }

  private static func labels(
    _ results: MappedBytes, named file: String, of images: Images,
    _ schema: inout DatasetSchema, _ diagnostics: Diagnostics
  ) throws -> [String: [DatasetLabel]] {
    let index = images.index
    let classes = Dictionary(
      index.categories.compactMap { one in
        COCOIndex.id(one["id"]).flatMap { id in one["name"]?.string.map { (id, $0) } }
      }
    ) { first, _ in first }
    var found: [String: [DatasetLabel]] = [:]
    var place = 0
    do {
      var cursor = results.cursor()
      try cursor.enterArray()
      var isFirst = true
      while try cursor.nextElement(isFirst: isFirst) {
        isFirst = false
        let json = try cursor.value()
        defer { place += 1 }
        guard let image = COCOIndex.id(json["image_id"]).flatMap({ images.names[$0] }) else {
          try diagnostics.report(
            file, "[\(place)].image_id", "there is no image \(json["image_id"]?.text ?? "named")",
            remedy: "Name an image of the ground truth; the object is left out.")
          continue
        }
        guard let name = COCOIndex.id(json["category_id"]).flatMap({ classes[$0] }) else {
          try diagnostics.report(
            file, "[\(place)].category_id",
            "there is no category \(json["category_id"]?.text ?? "named")",
            remedy: "Name a category of the ground truth; the object is left out.")
          continue
        }
        do {
          let points = index.categories.first { $0["name"]?.string == name }?["keypoints"]
          found[image.name, default: []].append(
            try label(
              json, schema.index(of: name), image.size,
              points: points?.array?.compactMap(\.string) ?? [], diagnostics))
        } catch {
          try diagnostics.report(
            file, "[\(place)].\(error.path)", error.problem,
            remedy: "Put it right; the object is left out.")
        }
      }
      try results.reportMore(after: &cursor, in: file, diagnostics)
    } catch let error as JSONError {
      throw COCOIndex.fault(error, file, results)
    }
    return found
  }

  /// - Parameter points: names of the keypoints that its class has.
  private static func label(
    _ json: JSON, _ classIndex: Int, _ size: ImageSize?, points: [String],
    _ diagnostics: Diagnostics
  ) throws(NotationFault) -> DatasetLabel {
    var label = DatasetLabel(classIndex, .whole)
    guard let score = json["score"]?.number else {
      throw NotationFault(path: "score", problem: "an object of a model must have a number as its score")
    }
    label.score = score
    let box = try COCOShapes.box(json["bbox"])
    if let numbers = try COCOShapes.list(json["keypoints"], "keypoints") {
      // Some write how sure they are in place of whether it is seen; every point counts.
      let seen = numbers.enumerated().map { $0.offset % 3 == 2 ? 2 : $0.element }
      label.value = .shape(.keypoints(try COCOShapes.keypoints(seen, names: points)))
      label.box = box
    } else if let value = try COCOShapes.segmentation(json["segmentation"], diagnostics) {
      label.value = value
      label.box = COCOShapes.own(box, of: label)
    } else if let box {
      label.value = .shape(.box(box))
    } else {
      throw NotationFault(
        path: "bbox", problem: "there is neither a box nor an outline, nor are there keypoints")
    }
    return label
  }
}
