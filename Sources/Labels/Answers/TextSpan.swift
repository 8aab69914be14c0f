/// What is marked of a text: one piece of it, or several with gaps between them. Places are counted in
/// Unicode scalars from 0.
public struct TextSpan: Hashable, Sendable {
  /// From `start` to before `end`.
  public struct Piece: Hashable, Sendable {
    public var start: Int
    public var end: Int
    public init(start: Int, end: Int) {
      self.start = start
      self.end = end
    }

    public var count: Int { max(0, end - start) }
  }

  /// In the order of the text; pieces that touch or overlap are one.
  public let pieces: [Piece]

  public init(start: Int, end: Int) { pieces = [Piece(start: start, end: end)] }

  public init(_ pieces: [Piece]) {
    var joined: [Piece] = []
    for piece in pieces.sorted(by: { $0.start < $1.start }) {
      if let last = joined.last, piece.start <= last.end, piece.count > 0, last.count > 0 {
        joined[joined.count - 1].end = max(last.end, piece.end)
      } else {
        joined.append(piece)
      }
    }
    self.pieces = joined
  }

  public var start: Int { pieces.first?.start ?? 0 }
  public var end: Int { pieces.last?.end ?? 0 }

  /// Scalars covered.
  public var count: Int { pieces.reduce(0) { $0 + $1.count } }

  /// Whether it has pieces, and each covers something and begins at 0 or later.
  var isSound: Bool { !pieces.isEmpty && pieces.allSatisfy { $0.start >= 0 && $0.count > 0 } }

  /// Intersection over union of the scalars covered, 0…1.
  ///
  /// - Complexity: O(pieces of both)
  public func intersectionOverUnion(_ other: TextSpan) -> Double {
    var (i, j, shared) = (0, 0, 0)
    while i < pieces.count, j < other.pieces.count {
      let (a, b) = (pieces[i], other.pieces[j])
      shared += max(0, min(a.end, b.end) - max(a.start, b.start))
      if a.end < b.end { i += 1 } else { j += 1 }
    }
    let union = count + other.count - shared
    return union > 0 ? Double(shared) / Double(union) : 0
  }
}

/// Where each Unicode scalar of a text begins in its UTF-8 and UTF-16 forms, for programs that count so.
public struct TextOffsets: Sendable {
  private let utf8: [Int32]
  private let utf16: [Int32]
  private let bytes: [UInt8]

  /// - Complexity: O(scalars)
  public init(_ text: String) {
    bytes = Array(text.utf8)
    var (utf8, utf16): ([Int32], [Int32]) = ([0], [0])
    var (place, units) = (Int32(0), Int32(0))
    for scalar in text.unicodeScalars {
      place += scalar.value < 0x80 ? 1 : scalar.value < 0x800 ? 2 : scalar.value < 0x10000 ? 3 : 4
      units += scalar.value < 0x10000 ? 1 : 2
      utf8.append(place)
      utf16.append(units)
    }
    (self.utf8, self.utf16) = (utf8, utf16)
  }

  private func isWithin(_ piece: TextSpan.Piece) -> Bool {
    piece.start >= 0 && piece.start <= piece.end && piece.end < utf8.count
  }

  /// nil for a place outside the text.
  public func utf8(_ scalar: Int) -> Int? { utf8.indices.contains(scalar) ? Int(utf8[scalar]) : nil }
  public func utf16(_ scalar: Int) -> Int? { utf16.indices.contains(scalar) ? Int(utf16[scalar]) : nil }

  /// The words that a span marks, its pieces joined by " … ".
  ///
  /// - Complexity: O(what it marks)
  public func text(of span: TextSpan) -> String {
    var words = ""
    for (number, piece) in span.pieces.enumerated() where isWithin(piece) {
      if number > 0 { words += " … " }
      words += String(decoding: bytes[Int(utf8[piece.start])..<Int(utf8[piece.end])], as: UTF8.self)
    }
    return words
  }
}
