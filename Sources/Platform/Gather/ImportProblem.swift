import Labels
import Notation
import Store

/// Why one line was not taken in.
package struct ImportProblem: Hashable, Sendable {
  package enum Reason: Hashable, Sendable {
    case tooLong(bytes: Int, limit: Int)
    case notJSON(JSONError)
    /// The whole file seems to be one JSON array.
    case looksLikeArray
    case invalid(path: String, problem: String)
    case annotation(path: String, AnnotationFault)
    case uniqueIDTaken(String, by: String)
    case unknownAsset(String)
  }

  /// From 1.
  package var line: Int
  /// From 1, in bytes, where the place within the line is known.
  package var column: Int?
  package var reason: Reason
}

/// What became of an import.
package struct ImportReport: Hashable, Sendable {
  package var id: ImportID
  package var project: ProjectID
  package var isCompleted: Bool
  /// Lines looked at, without blank ones.
  package var lines: Int
  package var created: Int
  package var refused: Int
  /// The first `Imports.problemLimit` of them.
  package var problems: [Problem]
  /// Whether the same import had been done before and nothing was done now.
  package var isReplay: Bool
  /// The task made last; nil of a replay.
  package var last: TaskID?

  /// A problem in words.
  package struct Problem: Hashable, Sendable {
    package var line: Int
    package var column: Int?
    package var reason: String
  }
}
