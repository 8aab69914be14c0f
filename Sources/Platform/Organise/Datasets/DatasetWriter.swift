import Formats
import Foundation
import Labels
import Notation
import Store
import Vault

/// Writes items and labels of one dataset, inside a transaction that is one change of it.
struct DatasetWriter {
  let vault: ClientVault
  let dataset: DatasetID
  let change: Int64
  private let connection: any Connection
  private var items: Int
  /// Items up to this number were there before; those after it have no labels yet.
  private let known: Int
  /// Whether items were taken out, for which nothing is written any more.
  private let mayBeGone: Bool
  /// New items that have labels: one may come twice in a change. Of the one set that new items come with.
  private var labelledNew: Set<Int> = []
  /// Items by label set that got their first labels.
  private var labelled: [Int64: Int] = [:]
  /// Classes by label set that labels were written of.
  private var classes: [Int64: ClassNumbers] = [:]
  private(set) var created = 0
  private(set) var updated = 0
  /// Items whose labels in a set were others before.
  private(set) var relabelled = 0

  init(_ vault: ClientVault, _ dataset: DatasetID, _ connection: any Connection) throws {
    (self.vault, self.dataset, self.connection) = (vault, dataset, connection)
    change = try Datasets.nextChange(of: dataset, connection)
    let owner = try Dataset.get(dataset, connection)
    known = owner.numbers
    mayBeGone = owner.removed > 0
    items = known
  }

  func number(of name: String) throws -> Int? {
    try Datasets.number(of: name, in: dataset, vault, connection)
  }

  /// Adds an item, or what is new of one that is there: its metadata is joined, the rest replaced where it
  /// is said.
  ///
  /// - Parameter isMasking: whether its image is one of itself in which something is black. With any other
  ///   image, faces were not looked for.
  /// - Returns: its number.
  mutating func put(_ sent: StoredItem, isMasking: Bool = false) throws -> Int {
    try put(sent, at: number(of: sent.item.name), isMasking: isMasking)
  }

