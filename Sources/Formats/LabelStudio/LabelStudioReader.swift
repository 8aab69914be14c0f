import Foundation
import Geometry
import Labels
import Notation

enum LabelStudioReader {
  static func files(_ folder: DatasetFolder) -> [String] {
    folder.files(ending: ".json").filter { name in
      guard let bytes = try? folder.open(name) else { return false }
      var cursor = bytes.cursor()
      guard cursor.peek() == UInt8(ascii: "["), (try? cursor.enterArray()) != nil,
        (try? cursor.nextElement(isFirst: true)) == true, let first = try? cursor.value()
      else { return false }
      return first["data"]?.members != nil
        && (first["annotations"] != nil || first["predictions"] != nil
          || first["completions"] != nil)
    }
  }

  static func read(_ folder: DatasetFolder, _ diagnostics: Diagnostics) throws -> any DatasetReading
  {
    let files = files(folder)
    guard !files.isEmpty else {
      throw FormatFault(
        folder.title, "", "there is no JSON list of tasks with data and annotations",
        remedy: "Name Label Studio's export, or a folder with it.")
    }
    return ChainedReader(files: files) { file, schema in
      try JSONItems(file, folder, schema, diagnostics) { json, number, schema in
        [try item(json, number, &schema, folder, file, diagnostics)]
      }
    }
  }

  private static func item(
    _ task: JSON, _ number: Int, _ schema: inout DatasetSchema, _ folder: DatasetFolder,
    _ file: String,
    _ diagnostics: Diagnostics
  ) throws -> DatasetItem {
    let data = try task.required("data")
    let images = ["image", "img", "url"].lazy.compactMap { data[$0]?.string }
    let image =
      images.first
      ?? data.members?.lazy.compactMap { member in
        member.value.string.flatMap { DatasetFolder.isImage($0) ? $0 : nil }
      }.first
    let text =
      image == nil
      ? data["text"]?.string ?? data.members?.lazy.compactMap { $0.value.string }.first : nil
    let id = task["id"]?.text ?? "\(number)"
    let name = image.map(Self.name) ?? "task-\(id)"
    let media = image == nil ? nil : folder.image(named: name)
    var item = DatasetItem(
      name: name, subset: data["subset"]?.string ?? "", size: media.flatMap(folder.size),
      text: text,
      media: media.map(folder.fullPath))
    let annotations = (task["annotations"]?.array ?? task["completions"]?.array ?? []).filter {
      annotation in
      annotation["was_cancelled"]?.bool != true && annotation["result"]?.array != nil
    }
    if annotations.count > 1 {
      diagnostics.lose(
        "annotations of a task left out after the first", count: annotations.count - 1)
    }
    let prediction = annotations.isEmpty ? task["predictions"]?.array?.first : nil
    guard let chosen = annotations.first ?? prediction else { return item }
    let results = chosen["result"]?.array ?? []
    let relations = results.enumerated().filter { $0.element["type"]?.string == "relation" }
    // Of regions that relations may name.
    var places: [String: Int] = [:]
    item.labels.reserveCapacity(results.count)
    for (place, result) in results.enumerated() {
      let first = item.labels.count
      do {
        try addLabels(of: result, to: &item, prediction, &schema, diagnostics)
        if !relations.isEmpty, item.labels.count > first, let id = result["id"]?.string {
          places[id] = first
        }
      } catch {
        try diagnostics.report(
          file, "task \(id), result[\(place)]\(error.path.isEmpty ? "" : "." + error.path)",
          error.problem,
          remedy: "Put it right; it is left out.")
      }
    }
    for (place, relation) in relations {
      guard let from = relation["from_id"]?.string.flatMap({ places[$0] }),
        let to = relation["to_id"]?.string.flatMap({ places[$0] })
      else {
        try diagnostics.report(
          file, "task \(id), result[\(place)]", "it joins regions that are not there",
          remedy: "Name regions of the task; it is left out.")
        continue
      }
      let name = relation["labels"]?.array?.first?.string ?? "relation"
      item.labels.append(DatasetLabel(schema.index(of: name), .relation(from: from, to: to)))
    }
    return item
  }

  /// The last part of an address or path, which may lie in a query as local files do.
  private static func name(_ address: String) -> String {
    let bytes = address.utf8
    guard bytes.contains(where: { "?%\\".utf8.contains($0) }) else {
      guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")),
        bytes.index(after: slash) < bytes.endIndex
      else { return address }
      return String(address[bytes.index(after: slash)...])
    }
    var path = address
    if let query = address.split(separator: "?").dropFirst().first, query.hasPrefix("d=") {
      path = String(query.dropFirst(2))
    } else {
      path = address.split(separator: "?").first.map(String.init) ?? address
    }
    path = path.removingPercentEncoding ?? path
    return path.replacing("\\", with: "/").split(separator: "/").last.map(String.init) ?? path
  }

