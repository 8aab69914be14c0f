import Geometry
import Labels

/// Which objects of two annotators are the same: the pairing that is worth most in all, among the pairs that
/// are alike at all.
///
/// Only objects whose bounds are near each other are compared, and objects that no chain of such pairs joins
/// are paired apart, so that large answers cost about as much as they have overlaps.
enum ObjectPairing {
  struct Match: Hashable, Sendable {
    var column: Int
    /// `ObjectFusion.similarity`, above the threshold.
    var likeness: Double
  }

  /// Rows times columns of objects that hang together, beyond which the most alike are taken first.
  static let denseLimit = 250_000
  /// Points and lines this far apart, in pixels, are not alike by `ObjectFusion.matchThreshold`.
  private static let reach = 16.0

  /// - Parameters:
  ///   - threshold: pairs less alike than this are none.
  ///   - worth: of a likeness, to be made the most of.
  /// - Returns: for each row its match, nil for none.
  /// - Complexity: O(n log n + pairs near each other + Σ r² c over groups that hang together)
  static func best(
    _ rows: [Annotation.Value], _ columns: [Annotation.Value], threshold: Double,
    worth: (Double) -> Double = { $0 }
  ) -> [Match?] {
    var pairs: [(row: Int, column: Int, likeness: Double)] = []
    let extents = columns.map(Extent.init)
    let order = columns.indices.sorted { (extents[$0].low, $0) < (extents[$1].low, $1) }
    let widest = extents.reduce(0) { max($0, $1.high - $1.low) }
    for (row, value) in rows.enumerated() {
      let own = Extent(value)
      var place = first(order) { extents[$0].low >= own.low - widest }
      while place < order.count, extents[order[place]].low <= own.high {
        let column = order[place]
        place += 1
        guard own.meets(extents[column]) else { continue }
        let likeness = ObjectFusion.similarity(columns[column], value)
        if likeness > 0, likeness >= threshold { pairs.append((row, column, likeness)) }
      }
    }
    var matches = [Match?](repeating: nil, count: rows.count)
    for group in groups(pairs, rows.count, columns.count) {
      assign(group, worth, &matches)
    }
    return matches
  }

  private typealias Pair = (row: Int, column: Int, likeness: Double)

  private static func assign(
    _ pairs: [Pair], _ worth: (Double) -> Double, _ matches: inout [Match?]
  ) {
    var (rows, columns) = (Numbering<Int>(), Numbering<Int>())
    for pair in pairs { _ = (rows.number(pair.row), columns.number(pair.column)) }
    guard rows.count * columns.count <= denseLimit else {
      var taken: Set<Int> = []
      for pair in pairs.sorted(by: {
        ($1.likeness, $0.row, $0.column) < ($0.likeness, $1.row, $1.column)
      })
      where matches[pair.row] == nil && taken.insert(pair.column).inserted {
        matches[pair.row] = Match(column: pair.column, likeness: pair.likeness)
      }
      return
    }
    var likeness = [[Double]](
      repeating: [Double](repeating: 0, count: columns.count), count: rows.count)
    for pair in pairs {
      likeness[rows.number(pair.row)][columns.number(pair.column)] = pair.likeness
    }
    let found = Assignment.best(likeness.map { $0.map { $0 > 0 ? worth($0) : 0 } })
    for (row, column) in found.enumerated() {
      guard let column else { continue }
      matches[rows.names[row]] = Match(
        column: columns.names[column], likeness: likeness[row][column])
    }
  }

  /// Pairs that share a row or a column, directly or by others, in the order of their first rows.
  private static func groups(_ pairs: [Pair], _ rows: Int, _ columns: Int) -> [[Pair]] {
    var parents = Array(0..<rows + columns)
    func root(_ one: Int) -> Int {
      var one = one
      while parents[one] != one {
        parents[one] = parents[parents[one]]
        one = parents[one]
      }
      return one
    }
    for pair in pairs { parents[root(pair.row)] = root(rows + pair.column) }
    var numbers = Numbering<Int>()
    var groups: [[Pair]] = []
    for pair in pairs {
      let group = numbers.number(root(pair.row))
      if group == groups.count { groups.append([]) }
      groups[group].append(pair)
    }
    return groups
  }

  /// The first place of sorted ones from which a condition holds.
  private static func first(_ order: [Int], _ holds: (Int) -> Bool) -> Int {
    var (low, high) = (0, order.count)
    while low < high {
      let middle = (low + high) / 2
      if holds(order[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Where an object lies, with the reach of points and lines.
  private struct Extent {
    var (low, high) = (0.0, -1.0)
    var (top, bottom) = (0.0, 0.0)

    init(_ value: Annotation.Value) {
      switch value {
      case .span(let span):
        (low, high) = (Double(span.start), Double(span.end))
      case .shape(let shape):
        let bounds = shape.bounds
        guard bounds.isFinite else { return }
        (low, high) = (bounds.x - reach, bounds.maxX + reach)
        (top, bottom) = (bounds.y - reach, bounds.maxY + reach)
      default: break
      }
    }

    func meets(_ other: Extent) -> Bool {
      low <= other.high && other.low <= high && top <= other.bottom && other.top <= bottom
    }
  }
}
