import Labels

extension DatasetFormat {
  package static let brat = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "brat", name: "brat standoff", layout: "`[SUBSET/]NAME.txt` and `NAME.ann`, `annotation.conf`",
      source: "brat.nlplab.org/standoff.html", holds: [.span, .relation],
      carries: [.text, .textName, .attributes],
      subsetsAreFolders: true,
      notes: """
        Places are Unicode characters of the text as it lies in the file, CRLF being two. Attributes and \
        notes of spans are kept, events and normalisations are left out. White space in class names \
        becomes underscores.
        """, isFilePerItem: true),
    matches: { !Brat.files($0).isEmpty },
    read: { folder, diagnostics in
      for file in folder.files(ending: ".ann") where !folder.has(Brat.text(of: file)) {
        try diagnostics.report(
          file, "", "there is no \(Brat.text(of: file)), which its places are of",
          remedy: "Put the text beside it; it is left out.")
      }
      let bare = folder.files(ending: ".txt").filter { text in
        !folder.has(DatasetItem.stem(of: text) + ".ann") && !text.lowercased().hasPrefix("readme")
      }
      if !bare.isEmpty {
        diagnostics.lose("texts left out beside which there is no .ann file", count: bare.count)
      }
      return ItemFiles(Brat.files(folder), folder, DatasetSchema(), diagnostics, item: Brat.item)
    }, write: { sink, _, diagnostics in BratWriter(sink: sink, diagnostics: diagnostics) })
}

enum Brat {
  static func files(_ folder: DatasetFolder) -> [String] {
    folder.files(ending: ".ann").filter { folder.has(text(of: $0)) }
  }

  static func text(of file: String) -> String { DatasetItem.stem(of: file) + ".txt" }
}
