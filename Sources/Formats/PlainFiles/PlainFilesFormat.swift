extension DatasetFormat {
  /// What is tried last: a folder that says nothing but what is in it.
  package static let plainFiles = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "files", name: "Images and texts without labels",
      layout: "images and `.txt` in any folders",
      source: "what people have", holds: [],
      notes: "Each image and each text is an item, named by its path. It is only read."),
    matches: { folder in folder.files.contains { PlainFiles.isOne($0, folder) } },
    read: { folder, diagnostics in
      let files = folder.files.filter { PlainFiles.isOne($0, folder) }
      PlainFiles.tellOthers(folder, files, diagnostics)
      return ItemFiles(files, folder, DatasetSchema(), diagnostics) { file, folder, _, _ in
        guard !PlainFiles.isText(file) else {
          return DatasetItem(name: file, text: try folder.text(file))
        }
        return DatasetItem(name: file, size: folder.size(of: file), media: folder.fullPath(file))
      }
    }, write: nil)
}

private enum PlainFiles {
  static func isOne(_ name: String, _ folder: DatasetFolder) -> Bool {
    if DatasetFolder.isImage(name) { return true }
    // One file by itself, if it is no image, is of some format that is not known.
    guard folder.file == nil else { return false }
    return isText(name) || (kind(name) == nil && folder.size(of: name) != nil)
  }

  static func isText(_ name: String) -> Bool { kind(name) == "txt" }

  /// What stands after the last dot, in small letters.
  private static func kind(_ name: String) -> String? {
    let last = name.split(separator: "/").last ?? ""
    return last.lastIndex(of: ".").map { last[last.index(after: $0)...].lowercased() }
  }

  /// What a folder holds besides: no item is made of it.
  static func tellOthers(_ folder: DatasetFolder, _ files: [String], _ diagnostics: Diagnostics) {
    var next = files[...]
    for name in folder.files {
      if name == next.first {
        next.removeFirst()
      } else {
        let kind = kind(name).map { "." + $0 } ?? "no kind in their names"
        diagnostics.lose("files with \(kind) left out: no images or texts that are read here")
      }
    }
  }
}
