import Crypto
import Formats
import Foundation
import Labels
import Notation
import Store
import Vault

/// What a release is made of.
package enum ReleaseSource: Hashable, Sendable {
  /// The results of a project: all that is completed.
  case project(ProjectID)
  /// Items of a dataset that a query finds, with the labels of a set.
  case dataset(DatasetID, query: String, set: String)

  /// Where an item of a release is from.
  enum Origin {
    /// A task with so many answers.
    case task(answers: Int)
    /// An item of a dataset, and whether the set says anything of it.
    case item(number: Int, isLabelled: Bool)
  }

  /// Hands out each item with its schema and where it is from, always in the same order.
  ///
  /// - Parameters:
  ///   - plan: says in which order those of a dataset come.
  ///   - hasMedia: whether each says where its image is.
  /// - Returns: the schema of all of them.
  func forEachItem(
    _ plan: ReleasePlan, hasMedia: Bool, _ vault: ClientVault, _ connection: any Connection,
    _ body: (DatasetItem, DatasetSchema, Origin) throws -> Void
  ) throws -> DatasetSchema {
    switch self {
    case .project(let project):
      try Self.results(of: project, hasMedia, vault, connection, body)
    case .dataset(let dataset, let query, let set):
      try Self.items(of: dataset, query, set, plan, hasMedia, vault, connection, body)
    }
  }

  private static func results(
    of project: ProjectID, _ hasMedia: Bool, _ vault: ClientVault, _ connection: any Connection,
    _ body: (DatasetItem, DatasetSchema, Origin) throws -> Void
  ) throws -> DatasetSchema {
    let current = try Projects.get(project, connection)
    let union = try vault.union(of: current, connection)
    let walk = ExportWalk(vault: vault, project: project, connection: connection, union: union)
    // One numbering of classes for all formats, so that a class is the same number everywhere.
    let classes = ExportedClasses(union.ontology, for: DatasetFormat.jsonLines.facts.holds)
    var names = ImageNames(vault: vault, connection: connection)
    try walk.forEach(needsAnswers: false) { task in
      // Of every task, so that one has its name whichever others are completed.
      let name = try task.content.image == nil ? task.row.id.text : names.name(of: task)
      guard task.row.gold == nil, task.row.lifecycle.state == .completed,
        let consensus = task.consensus
      else { return }
      var item = classes.item(task, consensus.annotations, named: name)
      let answers = answers(item.metadata)
      let sent = sent(with: task, besides: answers)
      item.metadata = answers + sent + ownMetadata(task, consensus)
      if hasMedia { item.media = try media(task.content.image, vault, connection) }
      try body(item, classes.schema, .task(answers: consensus.answers))
    }
    return classes.schema
  }

  /// Begins the names of metadata that we add.
  static let ownPrefix = "assay_"

  /// Answers to questions that are said as metadata.
  private static func answers(_ members: [JSON.Member]) -> [JSON.Member] {
    members.map { $0.name.hasPrefix(ownPrefix) ? .init("answer_" + $0.name, $0.value) : $0 }
  }

  /// What the sender said of a task; an answer of the same name keeps it, and what was sent has another.
  private static func sent(
    with task: ExportedTask, besides answers: [JSON.Member]
  ) -> [JSON.Member] {
    let members = task.content.metadata.members ?? []
    let own = Set(answers.map(\.name))
    var taken = own.union(members.map(\.name))
    return members.map { member in
      guard own.contains(member.name) || member.name.hasPrefix(ownPrefix) else { return member }
      var name = "sent_" + member.name
      while !taken.insert(name).inserted { name = "sent_" + name }
      return .init(name, member.value)
    }
  }

  /// What we know of a task.
  private static func ownMetadata(_ task: ExportedTask, _ consensus: ConsensusRow) -> [JSON.Member] {
    var members: [JSON.Member] = []
    func add(_ name: String, _ value: JSON) { members.append(.init(ownPrefix + name, value)) }
    add("task", .string(task.row.id.text))
    if let id = task.row.uniqueID { add("unique_id", .string(id)) }
    add("confidence", .double(consensus.confidence))
    add("answers", .count(consensus.answers))
    if let image = task.content.image { members.append(ownImage(image)) }
    return members
  }

  /// Which image an item has: a file's id in the vault, whose content never changes, or the address where it
  /// lies.
  private static func ownImage(_ image: String) -> JSON.Member {
    .init(imageField, .string(withoutSecrets(image)))
  }

  /// Words of a query that let whoever has the address in.
  private static let secrets: Set<String> = [
    "signature", "sig", "token", "access_token", "x-amz-signature", "x-goog-signature",
  ]

  /// An address without what opens it: a release is given to others.
  private static func withoutSecrets(_ image: String) -> String {
    guard DatasetItem.isAddress(image), var address = URLComponents(string: image) else {
      return image
    }
    (address.user, address.password) = (nil, nil)
    let isSigned = address.queryItems?.contains { secrets.contains($0.name.lowercased()) } ?? false
    if isSigned { address.percentEncodedQuery = nil }
    return address.string ?? image
  }

  static let imageField = ownPrefix + "image"

  private static func items(
    of dataset: DatasetID, _ text: String, _ set: String, _ plan: ReleasePlan, _ hasMedia: Bool,
    _ vault: ClientVault, _ connection: any Connection,
    _ body: (DatasetItem, DatasetSchema, Origin) throws -> Void
  ) throws -> DatasetSchema {
    guard let labels = try LabelSet.find(set, of: dataset, connection) else {
      throw Refusal.unknown(.labelSet, set)
    }
    let search = ItemSearch(vault, dataset: dataset)
    // Whole before the first item, so that a class is the same number in every file; what others call things
    // is not of this set.
    var schema = try DatasetWriter.schema(of: labels, vault, connection)
    let numbers = try search.numbers(text, connection)
    for number in plan.isShuffled ? shuffled(numbers, seed: plan.seed) : numbers {
      guard let found = try Datasets.item(number, of: dataset, vault, connection) else { continue }
      var item = found.item
      let said = try search.labels(number, labels.id, &schema, connection)
      item.labels = said ?? []
      item.metadata.removeAll { $0.name == imageField }
      if let image = found.image { item.metadata.append(ownImage(image)) }
      if hasMedia { item.media = try media(found.image, vault, connection) }
      try body(item, schema, .item(number: number, isLabelled: said != nil))
    }
    return schema
  }

  /// In an order of chance that is the same for the same seed.
  private static func shuffled(_ numbers: [Int], seed: String) -> [Int] {
    func lot(_ number: Int) -> UInt64 {
      SHA256.hash(data: Data("\(seed)\u{0}order\u{0}\(number)".utf8)).prefix(8)
        .reduce(0) { $0 << 8 | UInt64($1) }
    }
    return numbers.map { (lot: lot($0), number: $0) }
      .sorted { ($0.lot, $0.number) < ($1.lot, $1.number) }.map(\.number)
  }

  /// The address of an item's image, where the vault has it; one that is a URL stays where it is.
  private static func media(
    _ image: String?, _ vault: ClientVault, _ connection: any Connection
  ) throws -> String? {
    guard let image else { return nil }
    let id = try AssetID(image) ?? Assets.fetched(image, vault, connection)
    return try id.flatMap { id in
      try connection.first("SELECT address FROM assets WHERE id = ?", [id.sql]) { $0.text(0) }
    }
  }
}
