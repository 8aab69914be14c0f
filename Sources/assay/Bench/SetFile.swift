import Formats
import Foundation

/// Files of a set of answers.
enum SetFile {
  /// What a README says in a line `kind: …`.
  static func kind(_ path: String) -> String? {
    guard let readme = try? String(contentsOfFile: path + "/README", encoding: .utf8) else {
      return nil
    }
    let line = readme.split(separator: "\n").first { $0.hasPrefix("kind:") }
    return line.map { $0.dropFirst(5).trimmingCharacters(in: .whitespaces) }
  }

  /// The rows below a header; nil where the header is another one.
  static func rows(_ path: String, _ header: [String]) throws -> [[String]]? {
    var reader = CSVReader(try InputFile.bytes(path))
    guard reader.next() == header else { return nil }
    var rows: [[String]] = []
    while let row = reader.next() {
      guard row.count == header.count, row.allSatisfy({ !$0.isEmpty }) else {
        throw Failure(
          "\(path), line \(reader.line): has not the \(header.count) fields "
            + header.joined(separator: ", "))
      }
      rows.append(row)
    }
    if let fault = reader.fault { throw Failure("\(path), line \(fault.line): \(fault.problem)") }
    return rows
  }

  /// Every row of a file, its header among them.
  static func allRows(_ path: String) throws -> [[String]] {
    var reader = CSVReader(try InputFile.bytes(path))
    var rows: [[String]] = []
    while let row = reader.next() { rows.append(row) }
    if let fault = reader.fault { throw Failure("\(path), line \(fault.line): \(fault.problem)") }
    return rows
  }
}
