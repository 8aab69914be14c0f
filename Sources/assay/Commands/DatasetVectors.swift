import ArgumentParser
import Foundation
import NIOCore
import Notation

extension DatasetCommand {
  struct Vectors: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "vectors",
      abstract: "Send a model's embeddings, by which similar items are found.",
      discussion: """
        FILE is NumPy's .npy with a row of 32-bit floats for each item, in the order of their numbers, or \
        JSON Lines of name and vector.
        """)
    @Argument(help: "The file.") var file: String
    @Option(help: "The dataset's id.") var dataset: String
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    /// Bytes that are sent at once.
    private static let portion = 16 * 1024 * 1024

    func run() async throws {
      let client = try server.client()
      let bytes = try Data(contentsOf: URL(fileURLWithPath: file), options: .alwaysMapped)
      let meter = ProgressLine(quiet: output.json)
      var stored: Int64 = 0
      if bytes.starts(with: NumpyArray.magic) {
        let array = try NumpyArray(bytes, named: file)
        let rows = max(1, Self.portion / (4 * array.columns))
        for first in stride(from: 0, to: array.rows, by: rows) {
          let part = array.values(first..<min(array.rows, first + rows))
          let report = try await client.send(
            .POST, "/api/datasets/\(dataset)/vectors?first=\(first)&size=\(array.columns)",
            body: .bytes(ByteBuffer(data: part)),
            headers: [("Content-Type", "application/octet-stream")])
          stored += report["stored"]?.integer ?? 0
          meter.show("\(stored) of \(array.rows) vectors sent")
        }
      } else {
        var start = bytes.startIndex
        while start < bytes.endIndex {
          var end = min(start + Self.portion, bytes.endIndex)
          if end < bytes.endIndex {
            end = bytes[start..<end].lastIndex(of: 0x0A).map { $0 + 1 } ?? end
          }
          let report = try await client.send(
            .POST, "/api/datasets/\(dataset)/vectors",
            body: .bytes(ByteBuffer(data: bytes[start..<end])),
            headers: [("Content-Type", "application/x-ndjson")])
          stored += report["stored"]?.integer ?? 0
          meter.show("\(stored) vectors sent")
          start = end
        }
      }
      meter.end()
      let items = try await client.send(.GET, "/api/datasets/\(dataset)")["items"]?.integer ?? 0
      output.print(
        ["stored": .int(stored), "items": .int(items)],
        "\(stored) vectors stored" + (stored < items ? "; the dataset has \(items) items" : ""))
    }
  }
}

/// A table of 32-bit floats in NumPy's format (NEP 1), row by row.
private struct NumpyArray {
  static let magic = Data([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59])

  let rows: Int
  let columns: Int
  private let content: Data

  init(_ bytes: Data, named file: String) throws {
    func refuse(_ why: String) -> Failure {
      Failure("\(file) \(why)", remedy: "Write it by numpy.save(file, vectors.astype('float32')).")
    }
    guard bytes.count > 12 else { throw refuse("is cut off") }
    let long = bytes[bytes.startIndex + 6] > 1
    let start = bytes.startIndex + (long ? 12 : 10)
    let length = (0..<(long ? 4 : 2)).reduce(0) {
      $0 | Int(bytes[bytes.startIndex + 8 + $1]) << (8 * $1)
    }
    guard start + length <= bytes.endIndex else { throw refuse("is cut off") }
    let head = String(decoding: bytes[start..<start + length], as: UTF8.self)
    guard head.contains("'<f4'"), head.contains("'fortran_order': False"),
      let shape = try? /\((\d+), (\d+)\)/.firstMatch(in: head),
      let rows = Int(shape.1), let columns = Int(shape.2), columns > 0
    else { throw refuse("is no table of 32-bit floats, row by row") }
    content = bytes[(start + length)...]
    guard content.count == rows * columns * 4 else {
      throw refuse("has not as many numbers as it says")
    }
    (self.rows, self.columns) = (rows, columns)
  }

  func values(_ range: Range<Int>) -> Data {
    content.dropFirst(range.lowerBound * columns * 4).prefix(range.count * columns * 4)
  }
}
