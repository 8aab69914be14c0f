import Consensus
import Formats
import Geometry
import Notation

/// One label set of a dataset, column by column.
struct LabelColumns: Sendable {
  /// Where the labels of an item begin, and how many there are.
  private(set) var spans: [(start: Int, count: Int)] = []
  private var known: [Bool] = []
  private(set) var classes: [Int32] = []
  private(set) var kinds: [UInt8] = []
  /// NaN where a label has none.
  private(set) var scores: [Double] = []
  private(set) var boxes: [(x: Float, y: Float, width: Float, height: Float)] = []
  private(set) var areas: [Float] = []
  private(set) var crowds: [Bool] = []
  /// Of spans of text, by label, where they are.
  private var ranges: [Int: [Range<Int>]] = [:]
  private(set) var attributes: [String: ValueColumn] = [:]
  /// Labels that belong to an item now.
  private(set) var count = 0
  /// Numbers of each item that came with the set: confidence, answers, ….
  private(set) var facts: [String: ValueColumn] = [:]

  static let kindNames = DatasetLabelKind.allCases.map(\.rawValue)

  /// The labels of an item, in place of those it had.
  mutating func set(_ labels: [DatasetLabel], at item: Int) {
    // What came with the labels before these.
    if item < spans.count { for name in Array(facts.keys) { facts[name]?.clear(item) } }
    while spans.count <= item {
      spans.append((classes.count, 0))
      known.append(false)
    }
    known[item] = true
    count += labels.count - spans[item].count
    spans[item] = (classes.count, labels.count)
    for label in labels {
      let row = classes.count
      classes.append(Int32(label.classIndex))
      kinds.append(UInt8(DatasetLabelKind.allCases.firstIndex(of: label.value.kind) ?? 0))
      scores.append(label.score ?? .nan)
      let box = label.bounds ?? Box(x: 0, y: 0, width: 0, height: 0)
      boxes.append((Float(box.x), Float(box.y), Float(box.width), Float(box.height)))
      areas.append(Float(Self.area(label, box)))
      crowds.append(label.isCrowd)
      if case .spans(let own) = label.value { ranges[row] = own }
      for one in label.attributes {
        attributes[one.name, default: ValueColumn()].set(one.value, at: row)
      }
    }
  }

  /// Forgets what the set says of an item.
  mutating func remove(at item: Int) {
    guard isKnown(item) else { return }
    set([], at: item)
    known[item] = false
  }

  mutating func setFact(_ name: String, _ value: JSON, at item: Int) {
    if name == "workers", let text = value.string {
      // They are kept with spaces between.
      let workers = text.split(separator: " ").map(String.init)
      facts[name, default: ValueColumn()].set(list: workers, shown: text, at: item)
    } else {
      facts[name, default: ValueColumn()].set(value, at: item)
    }
  }

  /// Whether the set says something of an item, if only that there is nothing.
  func isKnown(_ item: Int) -> Bool { item < known.count && known[item] }

  func labels(of item: Int) -> Range<Int> {
    guard item < spans.count else { return 0..<0 }
    return spans[item].start..<spans[item].start + spans[item].count
  }

  /// The labels of an item that have a class and a place: boxes and spans of text.
  func detections(of item: Int) -> [Detection] {
    labels(of: item).compactMap { label in
      guard classes[label] >= 0 else { return nil }
      let kind = DatasetLabelKind.allCases[Int(kinds[label])]
      let box = boxes[label]
      let region: Detection.Region
      switch kind {
      case .whole: region = .whole
      case .span: region = .spans(ranges[label] ?? [])
      case .caption, .relation: return nil
      default:
        region = .box(
          Box(
            x: Double(box.x), y: Double(box.y), width: Double(box.width), height: Double(box.height)
          ))
      }
      return Detection(
        label: Int(classes[label]), region: region, area: Double(areas[label]),
        isCrowd: crowds[label], score: scores[label].isNaN ? 1 : scores[label])
    }
  }

  private static func area(_ label: DatasetLabel, _ bounds: Box) -> Double {
    switch label.value {
    case .shape(let shape): shape.kind.coversArea ? shape.area : bounds.area
    case .pieces(let pieces): pieces.reduce(0) { $0 + $1.area }
    case .spans(let ranges): Double(ranges.reduce(0) { $0 + $1.count })
    default: bounds.area
    }
  }
}
