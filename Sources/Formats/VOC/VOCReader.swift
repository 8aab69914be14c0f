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
    try readSubsets()
  }

  /// As the lists of detection say, or those of another task where there are none.
  private mutating func readSubsets() throws {
    let all = folder.files(ending: ".txt").filter { $0.contains("ImageSets/") }
    let main = all.filter { $0.contains("ImageSets/Main/") }
    var isTold = false
    func name(_ list: String) -> String {
      DatasetItem.stem(of: list.split(separator: "/").last.map(String.init) ?? list)
    }
    // What trains, validates and tests says so last, over lists of some of it.
    let lists = main.isEmpty ? all : main
    let isPart = { (list: String) in DatasetItem.subset(of: name(list)) != nil }
    for list in lists.filter({ !isPart($0) }) + lists.filter(isPart) {
      let subset = name(list)
      // A list of two subsets together says nothing new, nor does one of what is in no subset.
      guard subset != "trainval", subset != DatasetFormat.voc.facts.subsetOfNone else { continue }
      if ["_train", "_val", "_test", "_trainval"].contains(where: subset.hasSuffix) {
        if !isTold { diagnostics.lose("lists of which images have a class (CLASS_train.txt) left out") }
        isTold = true
        continue
      }
      for line in try folder.text(list).split(separator: "\n") {
        let stem = line.trimmingASCIISpace
        if !stem.isEmpty { subsets[stem] = DatasetItem.subset(of: subset) ?? subset }
      }
    }
    if subsets.isEmpty, all.contains(where: { $0.hasSuffix("/trainval.txt") }) {
      diagnostics.lose("lists left out that are of train and val together: images have no subset")
    }
  }

  /// Whether edges of the first files are 0, as they are where pixels are counted from there.
  static func isFromZero(_ folder: DatasetFolder) -> Bool {
    files(folder).prefix(lookLimit).contains { file in
      guard let bytes = try? folder.open(file), let root = try? XMLElement(parsing: bytes) else {
        return false
      }
      return root.children.contains { object in
        guard object.name == "object", let box = object.child("bndbox") else { return false }
        return ["xmin", "ymin"].contains { box.text(of: $0).flatMap { Double($0) } == 0 }
      }
    }
  }

  private static let lookLimit = 100

  /// In the order of their list, if there is one.
  private static func classes(_ folder: DatasetFolder) throws -> [String] {
    let names =
      try VOCLabelMap(folder)?.names
      ?? (folder.has("labels.txt")
        ? folder.text("labels.txt").split(separator: "\n").map(\.trimmingASCIISpace) : [])
    return names.filter { !$0.isEmpty && $0 != VOCLabelMap.background }
  }

  /// Of an image, by its path below the folder of images, as the lists of the set say.
  func subset(of name: String) -> String {
    subset(ofStem: DatasetItem.stem(of: name))
  }

  private func subset(ofStem stem: String) -> String {
    subsets[stem] ?? stem.split(separator: "/").last.flatMap { subsets[String($0)] } ?? ""
  }

  /// Folders of a file below the one that VOC calls so, which are part of its image's name; without that
  /// the subset that the first one stands for.
  private static func place(of file: String) -> (folders: String, subset: String?) {
    var parts = file.split(separator: "/").dropLast().map(String.init)
    if let root = parts.firstIndex(of: "Annotations") {
      return (parts.dropFirst(root + 1).map { $0 + "/" }.joined(), nil)
    }
    let subset = parts.first.flatMap(DatasetItem.subset(of:))
    if subset != nil { parts.removeFirst() }
    return (parts.map { $0 + "/" }.joined(), subset)
  }

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
    let (folders, said) = Self.place(of: file)
    let last = name.replacing("\\", with: "/").split(separator: "/").last.map(String.init) ?? name
    var item = DatasetItem(
      name: folders + last, size: size, media: media.map(folder.fullPath))
    let listed = subset(ofStem: folders + stem)
    item.subset = listed.isEmpty ? said ?? "" : listed
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
    if counting == .fromOne, edges[0] == 0 || edges[1] == 0 {
      diagnostics.lose(
        "boxes with an edge of 0, which counting from 1 has not: the set is `voc-zero`, and they are shifted")
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