  /// - Parameter known: the number of the item of its name; nil where there is none yet.
  mutating func put(_ sent: StoredItem, at known: Int?, isMasking: Bool = false) throws -> Int {
    let new = try sized(sent)
    guard let known else {
      let number = items
      items += 1
      created += 1
      try connection.run(
        """
        INSERT INTO items (dataset_id, number, key, changed, has_image, sealed)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
        [
          dataset.sql, .number(number), .text(Datasets.key(new.item.name, of: dataset, vault)),
          .int(change), .int(new.image == nil ? 0 : 1), .blob(seal(new, number)),
        ])
      return number
    }
    guard let before = try Datasets.item(known, of: dataset, vault, connection) else {
      return known
    }
    var after = before.joined(with: new)
    if !isMasking, before.image != nil, after.image != before.image {
      after.forgetFaces(said: new)
      try forgetFaceBoxes(of: known)
    }
    guard after.stored != before.stored else { return known }
    updated += 1
    try connection.run(
      "UPDATE items SET changed = ?, has_image = ?, sealed = ? WHERE dataset_id = ? AND number = ?",
      [
        .int(change), .int(after.image == nil ? 0 : 1), .blob(seal(after, known)), dataset.sql,
        .number(known),
      ])
    return known
  }

  /// Those of an image that the item has no more.
  private mutating func forgetFaceBoxes(of item: Int) throws {
    guard let set = try LabelSet.find(ModelRuns.facesSet, of: dataset, connection),
      try Datasets.labels(of: item, in: set.id, vault, connection) != nil
    else { return }
    try put([], DatasetSchema(), in: set.id, at: item)
  }

  /// With the size of its file, where that is here and nothing is said of it, and with what its camera noted.
  private func sized(_ item: StoredItem) throws -> StoredItem {
    guard let image = item.image,
      let id = try AssetID(image) ?? Assets.fetched(image, vault, connection)
    else { return item }
    guard let asset = try Assets.find("id", id.text, vault, connection) else {
      throw Refusal.unknown(.asset, id.text)
    }
    var item = item
    item.item.size = asset.imageSize ?? item.item.size
    for field in asset.facts where !item.item.metadata.contains(where: { $0.name == field.name }) {
      item.item.metadata.append(field)
    }
    return item
  }

  private func seal(_ item: StoredItem, _ number: Int) -> Data {
    vault.key.seal(item.stored, table: "items", row: "\(dataset)/\(number)")
  }

  /// Sets the labels of an item in a set.
  ///
  /// - Parameter facts: numbers of the item that come with them.
  mutating func put(
    _ labels: [DatasetLabel], _ schema: DatasetSchema, facts: [JSON.Member] = [], in set: Int64,
    at number: Int
  ) throws {
    if mayBeGone, number < known, try !Datasets.isThere(number, in: dataset, connection) { return }
    for label in labels where label.classIndex >= 0 {
      classes[set, default: ClassNumbers()].insert(label.classIndex)
    }
    var out = JSONWriter()
    out.beginObject()
    out.name("labels")
    DatasetLineNotation.writeLabels(labels, schema, to: &out)
    if !facts.isEmpty {
      out.name("facts")
      out.value(JSON.object(facts))
    }
    out.endObject()
    let sealed = vault.key.seal(out.bytes, table: "item_labels", row: "\(set)/\(number)")
    if number < known || !labelledNew.insert(number).inserted,
      let before = try Datasets.labels(of: number, in: set, vault, connection)
    {
      if try before == JSON(parsing: out.bytes) { return }
      if before["labels"]?.array?.isEmpty == false { relabelled += 1 }
      try connection.run(
        "UPDATE item_labels SET changed = ?, sealed = ? WHERE label_set = ? AND number = ?",
        [.int(change), .blob(sealed), .int(set), .number(number)])
      return
    }
    try connection.run(
      "INSERT INTO item_labels (label_set, number, changed, sealed) VALUES (?, ?, ?, ?)",
      [.int(set), .number(number), .int(change), .blob(sealed)])
    labelled[set, default: 0] += 1
  }

  /// Notes how many items there are now.
  func finish() throws {
    try connection.run(
      "UPDATE datasets SET items = ? WHERE id = ?", [.number(items), dataset.sql])
    for (set, count) in labelled {
      try connection.run(
        "UPDATE label_sets SET items = items + ? WHERE id = ?", [.number(count), .int(set)])
    }
    for (set, numbers) in classes { try LabelSet.add(numbers, to: set, connection) }
  }

  /// The classes of one of its label sets, with their keypoints, in the order of the dataset's.
  static func schema(
    of set: LabelSet, _ vault: ClientVault, _ connection: any Connection
  ) throws -> DatasetSchema {
    let all = try schema(of: set.dataset, vault, connection)
    guard let own = set.classes else { return all }
    return DatasetSchema(all.classes.enumerated().filter { own.contains($0.offset) }.map(\.element))
  }

  /// The classes that the dataset knows, with their keypoints.
  static func schema(
    of dataset: DatasetID, _ vault: ClientVault, _ connection: any Connection
  ) throws -> DatasetSchema {
    let sealed = try connection.first(
      "SELECT sealed FROM datasets WHERE id = ?", [dataset.sql]
    ) { $0.optionalBlob(0) }
    guard let sealed = sealed ?? nil else { return DatasetSchema() }
    return DatasetLineNotation.schema(
      try JSON(parsing: [UInt8](vault.key.open(sealed, table: "datasets", row: dataset))))
  }

  func save(_ schema: DatasetSchema) throws {
    try connection.run(
      "UPDATE datasets SET sealed = ? WHERE id = ?",
      [
        .blob(
          vault.key.seal(DatasetLineNotation.json(schema).utf8, table: "datasets", row: dataset)),
        dataset.sql,
      ])
  }
}

extension StoredItem {
  /// With what another says in its place.
  fileprivate func joined(with new: StoredItem) -> StoredItem {
    var result = self
    if !new.item.subset.isEmpty { result.item.subset = new.item.subset }
    // Of another image nothing is known yet, where it is not here.
    let isOther = new.image != nil && image != nil && new.image != image
    result.item.size = new.item.size ?? (isOther ? nil : item.size)
    if new.item.text != nil {
      (result.item.text, result.item.tokens) = (new.item.text, new.item.tokens)
      // What was found in the text before this one; what is in this one comes with it.
      if image == nil { result.item.metadata.removeAll { $0.name == Self.personalDataField } }
    }
    result.image = new.image ?? image
    for var member in new.item.metadata {
      if member.name == Self.personalDataField {
        member.value = Self.personal(result.field(member.name), and: member.value)
      }
      if let place = result.item.metadata.firstIndex(where: { $0.name == member.name }) {
        result.item.metadata[place] = member
      } else {
        result.item.metadata.append(member)
      }
    }
    return result
  }

  /// What is personal in an item of which a part is said anew: what was found in the rest is still there.
  private static func personal(_ before: JSON?, and new: JSON) -> JSON {
    func words(_ value: JSON?) -> Set<String> {
      Set((value?.string ?? "").split(separator: " ").map(String.init)).intersection(personalWords)
    }
    let masked = "masked"
    let (known, said) = (words(before), words(new))
    guard !known.isEmpty else { return new }
    guard said != [masked], !said.isEmpty else { return before ?? new }
    let kinds = known.union(said).subtracting([masked])
    // Masked is all of it or not at all.
    let isMasked = said.contains(masked) && (known.contains(masked) || known.isSubset(of: said))
    return .string((kinds.sorted() + (isMasked ? [masked] : [])).joined(separator: " "))
  }

  private static let personalWords = Set(
    PersonalData.Kind.allCases.map(\.rawValue) + [ModelRuns.faceClass, "masked"])

  private func field(_ name: String) -> JSON? { item.metadata.last { $0.name == name }?.value }

  /// What was found in an image before this one, but for what comes with this one.
  fileprivate mutating func forgetFaces(said new: StoredItem) {
    func isSaid(_ name: String) -> Bool { new.item.metadata.contains { $0.name == name } }
    let (faces, personal) = (ModelRuns.facesField, Self.personalDataField)
    if !isSaid(faces) { item.metadata.removeAll { $0.name == faces } }
    if item.text == nil, !isSaid(personal) { item.metadata.removeAll { $0.name == personal } }
  }
}
