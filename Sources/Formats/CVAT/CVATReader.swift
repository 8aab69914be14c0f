import Foundation
import Geometry
import Labels
import Notation

/// Reads CVAT's XML image by image, in place. The tracks of a video are spooled first, with sixteen bytes of
/// memory a shape, and read frame by frame.
struct CVATReader: DatasetReading {
  private(set) var schema = DatasetSchema()
  private let folder: DatasetFolder
  private let diagnostics: Diagnostics
  private let file: String
  private let bytes: MappedBytes
  private var scanner: XMLScanner
  /// By class and attribute, where they are not text.
  private var inputs: [String: [String: CVATInput]] = [:]
  private let spooled = SpooledRecords()
  /// Where the labels of each frame are.
  private var frames: [CVATVideo.Frame: [Range<Int>]] = [:]
  /// Of a project each task is one.
  private var videos = [CVATVideo()]
  /// By the ids of their tasks.
  private var videoPlaces: [String: Int] = [:]
  /// Frames that come next, the first one last.
  private var waiting: [CVATVideo.Frame] = []
  private var isOver = false

  /// The files of a set that are CVAT's.
  static func files(_ folder: DatasetFolder) -> [String] {
    folder.files(ending: ".xml").filter { name in
      guard let bytes = try? folder.open(name) else { return false }
      var scanner = bytes.xml()
      guard case .open("annotations", _)? = try? scanner.next() else { return false }
      return true
    }
  }

  /// Reads all of them.
  static func read(
    _ folder: DatasetFolder, _ diagnostics: Diagnostics
  ) throws -> any DatasetReading {
    let files = files(folder)
    guard !files.isEmpty else {
      throw folder.refusedXML()
        ?? FormatFault(
          folder.title, "", "there is no XML file with <annotations>",
          remedy: "Name CVAT's annotations.xml, or a folder with it.")
    }
    return ChainedReader(files: files) { try CVATReader($0, folder, $1, diagnostics) }
  }

  private init(
    _ file: String, _ folder: DatasetFolder, _ schema: DatasetSchema, _ diagnostics: Diagnostics
  ) throws {
    (self.file, self.folder, self.schema, self.diagnostics) = (file, folder, schema, diagnostics)
    bytes = try folder.open(file)
    scanner = bytes.xml()
    _ = try? scanner.next()
  }

  mutating func next() throws -> DatasetItem? {
    do {
      while !isOver {
        switch try scanner.next() {
        case .open("meta", let attributes):
          readMeta(try XMLElement("meta", attributes, from: &scanner))
        case .open("image", let attributes):
          return try image(XMLElement("image", attributes, from: &scanner))
        case .open("track", let attributes):
          try track(XMLElement("track", attributes, from: &scanner))
        case .open(let name, let attributes): _ = try XMLElement(name, attributes, from: &scanner)
        case .end: endVideo()
        case .close, .text: continue
        }
      }
    } catch let fault as XMLScanner.Fault {
      // What is broken from here on cannot be told apart.
      endVideo()
      try diagnostics.report(
        file, "line \(fault.line)", "it is not XML: \(fault.problem)",
        remedy: "Put it right; all from there on is left out.")
    }
    return try waiting.popLast().map { try item(ofFrame: $0) }
  }

