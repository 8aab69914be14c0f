import Store
import Workflow

/// A named set of tasks in a project, with its counters.
package struct Batch: Hashable, Sendable {
  package var id: BatchID
  package var project: ProjectID
  package var name: String
  package var state: BatchLifecycle.State
  package var priority: Int
  package var plan: QualityPlan?
  package var counts = Counts()
  package var createdAt: Int64
  /// When its last task ended; kept while more are added.
  package var completedAt: Int64?
  /// Of a batch that tries the instructions out; nil for others.
  package var calibration: InstructionCalibration.State?

  /// Maintained with every change of a task, never counted.
  package struct Counts: Hashable, Sendable {
    package var tasks = 0
    package var open = 0
    package var inReview = 0
    package var completed = 0
    package var canceled = 0
    package var failed = 0
    package var answers = 0

    package static func + (a: Counts, b: Counts) -> Counts {
      Counts(
        tasks: a.tasks + b.tasks, open: a.open + b.open, inReview: a.inReview + b.inReview,
        completed: a.completed + b.completed, canceled: a.canceled + b.canceled,
        failed: a.failed + b.failed, answers: a.answers + b.answers)
    }
  }

  /// Where tasks go that name no batch.
  package static let defaultName = "default"

  static func newDefault(of project: ProjectID, _ environment: Environment) -> Batch {
    Batch(
      id: environment.newID(), project: project, name: defaultName, state: .inProgress,
      priority: 0, plan: nil, createdAt: environment.now())
  }

  static let columns = """
    id, project_id, name, state, priority, plan, created_at,
    tasks, open, in_review, completed, canceled, failed, answers, completed_at, calibration
    """

  static func row(_ row: any Row) throws -> Batch {
    Batch(
      id: row.id(0), project: row.id(1), name: row.text(2),
      state: BatchLifecycle.State(rawValue: row.text(3)) ?? .canceled, priority: Int(row.int(4)),
      plan: try row.optionalText(5).map(PlanNotation.plan(stored:)),
      counts: Counts(
        tasks: Int(row.int(7)), open: Int(row.int(8)), inReview: Int(row.int(9)),
        completed: Int(row.int(10)), canceled: Int(row.int(11)), failed: Int(row.int(12)),
        answers: Int(row.int(13))),
      createdAt: row.int(6), completedAt: row.optionalInt(14),
      calibration: row.optionalText(15).flatMap(InstructionCalibration.State.init))
  }

  func insert(_ connection: any Connection) throws {
    try connection.run(
      """
      INSERT INTO batches (id, project_id, name, state, priority, plan, created_at, calibration)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        id.sql, project.sql, .text(name), .text(state.rawValue), .number(priority),
        .optional(plan.map { PlanNotation.json($0).text }), .int(createdAt),
        .optional(calibration?.rawValue),
      ])
  }
}
