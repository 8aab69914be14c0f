import Formats
import Foundation
import Labels
import Notation
import Store
import Vault

/// Takes items and labels into a dataset: JSON Lines, one item a line, as `assay convert --to jsonl` writes
/// them, with `image` for the asset or URL of its picture.
///
/// Items are known by their names, so what is sent again changes nothing, and a body that was cut off is
/// just sent again.
package struct ItemImport: Sendable {
  package struct Options: Sendable {
    /// The label set that labels go to.
    package var set: String
    /// All lines or none.
    package var isAtomic: Bool
    /// Whether lines may bring new items; else each names one that is there.
    package var makesItems: Bool
    /// Whether personal data in texts is masked; it is flagged in any case.
    package var masksPersonalData: Bool
    /// Whether a picture or a text takes the place of another that an item has; else its line is refused.
    package var replacesContent: Bool

    package init(
      set: String = LabelSet.truth, isAtomic: Bool = false, makesItems: Bool? = nil,
      masksPersonalData: Bool = false, replacesContent: Bool = false
    ) {
      self.replacesContent = replacesContent
      self.masksPersonalData = masksPersonalData
      self.set = set
      self.isAtomic = isAtomic
      self.makesItems = makesItems ?? (set == LabelSet.truth)
    }
  }

  package struct Report: Hashable, Sendable {
    package var lines = 0
    package var created = 0
    package var updated = 0
    /// Items whose labels were set.
    package var labelled = 0
    /// Of these, items that had others in the set.
    package var relabelled = 0
    /// Items whose line says another size than their image has, which keeps its own.
    package var resized = 0
    package var refused = 0
    /// The first `Imports.problemLimit` of them.
    package var problems: [ImportReport.Problem] = []
    package var isCompleted = true

    mutating func refuse(_ line: Int, _ reason: String) {
      refused += 1
      if problems.count < Imports.problemLimit {
        problems.append(.init(line: line, column: nil, reason: reason))
      }
    }
  }

  /// What an import changed that its sender may not have meant.
  package static func losses(resized: Int64, relabelled: Int64) -> [Diagnostics.Loss] {
    [
      (
        resized,
        "items whose image has another size than the set says, which it keeps: labels are turned with one "
          + "that is shown upright, and else kept where they are"
      ),
      (relabelled, "items whose labels of the set were others before, which these take the place of"),
    ].filter { $0.0 > 0 }.map { .init(what: $0.1, count: Int($0.0)) }
  }

  let vault: ClientVault
  let actor: Actor

  package init(_ vault: ClientVault, actor: Actor) {
    self.vault = vault
    self.actor = actor
  }

  /// Labels one item may have.
  package static let labelLimit = 100_000
  /// Characters of an item's name.
  package static let nameLimit = 1_000
  /// Metadata fields of one item.
  package static let fieldLimit = 500
  /// Seconds that an import waits for others into the same dataset.
  static let waitLimit = 60

  /// - Throws: `.unknown(.dataset)`, `.alreadyRunning`, `.noSpace`, `.invalid` for the name of the set or
  ///   where it is filled by a project.
  package func run(
    _ spool: Spool, into dataset: DatasetID, _ options: Options
  ) async throws -> Report {
    _ = try spool.finish()
    let set = try Self.checked(set: options.set)
    try await vault.database.read { connection in
      _ = try Dataset.get(dataset, connection)
      try Self.refuseResults(set, of: dataset, connection)
    }
    let work = "items \(dataset)"
    let end = ContinuousClock.now + .seconds(Self.waitLimit)
    while !vault.work.begin(work) {
      guard .now < end else { throw Refusal.alreadyRunning(.import, dataset.text) }
      try await Task.sleep(for: .milliseconds(20))
    }
    defer { vault.work.end(work) }
    if options.isAtomic {
      let refused = try await survey(spool, dataset, options)
      if refused.refused > 0 { return refused }
    }
    do {
      return try await write(spool, dataset, set, options)
    } catch StoreError.full {
      throw Refusal.noSpace
    }
  }

  /// A name of a label set, as queries can have it.
  static func checked(set: String) throws(Refusal) -> String {
    let set = try Naming.checked(set, limit: 100)
    guard set.allSatisfy({ $0.isLetter || $0.isNumber || "-_".contains($0) }) else {
      throw .invalid(
        path: "set", problem: "must have letters, digits, - and _ only, so that queries can name it"
      )
    }
    guard set.lowercased() != "meta" else {
      throw .invalid(path: "set", problem: "must not be “meta”, by which queries name metadata")
    }
    return set
  }

  /// - Throws: `.invalid` for a set that a project fills.
  static func refuseResults(
    _ set: String, of dataset: DatasetID, _ connection: any Connection
  ) throws {
    if try LabelSet.find(set, of: dataset, connection)?.project != nil {
      throw Refusal.invalid(path: "set", problem: "must not be one that a project fills")
    }
  }

  /// What would be refused, without writing anything.
  private func survey(
    _ spool: Spool, _ dataset: DatasetID, _ options: Options
  ) async throws -> Report {
    try await vault.database.read { connection in
      var report = Report(isCompleted: false)
      var lines = ImportLines(spool)
      while let portion = try lines.next() {
        for line in Self.read(portion) {
          report.lines += 1
          switch line.result {
          case .failure(let fault): report.refuse(line.number, fault.sentence)
          case .success(var read):
            read.flag(masking: options.masksPersonalData)
            let name = read.stored.item.name
            let number = try Datasets.number(of: name, in: dataset, vault, connection)
            let (settled, isResized) = try settled(read, at: number, of: dataset, options, connection)
            read = settled
            if !options.makesItems, number == nil {
              report.refuse(line.number, Self.absent(name))
            } else if let fault = try misfit(
              read, at: number, of: dataset, options.set, options, isResized: isResized, connection)
            {
              report.refuse(line.number, fault)
            } else if options.makesItems, let id = read.stored.image.flatMap({ AssetID($0) }),
              try Assets.find("id", id.text, vault, connection) == nil
            {
              report.refuse(line.number, Self.fileless(id.text))
            }
          }
        }
      }
      return report
    }
  }

  private static func fileless(_ id: String) -> String {
    "there is no file \(id); upload it first"
  }

  private static func absent(_ name: String) -> String {
    "there is no item “\(name)” in the dataset; add it first, or send items=true to have it made"
  }

  private func write(
    _ spool: Spool, _ dataset: DatasetID, _ set: String, _ options: Options
  ) async throws -> Report {
    var lines = ImportLines(spool)
    var report = Report()
    var portion = try lines.next().map(Self.read)
    while let read = portion {
      let before = report
      async let after = vault.database.write(.relaxed) { connection in
        try put(read, before, dataset, set, options, connection)
      }
      // The next is read while this one is stored.
      portion = try lines.next().map(Self.read)
      report = try await after
    }
    let record = vault.record(by: actor)
    let done = report
    // The flush of this one covers those before it.
    try await vault.database.write(.flushed) { connection in
      try record.append(
        connection, "dataset.items-imported", dataset.text,
        ["created": .count(done.created), "labelled": .count(done.labelled), "set": .string(set)])
    }
    return report
  }

  private func put(
    _ lines: [ReadLine], _ report: Report, _ dataset: DatasetID, _ set: String, _ options: Options,
    _ connection: any Connection
  ) throws -> Report {
    var report = report
    var writer = try DatasetWriter(vault, dataset, connection)
    // A set of which nothing can be taken is none.
    func labelSet() throws -> Int64 {
      try LabelSet.take(set, of: dataset, at: vault.environment.now(), connection).id
    }
    var labels = try set == LabelSet.truth ? labelSet() : nil
    let before = try DatasetWriter.schema(of: dataset, vault, connection)
    var schema = before
    for line in lines {
      report.lines += 1
      switch line.result {
      case .failure(let fault): report.refuse(line.number, fault.sentence)
      case .success(var read):
        read.flag(masking: options.masksPersonalData)
        let name = read.stored.item.name
        let known = try writer.number(of: name)
        let (settled, isResized) = try settled(read, at: known, of: dataset, options, connection)
        read = settled
        if let fault = try misfit(
          read, at: known, of: dataset, set, options, isResized: isResized, connection)
        {
          report.refuse(line.number, fault)
          continue
        }
        let number: Int
        if options.makesItems {
          do {
            number = try writer.put(read.stored, at: known)
          } catch Refusal.unknown(.asset, let id) {
            report.refuse(line.number, Self.fileless(id))
            continue
          }
        } else if let known {
          number = known
        } else {
          report.refuse(line.number, Self.absent(name))
          continue
        }
        if isResized { report.resized += 1 }
        guard let own = read.labels else { continue }
        let target = try labels ?? labelSet()
        labels = target
        try writer.put(
          own.map { $0.numbered(from: read.schema, in: &schema) }, schema, in: target, at: number)
        report.labelled += 1
      }
    }
    if schema != before { try writer.save(schema) }
    try writer.finish()
    report.created += writer.created
    report.updated += writer.updated
    report.relabelled += writer.relabelled
    return report
  }
}

