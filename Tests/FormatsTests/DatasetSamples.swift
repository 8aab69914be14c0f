import Foundation
import Geometry
import Labels
import Notation
import Testing

@testable import Formats

/// Labelled sets made up from a seed, with whatever a format holds.
struct DatasetSamples {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func number(_ range: ClosedRange<Int>) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return range.lowerBound + Int((state >> 33) % UInt64(range.count))
  }

  /// A place with two decimals, as all formats keep it.
  private mutating func place(_ range: ClosedRange<Int>) -> Double {
    Double(number(range)) + Double(number(0...99)) / 100
  }

  static let schema = DatasetSchema([
    .init("red car"), .init("tree & “leaf”"),
    .init("Männchen", keypoints: ["head", "hand", "foot"], skeleton: [[0, 1], [1, 2]]),
    .init("猫"),
  ])

  mutating func items(_ kinds: Set<DatasetLabelKind>, count: Int = 6, isText: Bool = false)
    -> [DatasetItem]
  {
    (0..<count).map { index in isText ? text(index, kinds) : image(index, kinds) }
  }

  private mutating func image(_ index: Int, _ kinds: Set<DatasetLabelKind>) -> DatasetItem {
    let size = ImageSize(width: number(120...400), height: number(120...400))
    var item = DatasetItem(name: "photo \(index).png", size: size)
    let usable = DatasetLabelKind.allCases.filter {
      kinds.contains($0) && $0 != .span && $0 != .relation
    }
    for kind in usable { for _ in 0..<number(0...2) { item.labels.append(label(kind, size)) } }
    return item
  }

  private mutating func label(_ kind: DatasetLabelKind, _ size: ImageSize) -> DatasetLabel {
    let (x, y) = (place(0...40), place(0...40))
    let (width, height) = (place(10...50), place(10...50))
    func corner(_ dx: Double, _ dy: Double) -> Point {
      Point(x: x + dx * width, y: y + dy * height)
    }
    let outline = [corner(0, 0), corner(1, 0.1), corner(0.9, 1), corner(0.1, 0.8)].map { point in
      Point(x: (point.x * 100).rounded() / 100, y: (point.y * 100).rounded() / 100)
    }
    let box = Box(x: x, y: y, width: width, height: height)
    let middle = Point(x: x + width / 2, y: y + height / 2)
    let index = number(0...3)
    switch kind {
    case .box: return DatasetLabel(index, .shape(.box(box)))
    case .rotatedBox:
      return DatasetLabel(
        index,
        .shape(.rotatedBox(RotatedBox(center: middle, width: width, height: height, rotation: 0.3)))
      )
    case .polygon: return DatasetLabel(index, .shape(.polygon(Polygon(outline))))
    case .pieces:
      let other = outline.map { Point(x: $0.x + 60, y: $0.y) }
      return DatasetLabel(index, .pieces([Polygon(outline), Polygon(other)]))
    case .polyline:
      return DatasetLabel(index, .shape(.polyline(Polyline(Array(outline.prefix(3))))))
    case .point: return DatasetLabel(index, .shape(.point(outline[0])))
    case .ellipse:
      return DatasetLabel(
        index, .shape(.ellipse(Ellipse(center: middle, radiusX: width / 2, radiusY: width / 2))))
    case .cuboid:
      // Its side is seen at the right or at the left.
      let far = [1, -0.25][number(0...1)]
      let corners = [
        corner(0, 0), corner(0.75, 0), corner(0.75, 1), corner(0, 1), corner(far, 0.25), corner(far, 0.75),
      ]
      return Cuboid(corners).map { DatasetLabel(index, .shape(.cuboid($0))) } ?? DatasetLabel(index, .whole)
    case .keypoints:
      let keypoints = Keypoints([
        .init(outline[0]), .init(outline[1], .hidden), .init(Point(x: 0, y: 0), .absent),
      ])
      return DatasetLabel(2, .shape(.keypoints(keypoints)), box: box)
    case .mask:
      let mask = RunLengthMask(Polygon(outline), width: size.width, height: size.height)
      return DatasetLabel(index, .shape(.mask(mask)))
    case .whole: return DatasetLabel(index, .whole)
    case .caption: return DatasetLabel(-1, .caption("A car, “red”; <b>fast</b> & 猫\nnot far"))
    case .space:
      return DatasetLabel(
        index,
        .space(
          SpaceBox(x: 1.25, y: 1.5, z: 12, height: 1.5, width: 1.75, length: 4.25, rotation: -0.5)),
        box: box)
    case .span, .relation: return DatasetLabel(index, .whole)
    }
  }

  private mutating func text(_ index: Int, _ kinds: Set<DatasetLabelKind>) -> DatasetItem {
    let words = ["Ada", "schläft", "in", "東京", "heute", "👩‍🚀", "gern", "lange"]
    let chosen = (0..<number(4...9)).map { _ in words[number(0...7)] }
    let text = chosen.joined(separator: " ")
    var item = DatasetItem(name: "text-\(index + 1)", text: text)
    var place = 0
    for word in chosen {
      item.tokens.append(place..<place + word.unicodeScalars.count)
      place += word.unicodeScalars.count + 1
    }
    for at in stride(from: 0, to: chosen.count - 1, by: 2) {
      item.labels.append(
        DatasetLabel(
          at % 2, .spans([item.tokens[at].lowerBound..<item.tokens[at + number(0...1)].upperBound]))
      )
    }
    if kinds.contains(.relation), item.labels.count > 1 {
      item.labels.append(DatasetLabel(3, .relation(from: 0, to: 1)))
    }
    return item
  }

  /// Puts an image of the right size beside a set, for formats that say no sizes.
  static func putImages(of items: [DatasetItem], under folder: String) throws {
    for item in items {
      guard let size = item.size else { continue }
      let pixels = [UInt8](repeating: 90, count: size.width * size.height)
      let path = "\(folder)/images/\(item.name)"
      try FileManager.default.createDirectory(
        atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path,
        withIntermediateDirectories: true)
      let png = PNGWriter.png(pixels, width: size.width, height: size.height, pixels: .grey)
      try Data(png).write(to: URL(fileURLWithPath: path))
    }
  }
}

/// Items that are there already.
struct GivenItems: DatasetReading {
  var schema = DatasetSamples.schema
  var items: ArraySlice<DatasetItem>

  mutating func next() throws -> DatasetItem? { items.popFirst() }
}

/// A folder that is gone with the test.
final class TestFolder {
  let path = NSTemporaryDirectory() + "assay-formats-\(UUID().uuidString)"
  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

  func write(_ bytes: [UInt8], to name: String) throws {
    let url = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }
}

extension TestFolder {
  /// What it holds, as whatever it is found out to be.
  func found(
    _ mode: Diagnostics.Mode = .lenient
  ) throws -> (format: String, items: [DatasetItem], names: [String], diagnostics: Diagnostics) {
    let diagnostics = Diagnostics(mode)
    let place = try DatasetFolder(path)
    let format = try #require(DatasetFormat.of(place))
    var reader = try format.reader(of: place, diagnostics)
    var items: [DatasetItem] = []
    while let item = try reader.next() { items.append(item) }
    return (format.id, items, reader.schema.classes.map(\.name), diagnostics)
  }
}
