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
  static let portionLines = 10_000
  /// Bytes of one portion, give or take a line.
  static let portionBytes = 8 * 1024 * 1024

  private let spool: Spool
  private var reader = LineReader(limit: Imports.lineLimit)
  private var waiting: [NumberedLine] = []
  private var waitingBytes = 0
  private var number = 0
  private var chunk = 0
  private var isAtEnd = false

  init(_ spool: Spool) { self.spool = spool }

  /// The next lines that are not blank; nil after the last.
  mutating func next() throws -> [NumberedLine]? {
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
    let portion = Array(waiting[..<count])
    waiting.removeFirst(count)
    waitingBytes = waiting.reduce(0) { $0 + Self.size($1.line) }
    return portion
  }

  private mutating func take(_ line: LineReader.Line) {
    number += 1
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

/// Reads a spooled body ahead: each portion comes prepared, while the one before is stored.
actor ImportPortions {
  private var lines: ImportLines
  private let reader: ImportLineReader
  private var toPass: Int

  /// - Parameter passing: lines an earlier try has stored.
  init(_ spool: Spool, _ reader: ImportLineReader, passing: Int) {
    lines = ImportLines(spool)
    self.reader = reader
    toPass = passing
  }

  func next() throws -> [Result<PreparedTask, ImportProblem>]? {
    while let portion = try lines.next() {
      let passed = min(toPass, portion.count)
      toPass -= passed
      if passed < portion.count { return reader.read(portion.dropFirst(passed)) }
    }
    return nil
  }
}