  private mutating func readMeta(_ meta: XMLElement) {
    let elements = Self.all("label", in: meta)
    let labels = elements.map { ($0.text(of: "name") ?? "", $0.text(of: "parent")) }
    for (element, label) in zip(elements, labels) where label.1 == nil {
      for attribute in Self.all("attribute", in: element) {
        guard let name = attribute.text(of: "name"),
          let input = attribute.text(of: "input_type").flatMap(CVATInput.init(rawValue:))
        else { continue }
        inputs[label.0, default: [:]][name] = input
      }
    }
    let points = Dictionary(grouping: labels) { $0.1 ?? "" }
    let drawings = Dictionary(
      elements.compactMap { one in
        one.text(of: "svg").flatMap { svg in
          svg.utf8.count > Self.drawingLimit ? nil : (one.text(of: "name") ?? "", svg)
        }
      },
      uniquingKeysWith: { first, _ in first })
    for (name, parent) in labels where !name.isEmpty && parent == nil {
      let keypoints = (points[name] ?? []).map(\.0)
      _ = schema.add(
        .init(
          name, keypoints: keypoints, skeleton: drawings[name].map { Self.lines($0, keypoints) } ?? []))
    }
    let tasks = Self.all("project", in: meta).flatMap { Self.all("task", in: $0) }
    videos = tasks.isEmpty ? [CVATVideo(meta)] : CVATVideo.all(tasks)
    videoPlaces = Dictionary(
      videos.enumerated().compactMap { place, video in video.id.map { ($0, place) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// Bytes of a skeleton's drawing.
  private static let drawingLimit = 64 << 10

  /// The lines of a skeleton's drawing, between the places of its points: edges name nodes, which name
  /// points.
  private static func lines(_ svg: String, _ names: [String]) -> [[Int]] {
    let drawing = svg.replacing("&lt;", with: "<").replacing("&gt;", with: ">")
      .replacing("&quot;", with: "\"")
    let numbers = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var places: [String: Int] = [:]
    for node in drawing.matches(of: /<circle[^<>]*>/) {
      guard let id = node.output.firstMatch(of: /data-node-id="(\d+)"/)?.output.1,
        let name = node.output.firstMatch(of: /data-label-name="([^"]*)"/)?.output.1,
        let place = numbers[String(name)]
      else { continue }
      places[String(id)] = place
    }
    let edges = drawing.matches(of: /data-node-from="(\d+)"[^<>]*data-node-to="(\d+)"/)
    return edges.compactMap { edge in
      guard let from = places[String(edge.output.1)], let to = places[String(edge.output.2)] else {
        return nil
      }
      return [from, to]
    }
  }

  static func all(_ name: String, in element: XMLElement) -> [XMLElement] {
    element.children.flatMap { ($0.name == name ? [$0] : []) + all(name, in: $0) }
  }

  private mutating func image(_ element: XMLElement) throws -> DatasetItem {
    let name = element["name"] ?? "image \(element["id"] ?? "")"
    let media = folder.image(named: name)
    var size: ImageSize?
    if let width = element["width"].flatMap({ Int($0) }),
      let height = element["height"].flatMap({ Int($0) }),
      width > 0, height > 0
    {
      size = ImageSize(width: width, height: height)
    } else {
      size = media.flatMap(folder.size)
    }
    var item = DatasetItem(
      name: name, subset: CVATVideo.subset(element["subset"] ?? ""), size: size,
      media: media.map(folder.fullPath))
    for shape in element.children {
      do {
        if let label = try label(shape, named: shape["label"], size) { item.labels.append(label) }
      } catch {
        try diagnostics.report(
          file, "image \(name), <\(shape.name)>", error.problem,
          remedy: "Put it right; it is left out.")
      }
    }
    return item
  }

  private mutating func track(_ element: XMLElement) throws {
    let id = element["id"].flatMap { Int($0) }
    if let said = element["id"], id == nil, !said.isEmpty {
      diagnostics.lose("tracks left out that are no whole numbers")
    }
    let points = CVATPointTracks(element)
    let video = element["task_id"].flatMap { videoPlaces[$0] } ?? 0
    for shape in element.children where shape["outside"] != "1" && shape.name != "track" {
      guard let frame = shape["frame"].flatMap({ Int($0) }), frame >= 0 else {
        try diagnostics.report(
          file, "track \(element["id"] ?? ""), <\(shape.name)>", "it has no frame of 0 or more",
          remedy: "Put it right; it is left out.")
        continue
      }
      do {
        let whole = points.whole(shape, at: frame)
        guard var label = try label(whole, named: element["label"], videos[video].size) else { continue }
        label.track = id
        label.attributes.append(.init("keyframe", .bool(shape["keyframe"] == "1")))
        var out = JSONWriter()
        DatasetLineNotation.writeLabels([label], schema, to: &out)
        frames[.init(video: video, number: frame), default: []].append(try spooled.append(out.bytes))
      } catch let error as NotationFault {
        try diagnostics.report(
          file, "track \(id.map { "\($0)" } ?? ""), frame \(frame)", error.problem,
          remedy: "Put it right; it is left out.")
      }
    }
  }

  /// As CVAT calls frames of a video.
  static func name(ofFrame frame: Int) -> String {
    let digits = String(frame)
    return "frame_" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }

  private mutating func endVideo() {
    isOver = true
    for (place, video) in videos.enumerated() {
      for number in 0..<video.frames where frames[.init(video: place, number: number)] == nil {
        frames[.init(video: place, number: number)] = []
      }
    }
    waiting = frames.keys.sorted(by: >)
  }

  private mutating func item(ofFrame frame: CVATVideo.Frame) throws -> DatasetItem {
    let video = videos[frame.video]
    // Frames of several videos are called alike.
    let name =
      (videos.count > 1 ? video.name + "/" : "") + Self.name(ofFrame: frame.number)
      + ".png"
    let media = folder.image(named: name)
    var item = DatasetItem(
      name: name, subset: video.subset, size: video.size ?? media.flatMap(folder.size),
      metadata: [.init("frame", .int(Int64(frame.number)))], media: media.map(folder.fullPath))
    for place in frames.removeValue(forKey: frame) ?? [] {
      let json = try JSON(parsing: spooled.record(place))
      item.labels += try DatasetLineNotation.labels(json, &schema) { throw $0 }
    }
    return item
  }

  private mutating func label(
    _ shape: XMLElement, named name: String?, _ size: ImageSize?
  ) throws(NotationFault) -> DatasetLabel? {
    guard let name, !name.isEmpty else { throw NotationFault(path: "", problem: "it has no label") }
    let names = schema.find(name).map { schema.classes[$0].keypoints } ?? []
    guard let value = try value(shape, size, keypoints: names) else {
      diagnostics.lose("<\(shape.name)> left out, which is not read")
      return nil
    }
    let index = schema.index(of: name)
    var label = DatasetLabel(index, value)
    if case .shape(.keypoints) = value, schema.classes[index].keypoints.isEmpty {
      schema.set(keypoints: shape.children.compactMap { $0["label"] }, of: index)
    }
    label.group = shape["group_id"].flatMap { Int($0) }.flatMap { $0 == 0 ? nil : $0 }
    if let said = shape["group_id"], !said.isEmpty, Int(said) == nil {
      diagnostics.lose("groups left out that are no whole numbers")
    }
    if let order = shape["z_order"], !order.isEmpty, order != "0" {
      diagnostics.lose("orders of drawing (z_order) left out, which are not read")
    }
    if shape["occluded"] == "1" { label.attributes.append(.init("occluded", true)) }
    for attribute in shape.children where attribute.name == "attribute" {
      guard let attributeName = attribute["name"] else { continue }
      let input = inputs[name]?[attributeName] ?? .text
      label.attributes.append(.init(attributeName, input.value(attribute.text.trimmingASCIISpace)))
    }
    return label
  }

  private func value(
    _ shape: XMLElement, _ size: ImageSize?, keypoints names: [String]
  ) throws(NotationFault) -> DatasetLabel.Value? {
    switch shape.name {
    case "box":
      let edges = try Self.numbers(["xtl", "ytl", "xbr", "ybr"], of: shape)
      guard edges[2] >= edges[0], edges[3] >= edges[1] else {
        throw NotationFault(path: "", problem: "the box ends before it begins")
      }
      let box = Box(
        x: edges[0], y: edges[1], width: edges[2] - edges[0], height: edges[3] - edges[1])
      let degrees = try Self.degrees(shape)
      guard degrees != 0 else { return .shape(.box(box)) }
      return .shape(
        .rotatedBox(
          RotatedBox(
            center: Point(x: box.x + box.width / 2, y: box.y + box.height / 2), width: box.width,
            height: box.height, rotation: degrees * .pi / 180)))
    case "polygon":
      let points = try Self.points(shape)
      guard points.count >= 3 else {
        throw NotationFault(path: "", problem: "a polygon has three points at least")
      }
      return .shape(.polygon(Polygon(points)))
    case "polyline": return .shape(.polyline(Polyline(try Self.points(shape))))
    case "points":
      let points = try Self.points(shape)
      guard points.count > 1 else {
        guard let point = points.first else {
          throw NotationFault(path: "", problem: "it has no points")
        }
        return .shape(.point(point))
      }
      return .shape(.keypoints(Keypoints(points.map { .init($0) })))
    case "skeleton": return .shape(.keypoints(try Self.skeleton(shape, names)))
    case "ellipse":
      let numbers = try Self.numbers(["cx", "cy", "rx", "ry"], of: shape)
      guard numbers[2] >= 0, numbers[3] >= 0 else {
        throw NotationFault(path: "", problem: "rx and ry must not be below 0")
      }
      let degrees = try Self.degrees(shape)
      return .shape(
        .ellipse(
          Ellipse(
            center: Point(x: numbers[0], y: numbers[1]), radiusX: numbers[2], radiusY: numbers[3],
            rotation: degrees * .pi / 180)))
    case "cuboid":
      return .shape(
        .cuboid(
          try CVATCuboid.cuboid { name throws(NotationFault) in try Self.numbers([name], of: shape)[0] }))
    case "mask": return .shape(.mask(try Self.mask(shape, size)))
    case "tag": return .whole
    default: return nil
    }
  }

  private static func degrees(_ shape: XMLElement) throws(NotationFault) -> Double {
    shape["rotation"] == nil ? 0 : try numbers(["rotation"], of: shape)[0]
  }

  private static func numbers(
    _ names: [String], of shape: XMLElement
  ) throws(NotationFault) -> [Double] {
    var numbers: [Double] = []
    for name in names {
      guard let number = shape[name].flatMap({ Double($0) }), number.isFinite else {
        throw NotationFault(path: "", problem: "\(name) is not a number")
      }
      numbers.append(number)
    }
    return numbers
  }

  private static func points(_ shape: XMLElement) throws(NotationFault) -> [Point] {
    var points: [Point] = []
    for pair in (shape["points"] ?? "").split(separator: ";") {
      let numbers = pair.split(separator: ",").compactMap { Double($0) }
      guard numbers.count == 2, numbers.allSatisfy(\.isFinite) else {
        throw NotationFault(path: "", problem: "\(pair.prefix(40)) is not a point x,y")
      }
      points.append(Point(x: numbers[0], y: numbers[1]))
    }
    return points
  }

  /// Points are where the class has one of their name; as they come where it has not.
  private static func skeleton(
    _ shape: XMLElement, _ names: [String]
  ) throws(NotationFault) -> Keypoints {
    let absent = Keypoints.Keypoint(Point(x: 0, y: 0), .absent)
    var found: [(name: String, keypoint: Keypoints.Keypoint)] = []
    for element in shape.children where element.name == "points" {
      var keypoint = absent
      if element["outside"] != "1", let point = try points(element).first {
        keypoint = .init(point, element["occluded"] == "1" ? .hidden : .visible)
      }
      found.append((element["label"] ?? "", keypoint))
    }
    let byName = Dictionary(found.map { ($0.name, $0.keypoint) }, uniquingKeysWith: { first, _ in first })
    guard !names.isEmpty, byName.count == found.count, Set(byName.keys).isSubset(of: names) else {
      return Keypoints(found.map(\.keypoint))
    }
    return Keypoints(names.map { byName[$0] ?? absent })
  }

  private static func mask(_ shape: XMLElement, _ size: ImageSize?) throws(NotationFault)
    -> RunLengthMask
  {
    let place = try numbers(["left", "top", "width", "height"], of: shape).map {
      Int(exactly: $0.rounded(.towardZero)) ?? -1
    }
    let texts = (shape["rle"] ?? "").split(separator: ",")
    let runs = texts.compactMap { Int($0.trimmingASCIISpace) }
    guard let size, runs.count == texts.count,
      let mask = RowRuns.mask(
        runs, left: place[0], top: place[1], width: place[2], height: place[3],
        imageWidth: size.width,
        imageHeight: size.height)
    else {
      throw NotationFault(
        path: "",
        problem: "the mask's run lengths do not fill its rectangle, or that leaves the image")
    }
    return mask
  }
}
