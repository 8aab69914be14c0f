extension DatasetFormat {
  /// What is tried last: a folder that says nothing but what is in it.
  package static let plainFiles = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "files", name: "Images and texts without labels",
      layout: "images and `.txt` in any folders",
      source: "what people have", holds: [],
      notes: "Each image and each text is an item, named by its path. It is only read."),
    matches: { folder in !PlainFiles.all(folder).isEmpty },
    read: { folder, diagnostics in
      ItemFiles(PlainFiles.all(folder), folder, DatasetSchema(), diagnostics) {
        file, folder, _, _ in
        guard DatasetFolder.isImage(file) else {
          return DatasetItem(name: file, text: try folder.text(file))
        }
        return DatasetItem(name: file, size: folder.size(of: file), media: folder.fullPath(file))
      }
    }, write: nil)
}

private enum PlainFiles {
  static func all(_ folder: DatasetFolder) -> [String] {
    // One text by itself is a file in some format that is not known.
    guard folder.file.map(DatasetFolder.isImage) ?? true else { return [] }
    return folder.files.filter { name in
      let last = name.split(separator: "/").last ?? ""
      return !last.hasPrefix(".") && !name.hasPrefix("__MACOSX/")
        && (DatasetFolder.isImage(name) || name.lowercased().hasSuffix(".txt"))
    }
  }
}
