import Labels
import Store
import Vault

extension Contributions {
  /// Checks that an answer names only files that its task was given for the question, and notes that it has
  /// them.
  ///
  /// - Parameter worker: whose files they must be; nil for those of any answer, of a reviewer.
  static func claim(
    _ annotations: [Annotation], of task: TaskRow, by worker: String?, _ vault: ClientVault,
    _ connection: any Connection
  ) throws {
    for (place, annotation) in annotations.enumerated() {
      guard case .files(let files) = annotation.value else { continue }
      let known = try all(of: task.seq, by: worker, vault, connection).filter {
        $0.question == annotation.classID && (worker != nil || $0.isAnswered)
      }
      for file in files {
        let path = "annotations[\(place)].files"
        guard let asset = AssetID(file) else {
          throw Refusal.invalid(path: path, problem: "must hold ids of files, not \(file.prefix(40))")
        }
        guard let found = known.first(where: { $0.asset == asset }) else {
          throw Refusal.invalid(
            path: path, problem: "must name files of this question of the task, not \(file)")
        }
        try Contributions(vault, worker: found.worker, project: task.project).refuseRepeated(
          found, connection)
        try connection.run(
          "UPDATE contributions SET is_answered = 1 WHERE id = ?", [found.id.sql])
      }
    }
  }
}
