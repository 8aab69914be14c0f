import Notation

final class DatasetLinesWriter: DatasetWriting {
  private final class File {
    let stream: any DatasetStream
    var out = JSONWriter()
    init(_ stream: any DatasetStream) { self.stream = stream }
  }

  private let sink: any DatasetSink
  private let options: WritingOptions
  private var files: [String: File] = [:]

  init(_ sink: any DatasetSink, _ options: WritingOptions) {
    (self.sink, self.options) = (sink, options)
  }

  private func file(_ subset: String) throws -> File {
    // All in one folder: the line says the subset itself.
    let name = DatasetFormat.jsonLines.facts.fileName(of: subset).replacing("/", with: "_")
    if let known = files[name] { return known }
    let file = File(try sink.open("\(name).jsonl"))
    files[name] = file
    return file
  }

  func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    let file = try file(item.subset)
    if options.hasMedia, let media = item.media, !DatasetItem.isAddress(media) {
      try sink.copy(media, to: "images/\(item.name)")
    }
    DatasetLineNotation.write(item, schema, to: &file.out)
    file.out.newline()
    guard file.out.bytes.count > 1 << 16 else { return }
    try file.stream.append(file.out.bytes)
    file.out.removeAll()
  }

  func finish(_ schema: DatasetSchema) throws {
    if files.isEmpty { _ = try file("") }
    for (_, file) in files.sorted(by: { $0.key < $1.key }) {
      try file.stream.append(file.out.bytes)
      try file.stream.close()
    }
    try sink.write(DatasetLineNotation.json(schema).utf8 + [0x0A], to: "classes.json")
  }
}
