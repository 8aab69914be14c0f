import Notation

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
      try PlainFiles.tellOthers(folder, files, diagnostics)
      PlainFiles.tellDoubtful(files, diagnostics)
      return ItemFiles(files, folder, DatasetSchema(), diagnostics) { file, folder, _, _ in
        // Whatever it is called, what begins as an image does is one.
        guard !PlainFiles.isText(file) || folder.size(of: file) != nil else {
          return DatasetItem(name: file, text: try folder.text(file))
        }
        return DatasetItem(name: file, size: folder.size(of: file), media: folder.fullPath(file))
      }
    }, write: nil)
}

private enum PlainFiles {
  /// Parts of names that folders of labels have, and what lists of a set are called.
  private static let ofLabels = [
    "annot", "mask", "label", "segmentation", "groundtruth", "ground_truth", "gtfine", "gt_",
  ]
  private static let lists: Set<String> = [
    "train.txt", "val.txt", "test.txt", "trainval.txt", "classes.txt", "labels.txt", "labelmap.txt",
    "label_colors.txt", "obj.names",
  ]

  /// Counts items that may be labels in a form that is not known, where nothing else says what they are.
  static func tellDoubtful(_ files: [String], _ diagnostics: Diagnostics) {
    for file in files {
      let parts = file.lowercased().split(separator: "/")
      let isOfLabels = parts.dropLast().contains { folder in ofLabels.contains { folder.contains($0) } }
      let isList = parts.last.map { lists.contains(String($0)) } ?? false
      guard isOfLabels || isList else { continue }
      diagnostics.lose(
        "items that look like labels, in a form that is not known: name the format if it has one")
    }
  }

  static func isOne(_ name: String, _ folder: DatasetFolder) -> Bool {
    if DatasetFolder.isImage(name) { return true }
    // One file by itself, if it is no image, is of some format that is not known.
    guard folder.file == nil else { return false }
    return isText(name) || (DatasetFolder.kind(of: name) == nil && folder.size(of: name) != nil)
  }

  static func isText(_ name: String) -> Bool { DatasetFolder.kind(of: name) == "txt" }

  /// Bytes of a file that is looked at.
  private static let lookLimit = 64 << 20

  private static func fault(_ name: String, _ folder: DatasetFolder) -> FormatFault? {
    do throws(FormatFault) {
      let bytes = try folder.open(name)
      guard bytes.count > 0, bytes.count <= lookLimit else { return nil }
      var cursor = bytes.cursor()
      do throws(JSONError) {
        _ = try cursor.value()
        return nil
      } catch {
        return bytes.fault(error, in: name, isLine: false)
      }
    } catch {
      return error
    }
  }

  /// What a folder holds besides: no item is made of it. What is no JSON and is called so may be why nothing
  /// says what labels there are.
  static func tellOthers(
    _ folder: DatasetFolder, _ files: [String], _ diagnostics: Diagnostics
  ) throws(FormatFault) {
    var next = files[...]
    for name in folder.files {
      let kind = DatasetFolder.kind(of: name)
      if name == next.first {
        next.removeFirst()
      } else if kind == "json", let fault = fault(name, folder) {
        try diagnostics.report(fault)
      } else {
        let kind = kind.map { "." + $0 } ?? "no kind in their names"
        diagnostics.lose("files with \(kind) left out: no images or texts that are read here")
      }
    }
  }
}
