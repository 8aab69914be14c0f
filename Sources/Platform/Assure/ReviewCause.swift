import Store
import Workflow

/// Why a result went to review, kept with how sure it was then: an estimate of what nobody reviewed may
/// only stand on what was drawn at random.
enum ReviewCause: String, Hashable, Sendable, CaseIterable {
  /// The plan's random sample.
  case drawn
  /// One of the plan's conditions.
  case due
  /// Somebody wanted to see it.
  case asked

  init(_ cause: QualityPlan.Review.Cause) {
    switch cause {
    case .drawn: self = .drawn
    case .due: self = .due
    }
  }

  static let insertion = """
    INSERT INTO review_causes (task, project_id, cause, confidence) VALUES (?, ?, ?, ?)
    ON CONFLICT (task) DO UPDATE SET cause = excluded.cause, confidence = excluded.confidence
      WHERE excluded.cause <> 'asked' OR review_causes.cause <> 'drawn'
    """

  /// Notes it; a later round replaces what an earlier one was reviewed for, but what was drawn at random
  /// stays of the sample however often it is looked at.
  func note(_ task: TaskRow, confidence: Double, _ connection: any Connection) throws {
    try connection.run(
      Self.insertion,
      [.int(task.seq), task.project.sql, .text(rawValue), .double(confidence)])
  }

  static func all(
    in project: ProjectID, _ connection: any Connection
  ) throws -> [Int64: (cause: ReviewCause, confidence: Double)] {
    var causes: [Int64: (cause: ReviewCause, confidence: Double)] = [:]
    try connection.forEach(
      "SELECT task, cause, confidence FROM review_causes WHERE project_id = ?", [project.sql]
    ) { row in
      causes[row.int(0)] = (ReviewCause(rawValue: row.text(1)) ?? .asked, row.double(2))
      return true
    }
    return causes
  }
}
