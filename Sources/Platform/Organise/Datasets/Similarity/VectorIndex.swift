import Consensus
import Foundation

/// Vectors of items, by which those that are alike are found: by the cosine of their angle.
///
/// Few are compared one by one. Many lie in cells round centres (an inverted file: Jégou, Douze & Schmid,
/// *Product Quantization for Nearest Neighbor Search*, 2011, without the quantisation), of which the nearest
/// are searched. 4 bytes a number of each vector.
struct VectorIndex: Sendable {
  let dimensions: Int
  /// Vectors of length 1, row after row.
  private var values: [Float] = []
  /// The item of each row, and the row of each item.
  private(set) var items: [Int32] = []
  /// Grows with each vector that is set.
  private(set) var version = 0
  private var rows: [Int32: Int32] = [:]
  /// The cell of each row; empty before cells are made.
  private var cellOf: [Int32] = []
  private var cells: [[Int32]] = []
  private var centres: [Float] = []

  /// Vectors up to which all are compared.
  static let exactLimit = 20_000
  private let exactLimit: Int
  /// The share of cells that is searched.
  static let probedShare = 1.0 / 40

  init(dimensions: Int, exactLimit: Int = Self.exactLimit) {
    self.dimensions = dimensions
    self.exactLimit = exactLimit
  }

  var count: Int { items.count }
  /// Whether cells are missing, or were made for half as many vectors.
  var needsCells: Bool { count > exactLimit && count > 2 * cellOf.count }
  var hasCells: Bool { !cells.isEmpty }

  /// Sets the vector of an item; one of zeros is alike to none.
  mutating func set(_ vector: [Float], of item: Int32) {
    version += 1
    let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let scaled = length > 0 ? vector.map { $0 / length } : vector
    if let row = rows[item].map({ Int($0) }) {
      values.replaceSubrange(row * dimensions..<(row + 1) * dimensions, with: scaled)
      guard row < cellOf.count else { return }
      cells[Int(cellOf[row])].removeAll { $0 == Int32(row) }
      enter(row)
    } else {
      rows[item] = Int32(count)
      items.append(item)
      values += scaled
      if hasCells { enter(count - 1) }
    }
  }

  private mutating func enter(_ row: Int) {
    let cell = nearestCentre(row)
    if row < cellOf.count { cellOf[row] = Int32(cell) } else { cellOf.append(Int32(cell)) }
    cells[cell].append(Int32(row))
  }

  func vector(of item: Int32) -> [Float]? {
    rows[item].map { Array(values[Int($0) * dimensions..<(Int($0) + 1) * dimensions]) }
  }

  /// The items that are most alike, the most alike first.
  ///
  /// - Parameter isAllowed: whether an item may be among them, a byte for each; nil for all.
  /// - Complexity: O(vectors × dimensions) up to `exactLimit` of them; beyond it about a 40th of that
  func nearest(
    to vector: [Float], limit: Int, isAllowed: [UInt8]? = nil
  ) -> [(item: Int32, similarity: Float)] {
    let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard vector.count == dimensions, length > 0, limit > 0 else { return [] }
    let wanted = vector.map { $0 / length }
    let allowed = isAllowed.map { marks in marks.reduce(0) { $0 + Int($1) } }
    var found = Nearest(limit: limit)
    func look(at row: Int) {
      let item = items[row]
      if let isAllowed, Int(item) >= isAllowed.count || isAllowed[Int(item)] == 0 { return }
      // A vector of zeros, or one at a right angle, is like nothing that is asked.
      let similarity = dot(wanted, row)
      if similarity != 0 { found.add(item, similarity) }
    }
    // Of few that are allowed the nearest cells may hold none.
    guard hasCells, allowed.map({ $0 > exactLimit }) ?? true else {
      for row in items.indices { look(at: row) }
      return found.sorted
    }
    let probes = max(16, Int(Double(cells.count) * Self.probedShare))
    var near = Nearest(limit: probes)
    for cell in cells.indices { near.add(Int32(cell), dot(wanted, centres, cell)) }
    for (cell, _) in near.sorted { for row in cells[Int(cell)] { look(at: Int(row)) } }
    return found.sorted
  }

  // MARK: Cells

