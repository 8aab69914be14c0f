import Formats
import Foundation
import Notation
import Store
import Vault

/// Items that belong together, with their ground truth and any number of predictions.
package struct Dataset: Hashable, Sendable {
  package var id: DatasetID
  package var name: String
  /// Items that there are.
  package var items: Int { numbers - removed }
  /// The number of the next item: of those before it some may have been taken out.
  package var numbers: Int
  package var removed = 0
  /// Grows with every change of what is in it.
  package var lastChange: Int64
  /// Likewise with what is known of what its images show.
  var lastPrint: Int64
  package var createdAt: Int64

  static let columns = "id, name, items, last_change, last_print, created_at, removed"

  static func row(_ row: any Row) -> Dataset {
    Dataset(
      id: row.id(0), name: row.text(1), numbers: Int(row.int(2)), removed: Int(row.int(6)),
      lastChange: row.int(3), lastPrint: row.int(4), createdAt: row.int(5))
  }

  static func get(_ id: DatasetID, _ connection: any Connection) throws -> Dataset {
    let found = try connection.first(
      "SELECT \(columns) FROM datasets WHERE id = ?", [id.sql], row)
    guard let found else { throw Refusal.unknown(.dataset, id.text) }
    return found
  }
}

/// One set of labels on a dataset's items: the ground truth, a model's predictions, or what a project found.
package struct LabelSet: Hashable, Sendable {
  package var id: Int64
  package var dataset: DatasetID
  package var name: String
  /// Where its labels come from; nil where they are sent.
  package var project: ProjectID?
  /// How far the project's feed was read.
  var cursor: Int64
  /// Items that have labels in it.
  package var items: Int
  /// Which of the dataset's classes it came with or has labels of; nil of one from before that was kept.
  var classes: ClassNumbers?

  /// Of the ground truth.
  package static let truth = "truth"
  package var isTruth: Bool { name == Self.truth }

  static let columns = "id, dataset_id, name, project_id, cursor, items, classes"

  static func row(_ row: any Row) -> LabelSet {
    LabelSet(
      id: row.int(0), dataset: row.id(1), name: row.text(2), project: row.optionalID(3),
      cursor: row.int(4), items: Int(row.int(5)),
      classes: row.optionalText(6).map(ClassNumbers.init(stored:)))
  }

  static func all(of dataset: DatasetID, _ connection: any Connection) throws -> [LabelSet] {
    try connection.all(
      "SELECT \(columns) FROM label_sets WHERE dataset_id = ? ORDER BY id", [dataset.sql], row)
  }

  static func find(
    _ name: String, of dataset: DatasetID, _ connection: any Connection
  ) throws -> LabelSet? {
    try connection.first(
      "SELECT \(columns) FROM label_sets WHERE dataset_id = ? AND name = ?",
      [dataset.sql, .text(name)], row)
  }

  /// The set of that name, which is made where there is none.
  static func take(
    _ name: String, of dataset: DatasetID, project: ProjectID? = nil, at: Int64,
    _ connection: any Connection
  ) throws -> LabelSet {
    if let known = try find(name, of: dataset, connection) { return known }
    try connection.run(
      """
      INSERT INTO label_sets (dataset_id, name, project_id, created_at, classes)
      VALUES (?, ?, ?, ?, '')
      """, [dataset.sql, .text(name), project.map(\.sql) ?? .null, .int(at)])
    guard let made = try find(name, of: dataset, connection) else {
      throw Refusal.unknown(.labelSet, name)
    }
    return made
  }

  /// Notes that classes are of a set, too.
  static func add(
    _ classes: ClassNumbers, to set: Int64, _ connection: any Connection
  ) throws {
    let known = try connection.first("SELECT classes FROM label_sets WHERE id = ?", [.int(set)]) {
      $0.optionalText(0).map(ClassNumbers.init(stored:))
    }
    guard var all = known ?? nil else { return }
    all.formUnion(classes)
    guard all != known else { return }
    try connection.run(
      "UPDATE label_sets SET classes = ? WHERE id = ?", [.text(all.text), .int(set)])
  }
}

/// An item as it lies in the store: what it is, and where its image is.
struct StoredItem: Sendable {
  /// Without labels.
  var item: DatasetItem
  /// An asset's id, or a URL; nil of a text.
  var image: String?

  init(_ item: DatasetItem, image: String?) {
    self.item = item
    self.image = image
  }

  init(stored bytes: Data) throws {
    let json = try JSON(parsing: [UInt8](bytes))
    var schema = DatasetSchema()
    item = try DatasetLineNotation.item(json, &schema) { throw $0 }
    image = json["image"]?.string
  }

  var stored: [UInt8] {
    var out = JSONWriter()
    out.beginObject()
    DatasetLineNotation.writeFacts(item, to: &out)
    if let image {
      out.name("image")
      out.value(image)
    }
    out.endObject()
    return out.bytes
  }
}
