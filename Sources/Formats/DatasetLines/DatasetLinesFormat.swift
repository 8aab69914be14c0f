import Notation

extension DatasetFormat {
  /// Assay's own: nothing is lost in it.
  package static let jsonLines = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "jsonl", name: "JSON Lines",
      layout: "`SUBSET.jsonl` (`items.jsonl` where there are none): an item a line; `classes.json`",
      source: "docs/formats.md", holds: Set(DatasetLabelKind.allCases),
      carries: .everything, carriesOfClasses: .everything,
      subsetOfNone: "items",
      notes: """
        Holds everything. A label has its class, one member named for its kind, and attributes, score, \
        group, crowd, track where there are any. Coordinates are pixels, places in text Unicode \
        characters, ends excluded.
        """, hasAddresses: true),
    matches: { (try? DatasetLines.files($0))?.isEmpty == false },
    read: { folder, diagnostics in
      let classes = (try? folder.text("classes.json")).flatMap { try? JSON(parsing: $0) }
      return ChainedReader(
        try DatasetLines.files(folder, diagnostics).enumerated().map { place, file in
          { schema in
            let known = place == 0 ? classes.map(DatasetLineNotation.schema) ?? schema : schema
            return try JSONItems(file, folder, known, diagnostics) { json, number, schema in
              var item = try DatasetLineNotation.item(json, &schema) { fault in
                try diagnostics.report(
                  file, "object \(number), \(fault.path)", fault.problem,
                  remedy: "Put it right; it is left out.")
              }
              // What else is said of an item is known of it too.
              for member in json.members ?? [] where !DatasetLines.isKnown(member.name) {
                if member.value != .null, !item.metadata.contains(where: { $0.name == member.name }) {
                  item.metadata.append(member)
                }
              }
              item.media =
                folder.image(named: item.name).map(folder.fullPath)
                ?? json["image"]?.string.flatMap { DatasetItem.isAddress($0) ? $0 : nil }
              return [item]
            }
          }
        })
    }, write: { sink, options, _ in DatasetLinesWriter(sink, options) })
}

enum DatasetLines {
  static func files(
    _ folder: DatasetFolder, _ diagnostics: Diagnostics? = nil
  ) throws -> [String] {
    try TextLines.files(folder, diagnostics) { json in
      guard json["name"]?.string != nil else { return false }
      if let labels = json["labels"] { return labels.array?.allSatisfy { $0.members != nil } == true }
      // The first may have none.
      return json.members?.allSatisfy { facts.contains($0.name) } == true
        && json["image"].map { $0.string.map(DatasetItem.isAddress) == true } ?? true
    }
  }

  static func isKnown(_ member: String) -> Bool { member == "labels" || facts.contains(member) }

  /// What a line may say of an item besides its labels.
  private static let facts: Set<String> = [
    "name", "subset", "width", "height", "text", "tokens", "image", "metadata",
  ]
}