  /// - Parameter prediction: what the result is part of, whose score it has where it has none itself.
  private static func addLabels(
    of result: JSON, to item: inout DatasetItem, _ prediction: JSON?, _ schema: inout DatasetSchema,
    _ diagnostics: Diagnostics
  ) throws(NotationFault) {
    let kind = try result.text("type")
    if kind == "relation" { return }
    let value = try result.required("value")
    if let width = result["original_width"]?.integer,
      let height = result["original_height"]?.integer, width > 0,
      height > 0
    {
      item.size = ImageSize(width: Int(width), height: Int(height))
    }
    let score = result["score"]?.number ?? prediction?["score"]?.number
    func add(_ member: String, _ form: DatasetLabel.Value) {
      for name in value[member]?.array ?? [] {
        guard let name = name.string else { continue }
        item.labels.append(DatasetLabel(schema.index(of: name), form, score: score))
      }
    }
    switch kind {
    case "rectanglelabels", "rectangle":
      let box = try box(value, item.size)
      add("rectanglelabels", .shape(box))
    case "ellipselabels", "ellipse":
      let scale = try scale(item.size)
      add(
        "ellipselabels",
        .shape(
          .ellipse(
            Ellipse(
              center: Point(x: try value.number("x") * scale.x, y: try value.number("y") * scale.y),
              radiusX: try value.number("radiusX") * scale.x,
              radiusY: try value.number("radiusY") * scale.y,
              rotation: (value["rotation"]?.number ?? 0) * .pi / 180))))
    case "polygonlabels", "polygon":
      let scale = try scale(item.size)
      var points: [Point] = []
      for (place, pair) in (try value.required("points").array ?? []).enumerated() {
        let (x, y) = try pair.pair("value.points[\(place)]")
        points.append(Point(x: x * scale.x, y: y * scale.y))
      }
      guard points.count >= 3 else {
        throw NotationFault(path: "value.points", problem: "must be three points at least")
      }
      add("polygonlabels", .shape(.polygon(Polygon(points))))
    case "keypointlabels", "keypoint":
      let scale = try scale(item.size)
      add(
        "keypointlabels",
        .shape(
          .point(Point(x: try value.number("x") * scale.x, y: try value.number("y") * scale.y))))
    case "choices": add("choices", .whole)
    case "textarea":
      for text in value["text"]?.array ?? [value["text"] ?? .null] {
        guard let text = text.string else { continue }
        item.labels.append(DatasetLabel(-1, .caption(text), score: prediction?["score"]?.number))
      }
    case "labels":
      guard let start = value["start"]?.integer, let end = value["end"]?.integer, start >= 0,
        end > start,
        Int(end) <= (item.text?.unicodeScalars.count ?? .max)
      else {
        throw NotationFault(path: "value", problem: "start and end must be places in the text")
      }
      add("labels", .spans([Int(start)..<Int(end)]))
    default:
      diagnostics.lose("results of the type \(kind) left out, which is not read")
    }
  }

  private static func scale(_ size: ImageSize?) throws(NotationFault) -> (x: Double, y: Double) {
    guard let size else {
      throw NotationFault(
        path: "original_width", problem: "the size is missing, of which the numbers are percents")
    }
    return (Double(size.width) / 100, Double(size.height) / 100)
  }

  private static func box(_ value: JSON, _ size: ImageSize?) throws(NotationFault) -> Shape {
    let scale = try scale(size)
    let (x, y) = (try value.number("x") * scale.x, try value.number("y") * scale.y)
    let (width, height) = (
      try value.number("width") * scale.x, try value.number("height") * scale.y
    )
    guard width >= 0, height >= 0 else {
      throw NotationFault(path: "value", problem: "width and height must not be below 0")
    }
    let turn = (value["rotation"]?.number ?? 0) * .pi / 180
    guard turn != 0 else { return .box(Box(x: x, y: y, width: width, height: height)) }
    // Turned about the corner.
    return .rotatedBox(
      RotatedBox(
        center: Point(
          x: x + cos(turn) * width / 2 - sin(turn) * height / 2,
          y: y + sin(turn) * width / 2 + cos(turn) * height / 2), width: width, height: height,
        rotation: turn))
  }
}
