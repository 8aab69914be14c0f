import Consensus
import Labels
import Store
import Workflow

/// What is known of a gold task in clear.
package struct GoldRow: Hashable, Sendable {
  package enum State: String, Hashable, Sendable, CaseIterable {
    /// In the stream.
    case live
    /// Taken out until somebody has looked: it tests the wrong thing.
    case suspect
    /// Out for good; judgements by a suspect one are taken back.
    case retired
  }

  package var task: Int64
  package var project: ProjectID
  package var kind: TaskRow.Gold
  /// The classes of its known answer, as one key: gold is balanced over it.
  package var classes: String
  package var state: State
  package var reason: GoldSuspicion?
  package var seen: Int
  package var judged: Int
  package var agreed: Int

  static let columns =
    "g.task, g.project_id, g.kind, g.classes, g.state, g.reason, g.seen, g.judged, g.agreed"

  static func row(_ row: any Row) -> GoldRow {
    GoldRow(
      task: row.int(0), project: row.id(1),
      kind: TaskRow.Gold(rawValue: row.text(2)) ?? .evaluation,
      classes: row.text(3), state: State(rawValue: row.text(4)) ?? .retired,
      reason: row.optionalText(5).flatMap(GoldSuspicion.init), seen: Int(row.int(6)),
      judged: Int(row.int(7)), agreed: Int(row.int(8)))
  }

  static func of(_ task: Int64, _ connection: any Connection) throws -> GoldRow? {
    try connection.first(
      "SELECT \(columns) FROM gold_tasks g WHERE g.task = ?", [.int(task)], row)
  }

  /// What a task that is answered is judged by; nil for what is no gold, or no longer.
  static func served(_ task: TaskRow, _ connection: any Connection) throws -> GoldRow? {
    task.gold == nil ? nil : try of(task.seq, connection)
  }

  static let insertion = """
    INSERT INTO gold_tasks (task, project_id, kind, classes, state, made_at)
    VALUES (?, ?, ?, ?, 'live', ?)
    ON CONFLICT (task) DO UPDATE SET kind = excluded.kind, classes = excluded.classes,
      state = 'live', reason = NULL, judged = 0, agreed = 0, made_at = excluded.made_at
    """

  /// The classes of a known answer: options of choices, else the classes of objects.
  static func classes(_ annotations: [Annotation]) -> String {
    let keys = annotations.map { annotation -> String in
      switch annotation.value {
      case .category(let option): "\(annotation.classID)=\(option)"
      case .boolean(let isTrue): "\(annotation.classID)=\(isTrue)"
      default: "\(annotation.classID)"
      }
    }
    return String(Set(keys).sorted().joined(separator: " ").prefix(200))
  }

  /// Missed by more than a third.
  var isHard: Bool { judged >= 5 && agreed * 3 < judged * 2 }
}
