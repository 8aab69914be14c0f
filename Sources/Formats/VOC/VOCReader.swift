import Geometry
import Labels
import Notation

struct VOCReader: DatasetReading {
  private(set) var schema = DatasetSchema()
  private let counting: VOCCounting
  private let folder: DatasetFolder
  private let diagnostics: Diagnostics
  private let files: [String]
  private var subsets: [String: String] = [:]
  private var place = 0

  /// The files of a set that are VOC's.
  static func files(_ folder: DatasetFolder) -> [String] {
    let all = folder.files(ending: ".xml")
    let inside = all.filter { $0.contains("Annotations/") }
    let files = inside.isEmpty ? all : inside
    guard let first = files.first, let bytes = try? folder.open(first) else { return [] }
    var scanner = bytes.xml()
    guard case .open("annotation", _)? = try? scanner.next() else { return [] }
    return files
  }

  init(_ counting: VOCCounting, _ folder: DatasetFolder, _ diagnostics: Diagnostics) throws {
    (self.counting, self.folder, self.diagnostics) = (counting, folder, diagnostics)
    files = Self.files(folder)
    guard !files.isEmpty else {
      throw folder.refusedXML()
        ?? FormatFault(
          folder.title, "", "there is no XML file with an <annotation>",
          remedy: "Name a folder with Annotations/ in it, or one such file.")
    }
    for name in try Self.classes(folder) { _ = schema.index(of: name) }
    for list in folder.files(ending: ".txt") where list.contains("ImageSets/Main/") {
      let subset = DatasetItem.stem(of: list.split(separator: "/").last.map(String.init) ?? list)
      // Lists of one class, and of several subsets together, say nothing new.
      guard ["train", "val", "test"].contains(subset) else { continue }
      for line in try folder.text(list).split(separator: "\n") {
        let stem = line.trimmingASCIISpace
        if !stem.isEmpty { subsets[stem] = subset }
      }
    }
  }

  /// In the order of their list, if there is one.
  private static func classes(_ folder: DatasetFolder) throws -> [String] {
    let names =
      try VOCLabelMap(folder)?.names
      ?? (folder.has("labels.txt")
        ? folder.text("labels.txt").split(separator: "\n").map(\.trimmingASCIISpace) : [])
    return names.filter { !$0.isEmpty && $0 != VOCLabelMap.background }
  }

  /// Of an image, as the lists of the set say.
  func subset(of name: String) -> String { subsets[DatasetItem.stem(of: name)] ?? "" }

  mutating func next() throws -> DatasetItem? {
    while place < files.count {
      place += 1
      let file = files[place - 1]
      do {
        return try item(file, XMLElement(parsing: folder.open(file)))
      } catch let fault as XMLScanner.Fault {
        try diagnostics.report(
          file, "line \(fault.line)", "it is not XML: \(fault.problem)",
          remedy: "Put it right; it is left out.")
      } catch let fault as NotationFault {
        try diagnostics.report(
          file, fault.path, fault.problem, remedy: "Put it right; it is left out.")
      }
    }
    return nil
  }

  private mutating func item(_ file: String, _ root: XMLElement) throws -> DatasetItem {
    guard root.name == "annotation" else {
      throw NotationFault(path: "<\(root.name)>", problem: "the root must be <annotation>")
    }
    let stem = DatasetItem.stem(of: file.split(separator: "/").last.map(String.init) ?? file)
    var name = root.text(of: "filename") ?? ""
    if name.isEmpty {
      name =
        folder.image(named: stem, like: file).flatMap {
          $0.split(separator: "/").last.map(String.init)
        } ?? stem
        + ".jpg"
    }
    // Of files that were renamed only what they are called now is right.
    let media = folder.image(named: name, like: file) ?? folder.image(named: stem, like: file)
    let sides = root.child("size").map { ($0.text(of: "width"), $0.text(of: "height")) }
    var size: ImageSize?
    if let width = sides?.0.flatMap({ Int($0) }), let height = sides?.1.flatMap({ Int($0) }),
      width > 0, height > 0
    {
      size = ImageSize(width: width, height: height)
    } else {
      size = media.flatMap(folder.size)
    }
    var item = DatasetItem(
      name: name.replacing("\\", with: "/").split(separator: "/").last.map(String.init) ?? name,
      subset: subsets[stem] ?? "", size: size, media: media.map(folder.fullPath))
    for (place, object) in root.children.lazy.filter({ $0.name == "object" }).enumerated() {
      do {
        item.labels.append(try label(object))
      } catch {
        try diagnostics.report(
          file, "object \(place + 1)", error.problem, remedy: "Put it right; it is left out.")
      }
    }
    return item
  }

  /// Elements of objects that are read, or are numbers of records.
  private static let known: Set<String> = [
    "name", "bndbox", "difficult", "truncated", "occluded", "pose", "attributes", "id",
  ]

  private mutating func label(_ object: XMLElement) throws(NotationFault) -> DatasetLabel {
    guard let name = object.text(of: "name"), !name.isEmpty else {
      throw NotationFault(path: "", problem: "the object has no name")
    }
    guard let box = object.child("bndbox") else {
      throw NotationFault(path: "", problem: "\(name) has no bndbox")
    }
    var edges: [Double] = []
    for side in ["xmin", "ymin", "xmax", "ymax"] {
      guard let number = box.text(of: side).flatMap({ Double($0) }), number.isFinite else {
        throw NotationFault(path: "", problem: "\(side) of \(name) is not a number")
      }
      edges.append(number)
    }
    let shift = counting == .fromOne ? 1.0 : 0
    let (left, top) = (edges[0] - shift, edges[1] - shift)
    guard edges[2] >= left, edges[3] >= top else {
      throw NotationFault(path: "", problem: "the box of \(name) ends before it begins")
    }
    var label = DatasetLabel(
      schema.index(of: name),
      .shape(.box(Box(x: left, y: top, width: edges[2] - left, height: edges[3] - top))))
    for flag in ["difficult", "truncated", "occluded"] {
      if let text = object.text(of: flag), !text.isEmpty {
        label.attributes.append(.init(flag, .bool(text == "1" || text.lowercased() == "true")))
      }
    }
    if let pose = object.text(of: "pose"), !pose.isEmpty, pose != "Unspecified" {
      label.attributes.append(.init("pose", .string(pose)))
    }
    for child in object.children where !Self.known.contains(child.name) {
      diagnostics.lose("<\(child.name)> of objects left out, which is not read")
    }
    for attribute in object.child("attributes")?.children ?? [] {
      guard let name = attribute.text(of: "name"), let value = attribute.text(of: "value") else {
        continue
      }
      label.attributes.append(.init(name, .string(value)))
    }
    return label
  }
}
