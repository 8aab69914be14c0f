import Geometry
import Labels
import Notation

/// Looks at the labels of a set as it is read. Those that are no shapes are left out. Those that lie beyond
/// the edge of their image are told and kept: a whole object that is half seen is marked so by some, and
/// where it lies is the set's to say.
struct SoundLabels: DatasetReading {
  private var reader: any DatasetReading
  private let diagnostics: Diagnostics
  private var beyond = 0

  /// Pixels beyond the edge that are no fault: tools round, and count from 1 or from 0.
  static let slack = 1.0
  /// Labels beyond their images that are told one by one: they cost nothing, and leave room for what does.
  static let toldLimit = 100

  var schema: DatasetSchema { reader.schema }

  init(_ reader: any DatasetReading, _ diagnostics: Diagnostics) {
    (self.reader, self.diagnostics) = (reader, diagnostics)
  }

  mutating func next() throws -> DatasetItem? {
    guard var item = try reader.next() else { return nil }
    leaveOutDoubled(&item)
    var bad: [Int: String] = [:]
    for (place, label) in item.labels.enumerated() {
      if let problem = label.problem ?? item.size.flatMap({ label.problem(in: $0) }) {
        bad[place] = problem
        continue
      }
      // A place within its image is one that an image is large enough for.
      let fault = item.size.flatMap { size in
        label.bounds.flatMap { Self.fault($0, in: size) }
      }
      if fault != nil || item.size == nil || label.value.kind == .mask, !label.isPossible {
        bad[place] = "is one that no image is large enough for"
      } else if let fault {
        try tell(fault, item, place)
      }
    }
    guard !bad.isEmpty else { return item }
    for (place, problem) in bad.sorted(by: { $0.key < $1.key }) {
      try diagnostics.report(
        item.name, name(of: item.labels[place], place),
        "its \(item.labels[place].value.kind) \(problem)",
        remedy: "Put it right; it is left out.")
    }
    let relations = item.replaceLabels { place, label in bad[place] == nil ? [label] : [] }
    if relations > 0 { diagnostics.lose("relations left out whose ends are", count: relations) }
    return item
  }

  /// A name stands once in what is written: of values that have one name the last counts, as of JSON.
  private func leaveOutDoubled(_ item: inout DatasetItem) {
    func once(_ members: [JSON.Member], _ what: String) -> [JSON.Member]? {
      guard members.count > 1 else { return nil }
      // Mostly there are few, and no two alike.
      guard
        members.count > 20
          || members.indices.contains(where: { place in
            members[(place + 1)...].contains { $0.name == members[place].name }
          })
      else { return nil }
      var names: Set<String> = []
      let last = Array(members.reversed().filter { names.insert($0.name).inserted }.reversed())
      guard last.count < members.count else { return nil }
      diagnostics.lose("\(what) left out whose name comes again", count: members.count - last.count)
      return last
    }
    if let last = once(item.metadata, "metadata") { item.metadata = last }
    for place in item.labels.indices where item.labels[place].attributes.count > 1 {
      if let last = once(item.labels[place].attributes, "attributes") {
        item.labels[place].attributes = last
      }
    }
  }

  private func name(of label: DatasetLabel, _ place: Int) -> String {
    "label \(place + 1)" + (label.classIndex < 0 ? "" : ", \(reader.schema.name(label.classIndex))")
  }

  private mutating func tell(_ fault: String, _ item: DatasetItem, _ place: Int) throws {
    beyond += 1
    guard beyond <= Self.toldLimit else {
      return diagnostics.lose("more labels that reach beyond their images, kept as they are")
    }
    try diagnostics.report(
      item.name, name(of: item.labels[place], place), fault,
      remedy: "Put its place or the image's size right; it is kept as it is.")
  }

  /// What is wrong with a place in an image of a size; nil where it lies inside.
  static func fault(_ bounds: Box, in size: ImageSize) -> String? {
    let (width, height) = (Double(size.width), Double(size.height))
    guard
      bounds.x < -slack || bounds.y < -slack || bounds.maxX > width + slack
        || bounds.maxY > height + slack
    else { return nil }
    let isOutside = bounds.maxX <= 0 || bounds.maxY <= 0 || bounds.x >= width || bounds.y >= height
    let sides = [bounds.x, bounds.maxX, bounds.y, bounds.maxY].map {
      abs($0) < 1e15 ? "\(Int($0.rounded()))" : "\($0)"
    }
    return "it \(isOutside ? "lies outside of" : "reaches beyond") its image: "
      + "x \(sides[0])…\(sides[1]), y \(sides[2])…\(sides[3]) of \(size.width) × \(size.height)"
  }
}

extension DatasetLabel {
  /// Why its shape is none; nil where it is one.
  package var problem: String? {
    switch value {
    case .shape(.box(let box)):
      box.width >= 0 && box.height >= 0 ? nil : "must not have a width or height below 0"
    case .shape(.polygon(let polygon)):
      polygon.hasOutline ? nil : "must have at least three points"
    case .shape(.polyline(let line)):
      line.points.count >= 2 ? nil : "must have at least two points"
    case .pieces(let pieces):
      !pieces.isEmpty && pieces.allSatisfy(\.hasOutline)
        ? nil : "must be outlines of at least three points each"
    default: nil
    }
  }

  /// Why it is none of an image of a size; nil where it is one.
  package func problem(in size: ImageSize) -> String? {
    guard case .shape(.mask(let mask)) = value,
      mask.width != size.width || mask.height != size.height
    else { return nil }
    return "must be of the image's \(size.width) × \(size.height) pixels, "
      + "not of \(mask.width) × \(mask.height)"
  }
}

extension Polygon {
  fileprivate var hasOutline: Bool { rings.allSatisfy { $0.count >= 3 } }
}
