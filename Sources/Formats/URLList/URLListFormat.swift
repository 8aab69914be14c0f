extension DatasetFormat {
  /// What lies elsewhere, by its addresses.
  package static let urlList = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "urls", name: "List of URLs",
      layout: "a text file with an `http` or `https` address a line",
      source: "what people have", holds: [],
      notes:
        "Each address is an item, named by what follows `://` up to a `?`, or with it where two "
        + "would be called the same. Empty lines and those that begin with `#` are passed over. It is "
        + "only read."),
    matches: { URLList.file($0) != nil },
    read: { folder, diagnostics in
      guard let file = URLList.file(folder) else {
        throw FormatFault(
          folder.title, "", "there is no text file that begins with an address",
          remedy: "Write one http or https address a line.")
      }
      return URLListReader(file, try folder.open(file), diagnostics)
    }, write: nil)
}

enum URLList {
  /// The only file of a set, where its first line is an address.
  static func file(_ folder: DatasetFolder) -> String? {
    guard folder.files.count == 1, let file = folder.files.first, file.hasSuffix(".txt"),
      let bytes = try? folder.open(file)
    else { return nil }
    for line in bytes.lines() {
      guard let address = address(line) else { continue }
      return DatasetItem.isAddress(address) ? file : nil
    }
    return nil
  }

  /// What a line says; nil where that is nothing.
  static func address(_ line: UnsafeBufferPointer<UInt8>) -> String? {
    guard let first = line.words.first, !first.hasPrefix("#") else { return nil }
    return String(first)
  }
}