  /// With cells for the vectors there are now.
  ///
  /// - Complexity: O(vectors × √vectors × dimensions), on all cores
  func withCells(seed: UInt64 = 1) async -> VectorIndex {
    var made = self
    let number = min(4_096, max(1, Int(Double(count).squareRoot())))
    var generator = SeededGenerator(seed: seed)
    let sample = (0..<min(count, 64 * number)).map { _ in
      Int.random(in: 0..<count, using: &generator)
    }
    made.centres = sample.prefix(number).flatMap { values[$0 * dimensions..<($0 + 1) * dimensions] }
    made.cells = Array(repeating: [], count: number)
    for _ in 0..<6 { made.moveCentres(sample, await made.nearestCentres(sample)) }
    let cellOf = await made.nearestCentres(Array(0..<count))
    // Rows of a cell come to lie one after the other, so that it is read at the speed of memory.
    let order = cellOf.indices.sorted { (cellOf[$0], $0) < (cellOf[$1], $1) }
    made.cellOf = order.map { cellOf[$0] }
    for (row, cell) in made.cellOf.enumerated() { made.cells[Int(cell)].append(Int32(row)) }
    made.items = order.map { items[$0] }
    made.rows = Dictionary(
      uniqueKeysWithValues: made.items.enumerated().map { ($0.element, Int32($0.offset)) })
    made.values = []
    made.values.reserveCapacity(values.count)
    for row in order { made.values += values[row * dimensions..<(row + 1) * dimensions] }
    return made
  }

  /// One step of k-means over a sample (Lloyd, 1982), on the sphere.
  private mutating func moveCentres(_ sample: [Int], _ nearest: [Int32]) {
    var sums = [Float](repeating: 0, count: centres.count)
    for (place, row) in sample.enumerated() {
      let start = Int(nearest[place]) * dimensions
      for axis in 0..<dimensions { sums[start + axis] += values[row * dimensions + axis] }
    }
    for cell in 0..<centres.count / dimensions {
      let range = cell * dimensions..<(cell + 1) * dimensions
      let length = sums[range].reduce(0) { $0 + $1 * $1 }.squareRoot()
      // A centre that nobody is near to stays where it is.
      if length > 0 { centres.replaceSubrange(range, with: sums[range].map { $0 / length }) }
    }
  }

  private func nearestCentres(_ rows: [Int]) async -> [Int32] {
    let parts = 64
    let found = await inParallel(Array(0..<parts)) { part in
      stride(from: part, to: rows.count, by: parts).map { Int32(nearestCentre(rows[$0])) }
    }
    return rows.indices.map { found[$0 % parts][$0 / parts] }
  }

  private func nearestCentre(_ row: Int) -> Int {
    values.withUnsafeBufferPointer { values in
      centres.withUnsafeBufferPointer { centres in
        var best = (cell: 0, likeness: -Float.infinity)
        for cell in 0..<centres.count / dimensions {
          let likeness = Self.dot(values, row * dimensions, centres, cell * dimensions, dimensions)
          if likeness > best.likeness { best = (cell, likeness) }
        }
        return best.cell
      }
    }
  }

  private func dot(_ vector: [Float], _ row: Int) -> Float { dot(vector, values, row) }

  private func dot(_ vector: [Float], _ rows: [Float], _ row: Int) -> Float {
    vector.withUnsafeBufferPointer { vector in
      rows.withUnsafeBufferPointer { Self.dot(vector, 0, $0, row * dimensions, dimensions) }
    }
  }

  private static func dot(
    _ a: UnsafeBufferPointer<Float>, _ startA: Int, _ b: UnsafeBufferPointer<Float>, _ startB: Int,
    _ count: Int
  ) -> Float {
    guard let a = a.baseAddress.map({ UnsafeRawPointer($0 + startA) }),
      let b = b.baseAddress.map({ UnsafeRawPointer($0 + startB) })
    else { return 0 }
    var sums = SIMD16<Float>.zero
    var place = 0
    while place + 16 <= count {
      sums +=
        a.loadUnaligned(fromByteOffset: place * 4, as: SIMD16<Float>.self)
        * b.loadUnaligned(fromByteOffset: place * 4, as: SIMD16<Float>.self)
      place += 16
    }
    var sum = sums.sum()
    while place < count {
      sum +=
        a.loadUnaligned(fromByteOffset: place * 4, as: Float.self)
        * b.loadUnaligned(fromByteOffset: place * 4, as: Float.self)
      place += 1
    }
    return sum
  }
}

/// The largest of many, with their items: a heap whose root is the least of them.
private struct Nearest {
  private let limit: Int
  private var heap: [(item: Int32, similarity: Float)] = []

  init(limit: Int) { self.limit = limit }

  /// Of equals the first item comes first.
  var sorted: [(item: Int32, similarity: Float)] {
    heap.sorted {
      $0.similarity != $1.similarity ? $0.similarity > $1.similarity : $0.item < $1.item
    }
  }

  mutating func add(_ item: Int32, _ similarity: Float) {
    if heap.count < limit {
      heap.append((item, similarity))
      var place = heap.count - 1
      while place > 0, heap[place].similarity < heap[(place - 1) / 2].similarity {
        heap.swapAt(place, (place - 1) / 2)
        place = (place - 1) / 2
      }
    } else if similarity > heap[0].similarity {
      heap[0] = (item, similarity)
      var place = 0
      while true {
        var least = place
        for child in [2 * place + 1, 2 * place + 2]
        where child < heap.count && heap[child].similarity < heap[least].similarity {
          least = child
        }
        guard least != place else { return }
        heap.swapAt(place, least)
        place = least
      }
    }
  }
}
