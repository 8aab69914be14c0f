import Formats
import Foundation

/// A line of an import with its number, from 1.
struct NumberedLine: Sendable {
  var number: Int
  var line: LineReader.Line
}

/// Hands out a spooled body's lines in portions of bounded size.
struct ImportLines {
  /// Lines of one portion, which is one transaction.
  static let portionLines = 5_000
  /// Bytes of one portion, give or take a line.
  static let portionBytes = 4 * 1024 * 1024

  /// What some editors begin a text in UTF-8 with.
  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private let spool: Spool
  /// Lines an earlier try has stored, which are passed over.
  private var toPass: Int
  private var reader = LineReader(limit: Imports.lineLimit)
  private var waiting: [NumberedLine] = []
  private var waitingBytes = 0
  private var number = 0
  private var chunk = 0
  private var isAtEnd = false

  init(_ spool: Spool, passing: Int = 0) {
    self.spool = spool
    toPass = passing
  }

  /// The next lines that are not blank; nil after the last.
  mutating func next() throws -> ArraySlice<NumberedLine>? {
    while let portion = try nextPortion() {
      let passed = min(toPass, portion.count)
      toPass -= passed
      if passed < portion.count { return portion.dropFirst(passed) }
    }
    return nil
  }

  private mutating func nextPortion() throws -> ArraySlice<NumberedLine>? {
    while !isAtEnd, waiting.count < Self.portionLines, waitingBytes < Self.portionBytes {
      if let bytes = try spool.chunk(chunk) {
        chunk += 1
        for line in reader.read(bytes) { take(line) }
      } else {
        isAtEnd = true
        if let line = reader.end() { take(line) }
      }
    }
    guard !waiting.isEmpty else { return nil }
    let count = min(waiting.count, Self.portionLines)
    let portion = waiting[..<count]
    waiting = Array(waiting[count...])
    waitingBytes = waiting.reduce(0) { $0 + Self.size($1.line) }
    return portion
  }

  private mutating func take(_ line: LineReader.Line) {
    number += 1
    var line = line
    if number == 1, case .text(let bytes) = line, bytes.starts(with: Self.byteOrderMark) {
      line = .text(Array(bytes.dropFirst(Self.byteOrderMark.count)))
    }
    if case .text(let bytes) = line {
      guard bytes.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { return }
    }
    waiting.append(NumberedLine(number: number, line: line))
    waitingBytes += Self.size(line)
  }

  private static func size(_ line: LineReader.Line) -> Int {
    if case .text(let bytes) = line { bytes.count } else { 0 }
  }
}
