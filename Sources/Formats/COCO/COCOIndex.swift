import Labels
import Notation

/// Where the images, annotations and categories of a COCO file lie in its bytes, with the annotations
/// sorted by image: sixteen bytes an annotation, whatever it holds, so that a set is read image by image
/// in any order it was written in.
struct COCOIndex {
  let bytes: MappedBytes
  let file: String
  /// Offsets of images, in the order of the file.
  private(set) var images: [Int] = []
  /// Places of images by their ids; nil where that is the order of the file.
  private(set) var order: [Int]?
  /// Offsets of annotations, by image.
  private var annotations: [(image: Int32, offset: Int)] = []
  private var firsts: [Int] = []
  private(set) var categories: [JSON] = []
  private(set) var licenses: [JSON] = []
  private var places: [Int64: Int32] = [:]

  init(_ bytes: MappedBytes, file: String, _ diagnostics: Diagnostics) throws {
    (self.bytes, self.file) = (bytes, file)
    var annotationsAt: Int?
    var refused: (any Error)?
    var (strangers, seen, doubled): ([Int], Set<String>, [String]) = ([], [], [])
    do {
      var cursor = bytes.cursor()
      try cursor.members { name, cursor throws(JSONError) in
        guard seen.insert(name).inserted else {
          doubled.append(name)
          return try cursor.skip()
        }
        switch name {
        case "images":
          var place = 0
          try cursor.elements { element throws(JSONError) in
            if element.peek() == UInt8(ascii: "{") {
              images.append(element.position)
            } else {
              strangers.append(place)
            }
            place += 1
            try element.skip()
          }
        case "annotations":
          _ = cursor.peek()
          annotationsAt = cursor.position
          // Mostly the images come first, so that annotations need not be passed over before they are read.
          guard !images.isEmpty, firsts.isEmpty else { return try cursor.skip() }
          do {
            try nameImages(diagnostics)
            try sortAnnotations(&cursor, diagnostics)
          } catch {
            refused = error
            throw error as? JSONError ?? JSONError(.unexpectedEnd, at: cursor.position)
          }
        case "categories":
          try cursor.elements { element throws(JSONError) in categories.append(try element.value())
          }
        case "licenses" where cursor.peek() == UInt8(ascii: "["):
          try cursor.elements { element throws(JSONError) in licenses.append(try element.value())
          }
        default: try cursor.skip()
        }
      }
      try bytes.reportMore(after: &cursor, in: file, diagnostics)
    } catch let error as JSONError {
      if let refused, !(refused is JSONError) { throw refused }
      throw Self.fault(error, file, bytes)
    }
    for place in strangers { try Self.reportStranger(file, "images[\(place)]", diagnostics) }
    for name in doubled {
      try diagnostics.report(
        file, name, "there is another member of that name",
        remedy: "Put both into one; the first is read.")
    }
    guard firsts.isEmpty else { return }
    try nameImages(diagnostics)
    guard let annotationsAt else { return }
    do {
      var cursor = bytes.cursor(from: annotationsAt)
      try sortAnnotations(&cursor, diagnostics)
    } catch let error as JSONError {
      throw Self.fault(error, file, bytes)
    }
  }

  private static func reportStranger(
    _ file: String, _ place: String, _ diagnostics: Diagnostics
  ) throws {
    try diagnostics.report(
      file, place, "it is no object", remedy: "Put it right; it is left out.")
  }

  /// By their ids; of several with one id the last is the one.
  private mutating func nameImages(_ diagnostics: Diagnostics) throws {
    guard places.isEmpty else { return }
    places.reserveCapacity(images.count)
    var (ids, isOfNumbers): ([Int64], Bool) = ([], true)
    for (place, offset) in images.enumerated() {
      let json = try Self.member("id", at: offset, bytes, file)
      ids.append(json?.integer ?? .max)
      isOfNumbers = isOfNumbers && json?.string == nil
      guard let id = Self.id(json) else {
        try diagnostics.report(
          file, "images[\(place)].id", "the image has neither a whole number nor a text as its id",
          remedy: "Give each image a number of its own; this one's labels cannot be found.")
        continue
      }
      guard places.updateValue(Int32(place), forKey: id) == nil else {
        try diagnostics.report(
          file, "images[\(place)].id", "another image has the id \(json?.text ?? "") too",
          remedy: "Give each image a number of its own; labels of it go to the last one.")
        continue
      }
    }
    if isOfNumbers, zip(ids, ids.dropFirst()).contains(where: { $0 > $1 }) {
      order = images.indices.sorted { (ids[$0], $0) < (ids[$1], $1) }
    }
  }