// MARK: Lines

extension ItemImport {
  fileprivate struct Fault: Error { var sentence: String }

  struct Line: Sendable {
    var stored: StoredItem
    /// nil where the line says nothing of labels.
    var labels: [DatasetLabel]?
    var schema: DatasetSchema

    /// Says what is personal in its texts, before anybody sees it.
    mutating func flag(masking: Bool) {
      var personal = PersonalTexts(masking: masking)
      labels = labels?.map { personal.read($0) }
      stored = personal.flagged(stored)
    }
  }

  fileprivate struct ReadLine: Sendable {
    var number: Int
    var result: Result<Line, Fault>
  }

  fileprivate static func read(_ portion: ArraySlice<NumberedLine>) -> [ReadLine] {
    portion.map { line in
      ReadLine(number: line.number, result: Result { () throws(Fault) in try read(line) })
    }
  }

  /// Of a line.
  private static let members: Set<String> = [
    "name", "subset", "width", "height", "text", "tokens", "image", "labels", "metadata",
  ]

  private static func read(_ line: NumberedLine) throws(Fault) -> Line {
    guard case .text(let bytes) = line.line else {
      throw Fault(sentence: "the line has more than \(Imports.lineLimit) bytes")
    }
    let json: JSON
    do {
      json = try JSON(parsing: [UInt8](bytes))
    } catch {
      throw Fault(sentence: "it is not JSON: \(error.explanation)")
    }
    var schema = DatasetSchema()
    var item: DatasetItem
    do {
      item = try DatasetLineNotation.item(json, &schema, knowsText: false) { throw $0 }
    } catch let fault as NotationFault {
      throw Fault(sentence: "\(fault.path) \(fault.problem)")
    } catch {
      throw Fault(sentence: "\(error)")
    }
    guard item.name.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
      throw Fault(sentence: "name must not be empty")
    }
    item.name = DatasetPath.cleaned(item.name)
    guard item.name.unicodeScalars.count <= nameLimit else {
      throw Fault(sentence: "name has more than \(nameLimit) characters")
    }
    guard item.labels.count <= labelLimit else {
      throw Fault(sentence: "labels are more than \(labelLimit)")
    }
    guard item.metadata.count <= fieldLimit else {
      throw Fault(sentence: "metadata has more than \(fieldLimit) fields")
    }
    if let size = item.size, size.width > 1_000_000 || size.height > 1_000_000 {
      throw Fault(sentence: "width and height must be at most 1000000 pixels")
    }
    if let other = (json.members ?? []).first(where: { !members.contains($0.name) }) {
      throw Fault(
        sentence:
          "\(other.name) is no member of an item; what else is known of it goes into metadata")
    }
    if let image = json["image"], image != .null {
      let isKnown = image.string.map {
        AssetID($0) != nil || DatasetItem.isAddress($0) || $0.hasPrefix("s3://")
      }
      guard isKnown == true else {
        throw Fault(sentence: "image must be the id of a file here, or an http or https URL")
      }
    }
    let labels = json["labels"]?.array == nil ? nil : item.labels
    item.labels = []
    return Line(
      stored: StoredItem(item, image: json["image"]?.string), labels: labels, schema: schema)
  }
}
