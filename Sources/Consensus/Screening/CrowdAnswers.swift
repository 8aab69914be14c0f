/// Answers of a crowd to choices, in the order they came: what a screening looks at.
///
/// Tasks, workers and labels are numbered from 0.
package struct CrowdAnswers: Sendable {
  package struct Answer: Hashable, Sendable {
    package var task: Int
    package var worker: Int
    package var label: Int

    package init(task: Int, worker: Int, label: Int) {
      self.task = task
      self.worker = worker
      self.label = label
    }
  }

  /// The oldest first.
  package let answers: [Answer]
  /// What is known of gold tasks.
  package let known: [Int: Int]
  package let workerCount: Int
  /// How often each label is said, all above 0; sums to 1.
  package let habits: [Double]
  /// Places in `answers`, by task and by worker.
  let byTask: [[Int]]
  let byWorker: [[Int]]

  /// - Precondition: labels lie in `0..<labelCount`, workers in `0..<workerCount`.
  package init(_ answers: [Answer], known: [Int: Int] = [:], workerCount: Int, labelCount: Int) {
    var counts = [Double](repeating: 0.5, count: labelCount)
    var byTask = [[Int]](repeating: [], count: (answers.map(\.task).max() ?? -1) + 1)
    var byWorker = [[Int]](repeating: [], count: workerCount)
    for (place, answer) in answers.enumerated() {
      counts[answer.label] += 1
      byTask[answer.task].append(place)
      byWorker[answer.worker].append(place)
    }
    let total = counts.reduce(0, +)
    self.answers = answers
    self.known = known
    self.workerCount = workerCount
    habits = counts.map { $0 / total }
    self.byTask = byTask
    self.byWorker = byWorker
  }
}