  private mutating func sortAnnotations(
    _ cursor: inout JSONCursor, _ diagnostics: Diagnostics
  ) throws {
    var place = 0
    try cursor.enterArray()
    while try cursor.nextElement(isFirst: place == 0) {
      let offset = cursor.position
      guard cursor.peek() == UInt8(ascii: "{") else {
        try Self.reportStranger(file, "annotations[\(place)]", diagnostics)
        try cursor.skip()
        place += 1
        continue
      }
      let image = try cursor.member("image_id")
      if let id = Self.id(image), let known = places[id] {
        annotations.append((known, offset))
      } else {
        try diagnostics.report(
          file, "annotations[\(place)].image_id",
          "there is no image with the id \(image?.text ?? "that is missing")",
          remedy: "Add the image, or leave the annotation out.")
      }
      place += 1
    }
    // Mostly they are in order already, which costs nothing more.
    let isSorted = zip(annotations, annotations.dropFirst()).allSatisfy { $0.image <= $1.image }
    if !isSorted { annotations.sort { ($0.image, $0.offset) < ($1.image, $1.offset) } }
    firsts = [Int](repeating: 0, count: images.count + 1)
    for annotation in annotations { firsts[Int(annotation.image) + 1] += 1 }
    for image in images.indices { firsts[image + 1] += firsts[image] }
  }

  /// Goes through the categories that have an id and a name. Those that have not are told, and those whose
  /// id another has too.
  func forEachCategory(
    _ diagnostics: Diagnostics, _ body: (_ id: Int64, _ name: String, JSON) -> Void
  ) throws {
    var (ids, names): (Set<Int64>, Set<String>) = ([], [])
    for (place, category) in categories.enumerated() {
      guard let id = Self.id(category["id"]), let name = category["name"]?.string, !name.isEmpty
      else {
        try diagnostics.report(
          file, "categories[\(place)]", "the category has no id or no name",
          remedy: "Give it both; its labels are left out.")
        continue
      }
      body(id, name, category)
      if !names.insert(name).inserted {
        diagnostics.lose("categories read as one class as they have one name")
      }
      guard !ids.insert(id).inserted else { continue }
      try diagnostics.report(
        file, "categories[\(place)].id",
        "another category has the id \(category["id"]?.text ?? "") too",
        remedy: "Give each category a number of its own; labels of it go to the last one.")
    }
  }

  var annotationCount: Int { annotations.count }

  func image(_ place: Int) throws -> JSON { try Self.value(at: images[place], bytes, file) }

  /// Offsets of the annotations of an image, in the order of the file.
  func annotations(of place: Int) -> some Collection<Int> {
    let range = firsts.isEmpty ? 0..<0 : firsts[place]..<firsts[place + 1]
    return annotations[range].lazy.map(\.offset)
  }

  func annotation(at offset: Int) throws -> COCOAnnotation {
    try Self.read(at: offset, bytes, file) { cursor throws(JSONError) in try COCOAnnotation(&cursor) }
  }

  /// An annotation with all that it has.
  func tree(at offset: Int) throws -> JSON { try Self.value(at: offset, bytes, file) }

  /// A number by which what has an id is known: texts, which some write in place of numbers, by their hash.
  static func id(_ json: JSON?) -> Int64? {
    json?.integer ?? json?.string.map { Int64(bitPattern: FNVHash.of($0.utf8)) }
  }

  /// Pixels of a side beyond which no size is meant.
  private static let sideLimit: Int64 = 1_000_000

  /// What an image says of its size; nil where it is none.
  static func size(of image: JSON) -> ImageSize? {
    guard let width = image["width"]?.integer, let height = image["height"]?.integer,
      (1...sideLimit).contains(width), (1...sideLimit).contains(height)
    else { return nil }
    return ImageSize(width: Int(width), height: Int(height))
  }

  private static func member(
    _ wanted: StaticString, at offset: Int, _ bytes: MappedBytes, _ file: String
  ) throws -> JSON? {
    try read(at: offset, bytes, file) { cursor throws(JSONError) in try cursor.member(wanted) }
  }

  private static func value(
    at offset: Int, _ bytes: MappedBytes, _ file: String
  ) throws -> JSON {
    try read(at: offset, bytes, file) { cursor throws(JSONError) in try cursor.value() }
  }

  private static func read<T>(
    at offset: Int, _ bytes: MappedBytes, _ file: String,
    _ body: (inout JSONCursor) throws(JSONError) -> T
  ) throws -> T {
    do throws(JSONError) {
      var cursor = bytes.cursor(from: offset)
      return try body(&cursor)
    } catch {
      throw fault(error, file, bytes)
    }
  }

  static func fault(
    _ error: JSONError, _ file: String, _ bytes: MappedBytes
  ) -> FormatFault {
    return FormatFault(
      file, "line \(bytes.line(of: error.offset)), byte \(error.offset)",
      "it is not JSON: \(error.explanation)",
      remedy: "Write the file anew: it may have been cut off.")
  }
}
