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
      return LabelStudioMinimal.isOne(first)
        || first["data"]?.members != nil
          && (first["annotations"] != nil || first["predictions"] != nil
            || first["completions"] != nil)
    }
  }

  /// - Parameter areAskedFor: whether predictions are read in place of annotations.
  static func read(
    _ folder: DatasetFolder, _ diagnostics: Diagnostics, predictions areAskedFor: Bool = false
  ) throws -> any DatasetReading {
    let files = files(folder)
    guard !files.isEmpty else {
      throw FormatFault(
        folder.title, "", "there is no JSON list of tasks with data and annotations",
        remedy: "Name Label Studio's export, or a folder with it.")
    }
    try folder.reportBrokenJSON(besides: files, diagnostics)
    let config = config(folder, readsPredictions: areAskedFor)
    return ChainedReader(files: files) { file, classes in
      var (lastTask, schema): (JSON?, DatasetSchema) = (nil, classes)
      for name in config.names { _ = schema.index(of: name) }
      return try JSONItems(file, folder, schema, diagnostics) { json, number, schema in
        guard LabelStudioMinimal.isOne(json) else {
          return [try item(json, number, config, &schema, folder, file, diagnostics)]
        }
        // One for each annotation, those of a task beside each other.
        if let task = json["id"], task == lastTask {
          diagnostics.lose(laterAnnotations)
          return []
        }
        lastTask = json["id"]
        let task = LabelStudioMinimal.task(json)
        return [try item(task, number, config, &schema, folder, file, diagnostics)]
      }
    }
  }

  /// What the labelling config beside the tasks says.
  struct Config: Sendable {
    /// Of classes that labels may be of.
    var names: [String] = []
    /// The data that each control shows, by its name.
    var shown: [String: String] = [:]
    /// Controls that ask of the whole task, more than one.
    var isOfSeveralQuestions = false
    /// Whether predictions are asked for, and not what people said.
    var readsPredictions = false
  }

  private static func config(_ folder: DatasetFolder, readsPredictions: Bool) -> Config {
    var found = Config(readsPredictions: readsPredictions)
    guard folder.file == nil, folder.has(config), let text = try? folder.text(config),
      let root = try? XMLTree.parse(text)
    else { return found }
    let all = root.flattened
    found.names = all.filter { ["Label", "Choice", "Relation"].contains($0.name) }.compactMap {
      $0["alias"] ?? $0["value"]
    }
    for control in all {
      if let name = control["name"], let value = control["value"], value.hasPrefix("$") {
        found.shown[name] = String(value.dropFirst())
      }
    }
    let questions = all.filter { $0.name == "Choices" && $0["perRegion"] != "true" }
    found.isOfSeveralQuestions = questions.count > 1
    return found
  }

  static let config = "label_config.xml"

  private static let laterAnnotations = "annotations of a task left out after the first"

  private static func item(
    _ task: JSON, _ number: Int, _ config: Config, _ schema: inout DatasetSchema,
    _ folder: DatasetFolder, _ file: String, _ diagnostics: Diagnostics
  ) throws -> DatasetItem {
    let data = try task.required("data")
    let id = task["id"]?.text ?? "\(number)"
    let (results, prediction) =
      config.readsPredictions
      ? predicted(of: task, diagnostics) : try results(of: task, id, file, diagnostics)
    let (shown, field) = Self.item(data, id, folder, results, config)
    var item = shown
    let isOfSeveral = config.isOfSeveralQuestions || asksSeveral(results)
    let regions = LabelStudioRegions(results)
    let relations = results.enumerated().filter { $0.element["type"]?.string == "relation" }
    // Of regions that relations may name.
    var places: [String: Int] = [:]
    item.labels.reserveCapacity(results.count)
    let others = ofOthers(results, data).union(ofOtherTexts(results, data, field, config))
    for (place, result) in results.enumerated() where !regions.areTold(by: result) {
      guard !others.contains(place) else {
        diagnostics.lose("results left out of images, pages or texts after the first")
        continue
      }
      for name in ["meta", "parentID"] where result[name].map({ !$0.isNull && $0 != [:] }) ?? false {
        diagnostics.lose("`\(name)` of results left out, which is not read")
      }
      let first = item.labels.count
      do {
        try addLabels(of: result, regions, to: &item, prediction, &schema, diagnostics)
        if isOfSeveral, let question = result["from_name"]?.string {
          for place in first..<item.labels.count where item.labels[place].value.isAnswer {
            item.labels[place].attributes.append(.init("question", .string(question)))
          }
        }
        let answers = regions.answers(of: result)
        if !answers.isEmpty {
          for place in first..<item.labels.count { item.labels[place].attributes += answers }
        }
        if !relations.isEmpty, item.labels.count > first, let id = result["id"]?.string {
          places[id] = first
        }
      } catch {
        try diagnostics.leaveOut(error, in: file, at: "task \(id), result[\(place)]")
      }
    }
    for (place, relation) in relations {
      if let label = LabelStudioRegions.relation(relation, between: places, &schema) {
        item.labels.append(label)
      } else {
        try diagnostics.report(
          file, "task \(id), result[\(place)]", "it joins regions that are not there",
          remedy: "Name regions of the task; it is left out.")
      }
    }
    return item
  }

  /// Those of the first annotation that counts, or else of the first prediction, and that.
  private static func results(
    of task: JSON, _ id: String, _ file: String, _ diagnostics: Diagnostics
  ) throws -> (results: [JSON], prediction: JSON?) {
    let annotations = try (task["annotations"]?.array ?? task["completions"]?.array ?? []).filter {
      annotation in
      let result = annotation["result"] ?? .null
      if result.array == nil, !result.isNull {
        try diagnostics.report(
          file, "task \(id), annotations", "a result is no list", remedy: "Put it right; it is left out.")
      }
      return annotation["was_cancelled"]?.bool != true && result.array != nil
    }
    if annotations.count > 1 {
      diagnostics.lose(laterAnnotations, count: annotations.count - 1)
    }
    let predictions = task["predictions"]?.array ?? []
    let prediction = annotations.isEmpty ? predictions.first : nil
    if predictions.count > (prediction == nil ? 0 : 1) {
      diagnostics.lose(
        "predictions left out beside annotations, or after the first",
        count: predictions.count - (prediction == nil ? 0 : 1))
    }
    return ((annotations.first ?? prediction)?["result"]?.array ?? [], prediction)
  }

  /// Those of the first prediction.
  private static func predicted(
    of task: JSON, _ diagnostics: Diagnostics
  ) -> (results: [JSON], prediction: JSON?) {
    let predictions = task["predictions"]?.array ?? []
    if predictions.count > 1 {
      diagnostics.lose("predictions left out after the first of a task", count: predictions.count - 1)
    }
    return (predictions.first?["result"]?.array ?? [], predictions.first)
  }

  /// What a task is of: an image, or else a text; its other data is metadata.
  private static func item(
    _ data: JSON, _ id: String, _ folder: DatasetFolder, _ results: [JSON], _ config: Config
  ) -> (item: DatasetItem, field: String?) {
    let members = data.members ?? []
    var chosen = ["image", "img"].first { data[$0]?.string != nil }
    // What is beside a text is of it, if nothing is drawn on it.
    if chosen == nil, data["text"]?.string == nil || results.contains(where: isOfPicture) {
      chosen =
        members.first { $0.value.string.map(DatasetFolder.isImage) == true }?.name
        ?? (data["url"]?.string == nil ? nil : "url")
    }
    let image = chosen.flatMap { data[$0]?.string }
    if chosen == nil {
      // The one that spans are of, where it is said.
      chosen = results.lazy.compactMap { text(of: $0, data, config) }.first
    }
    if chosen == nil {
      chosen = data["text"]?.string == nil ? members.first { $0.value.string != nil }?.name : "text"
    }
    let name = image.map(Self.name) ?? "task-\(id)"
    let media = image == nil ? nil : folder.image(named: name)
    let item = DatasetItem(
      name: name, subset: data["subset"]?.string ?? "", size: media.flatMap(folder.size),
      text: image == nil ? chosen.flatMap { data[$0]?.string } : nil,
      metadata: members.filter {
        $0.name != chosen && $0.name != "subset" && $0.value != .null
      },
      media: media.map(folder.fullPath)
        ?? image.flatMap { DatasetItem.isAddress($0) ? $0 : nil })
    return (item, chosen)
  }

  /// The data that a span is of; nil where that is not said.
  private static func text(of result: JSON, _ data: JSON, _ config: Config) -> String? {
    guard result["type"]?.string == "labels", result["value"]?["start"]?.integer != nil,
      let control = result["to_name"]?.string
    else { return nil }
    let field = config.shown[control] ?? control
    return data[field]?.string == nil ? nil : field
  }

  /// Places of spans in another text of a task than the one that it is read as.
  private static func ofOtherTexts(
    _ results: [JSON], _ data: JSON, _ field: String?, _ config: Config
  ) -> Set<Int> {
    guard (data.members?.count ?? 0) > 1 else { return [] }
    return Set(
      results.indices.filter { text(of: results[$0], data, config).map { $0 != field } ?? false })
  }

  /// Whether several questions about the whole task are answered, which are told apart by their names.
  private static func asksSeveral(_ results: [JSON]) -> Bool {
    let kinds: Set<String> = ["choices", "textarea"]
    var names: [String: Set<String>] = [:]
    for result in results {
      guard let kind = result["type"]?.string, kinds.contains(kind), let name = result["from_name"]?.string
      else { continue }
      names[kind, default: []].insert(name)
    }
    return names.values.contains { $0.count > 1 }
  }

  /// Places of results that are drawn on another image of a task than the first, or on a page after it.
  private static func ofOthers(_ results: [JSON], _ data: JSON) -> Set<Int> {
    // Mostly there is one image and nothing else.
    let members = data.members ?? []
    guard members.count > 1 || members.contains(where: { $0.value.array != nil }) else { return [] }
    let drawn = results.indices.filter { isOfPicture(results[$0]) }
    let names = drawn.compactMap { results[$0]["to_name"]?.string }
    let control = names.first { $0 == "image" || $0 == "img" } ?? names.first
    return Set(
      drawn.filter { place in
        let name = results[place]["to_name"]?.string
        return name != nil && name != control || (results[place]["item_index"]?.integer ?? 0) > 0
      })
  }

  private static func isOfPicture(_ result: JSON) -> Bool { result["original_width"] != nil }

  /// The last part of an address or path, which may lie in a query as local files do.
  private static func name(_ address: String) -> String {
    // As it is written here: the path below the folder of images, which is no address.
    if address.hasPrefix("images/"), address.utf8.count > 7 { return String(address.dropFirst(7)) }
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
    of result: JSON, _ regions: LabelStudioRegions, to item: inout DatasetItem,
    _ prediction: JSON?, _ schema: inout DatasetSchema, _ diagnostics: Diagnostics
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
    func add(_ member: String, _ form: DatasetLabel.Value) throws(NotationFault) {
      let said = value[member]
      let list = said?.array ?? [said ?? .null].filter { !$0.isNull }
      var names = list.compactMap(\.string)
      if names.isEmpty, form != .whole { names = regions.classes(of: result) }
      // Where no control names what is drawn.
      if names.isEmpty, form != .whole, said == nil { names = ["object"] }
      guard names.count >= list.count, !names.isEmpty || form == .whole else {
        throw NotationFault(path: "value.\(member)", problem: "must be a list of names of classes")
      }
      for name in names {
        item.labels.append(DatasetLabel(schema.index(of: name), form, score: score))
      }
    }
    if let shape = try shape(kind, value, item.size) {
      // A `rectangle` is one of `rectanglelabels` that another control names.
      return try add(kind.hasSuffix("labels") ? kind : kind + "labels", .shape(shape))
    }
    switch kind {
    case "choices": try add("choices", .whole)
    case "taxonomy", "rating", "number", "datetime":
      item.metadata.append(
        .init(result["from_name"]?.string ?? kind, LabelStudioRegions.answer(value, kind)))
    case "textarea":
      for text in value["text"]?.array ?? [value["text"] ?? .null] {
        guard let text = text.string else { continue }
        item.labels.append(DatasetLabel(-1, .caption(text), score: prediction?["score"]?.number))
      }
    case "labels":
      try add("labels", .spans([span(value, in: item.text)]))
    default:
      diagnostics.lose("results of the type \(kind) left out, which is not read")
    }
  }

  /// The characters of a place; nil where it is none of them.
  private static func part(_ range: Range<Int>, of scalars: String.UnicodeScalarView) -> String? {
    guard
      let start = scalars.index(
        scalars.startIndex, offsetBy: range.lowerBound, limitedBy: scalars.endIndex),
      let end = scalars.index(start, offsetBy: range.count, limitedBy: scalars.endIndex)
    else { return nil }
    return String(scalars[start..<end])
  }

  /// Where a span lies. Its own text tells whether places are counted in characters or, as browsers do, in
  /// units of UTF-16.
  private static func span(_ value: JSON, in text: String?) throws(NotationFault) -> Range<Int> {
    let noPlace = NotationFault(path: "value", problem: "start and end must be places in the text")
    guard let start = value["start"]?.integer, let end = value["end"]?.integer, start >= 0, end > start
    else { throw noPlace }
    let range = Int(start)..<Int(end)
    guard let text else { return range }
    let scalars = text.unicodeScalars
    let found = part(range, of: scalars)
    guard let said = value["text"]?.string else {
      guard found != nil else { throw noPlace }
      return range
    }
    func words(_ text: String) -> [Substring] { text.split(whereSeparator: \.isWhitespace) }
    // Label Studio writes line ends as two characters.
    let plain = said.replacing("\\n", with: "\n")
    func isSame(_ other: String) -> Bool { other == said || words(other) == words(plain) }
    if let found, isSame(found) { return range }
    let units = text.utf16
    if range.upperBound <= units.count {
      let (from, to) = (
        units.index(units.startIndex, offsetBy: range.lowerBound),
        units.index(units.startIndex, offsetBy: range.upperBound)
      )
      if let other = String(text.utf16[from..<to]), isSame(other) {
        let first = text.unicodeScalars[..<from].count
        return first..<first + other.unicodeScalars.count
      }
    }
    throw NotationFault(
      path: "value.text",
      problem: "the text there is “\(found?.prefix(40) ?? "")”, not “\(said.prefix(40))”")
  }

  /// What a result of this type draws; nil for types that draw nothing.
  private static func shape(
    _ kind: String, _ value: JSON, _ size: ImageSize?
  ) throws(NotationFault) -> Shape? {
    switch kind {
    case "rectanglelabels", "rectangle": return try box(value, size)
    case "ellipselabels", "ellipse":
      let scale = try scale(size)
      return .ellipse(
        Ellipse(
          center: Point(x: try value.number("x") * scale.x, y: try value.number("y") * scale.y),
          radiusX: try value.number("radiusX") * scale.x,
          radiusY: try value.number("radiusY") * scale.y,
          rotation: (value["rotation"]?.number ?? 0) * .pi / 180))
    case "polygonlabels", "polygon":
      let scale = try scale(size)
      var points: [Point] = []
      for (place, pair) in (try value.required("points").array ?? []).enumerated() {
        let (x, y) = try pair.pair("value.points[\(place)]")
        points.append(Point(x: x * scale.x, y: y * scale.y))
      }
      guard points.count >= 3 else {
        throw NotationFault(path: "value.points", problem: "must be three points at least")
      }
      return .polygon(Polygon(points))
    case "keypointlabels", "keypoint":
      let scale = try scale(size)
      return .point(Point(x: try value.number("x") * scale.x, y: try value.number("y") * scale.y))
    case "brushlabels", "brush":
      guard let size, let packed = value["rle"]?.array,
        let mask = LabelStudioBrush.mask(packed, size)
      else {
        throw NotationFault(
          path: "value.rle", problem: "must be a packed mask of the image's size")
      }
      return .mask(mask)
    default: return nil
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

extension DatasetLabel.Value {
  /// Whether it answers a question about the whole item.
  fileprivate var isAnswer: Bool {
    switch self {
    case .whole, .caption: true
    default: false
    }
  }
}
