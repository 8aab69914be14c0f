import Labels

struct ImageNetWriter: DatasetWriting {
  let sink: any DatasetSink
  let diagnostics: Diagnostics
  var paths: Set<String> = []

  mutating func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    let classes = item.labels.filter { $0.value == .whole }.map { schema.name($0.classIndex) }
    guard !classes.isEmpty else {
      return diagnostics.leaveOut(item, as: "images left out that have no class as a whole")
    }
    guard let media = item.media else {
      return try diagnostics.leaveOut(
        item, "the image is not there",
        remedy: "Put it beside its labels")
    }
    let flat = diagnostics.flat(item.name)
    let names = Set(classes)
    if names.count > 1 { diagnostics.lose("images of several classes written once for each") }
    for name in names.sorted() {
      let folder = DatasetPath.cleaned(diagnostics.plain(name, in: .imageNet) { "/\\".contains($0) })
      let subset = item.subset.isEmpty ? "" : item.subset + "/"
      var path = "\(subset)\(folder)/\(flat)"
      if !paths.insert(path).inserted {
        path = "\(subset)\(folder)/\(paths.count)_\(flat)"
        paths.insert(path)
      }
      try sink.copy(media, to: path)
    }
  }

  func finish(_ schema: DatasetSchema) {}
}
