struct URLListReader: DatasetReading {
  let schema = DatasetSchema()
  private let file: String
  private let diagnostics: Diagnostics
  private var lines: ByteLines
  /// Hashes of the names so far: two names of one hash cost a longer name.
  private var taken: Set<Int> = []
  /// Likewise of the addresses.
  private var seen: Set<Int> = []

  init(_ file: String, _ bytes: MappedBytes, _ diagnostics: Diagnostics) {
    (self.file, self.diagnostics, lines) = (file, diagnostics, bytes.lines())
  }

  mutating func next() throws -> DatasetItem? {
    while let line = lines.next() {
      guard let address = URLList.address(line) else { continue }
      guard DatasetItem.isAddress(address), let start = address.firstRange(of: "://")?.upperBound,
        start < address.endIndex
      else {
        try diagnostics.report(
          file, "line \(lines.number)", "“\(address.prefix(100))” is no http or https address",
          remedy: "Write one address a line; it is left out.")
        continue
      }
      let whole = String(address[start...])
      guard seen.insert(address.hashValue).inserted else {
        diagnostics.lose("addresses left out that are in the list already")
        continue
      }
      let plain = whole.split(separator: "?").first.map(String.init) ?? whole
      let name = taken.insert(plain.hashValue).inserted ? plain : whole
      return DatasetItem(name: name, media: address)
    }
    return nil
  }
}
