/// Cuts a stream of bytes into lines, whatever the pieces it comes in, and never holds more than
/// one line: a longer line than the limit is passed over and reported.
package struct LineReader: Sendable {
  package enum Line: Hashable, Sendable {
    case text([UInt8])
    /// The line had more bytes than the limit.
    case tooLong(bytes: Int)
  }

  private let limit: Int
  private var partial: [UInt8] = []
  private var skipped = 0

  /// - Parameter limit: bytes of a line at most, without its end.
  package init(limit: Int) { self.limit = limit }

  /// Takes a piece and returns every line that it completes. CRLF and LF both end a line.
  package mutating func read(_ bytes: some Sequence<UInt8>) -> [Line] {
    let contiguous = ContiguousArray(bytes)
    var lines: [Line] = []
    var start = 0
    for index in contiguous.indices where contiguous[index] == 0x0A {
      take(contiguous[start..<index])
      lines.append(finish())
      start = index + 1
    }
    take(contiguous[start...])
    return lines
  }

  /// The last line, where it has no end.
  package mutating func end() -> Line? {
    partial.isEmpty && skipped == 0 ? nil : finish()
  }

  private mutating func take(_ bytes: ContiguousArray<UInt8>.SubSequence) {
    if skipped > 0 {
      skipped += bytes.count
    } else if partial.count + bytes.count > limit {
      skipped = partial.count + bytes.count
      partial = []
    } else {
      partial.append(contentsOf: bytes)
    }
  }

  private mutating func finish() -> Line {
    if skipped > 0 {
      defer { skipped = 0 }
      return .tooLong(bytes: skipped)
    }
    if partial.last == 0x0D { partial.removeLast() }
    defer { partial.removeAll(keepingCapacity: true) }
    return .text(partial)
  }
}
