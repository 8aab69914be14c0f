/// Categorical votes, grouped by task: the input of every method for categories.
///
/// Tasks, workers and classes are numbered from 0. A worker may vote more than once on a task.
package struct VoteTable: Sendable {
  package let taskCount: Int
  package let workerCount: Int
  package let classCount: Int
  /// `starts[t]..<starts[t + 1]` are the votes of task `t`.
  package let starts: [Int]
  package let workers: [Int32]
  package let labels: [Int32]

  package struct Vote: Hashable, Sendable {
    package var task: Int
    package var worker: Int
    package var label: Int
    package init(task: Int, worker: Int, label: Int) {
      self.task = task
      self.worker = worker
      self.label = label
    }
  }

  /// - Precondition: every number lies in its range.
  /// - Complexity: O(votes + tasks), by counting sort; the order of votes within a task is kept.
  package init(taskCount: Int, workerCount: Int, classCount: Int, votes: [Vote]) {
    var starts = [Int](repeating: 0, count: taskCount + 1)
    for vote in votes {
      precondition(vote.worker < workerCount && vote.label < classCount && vote.label >= 0)
      starts[vote.task + 1] += 1
    }
    for task in 0..<taskCount { starts[task + 1] += starts[task] }
    var next = starts
    var workers = [Int32](repeating: 0, count: votes.count)
    var labels = workers
    for vote in votes {
      let place = next[vote.task]
      next[vote.task] += 1
      workers[place] = Int32(vote.worker)
      labels[place] = Int32(vote.label)
    }
    self.taskCount = taskCount
    self.workerCount = workerCount
    self.classCount = classCount
    self.starts = starts
    self.workers = workers
    self.labels = labels
  }

  package var voteCount: Int { labels.count }

  /// Numbers that posteriors, and confusion matrices, may have in all: 400 MB each.
  package static let cellLimit = 50_000_000

  /// Whether methods that hold a number for each task and class, and for each worker and two classes, can
  /// take it. What is larger `SparseOneCoin` takes.
  package var isDense: Bool {
    let (rows, tasksOver) = taskCount.multipliedReportingOverflow(by: classCount)
    let (cells, over) = classCount.multipliedReportingOverflow(by: classCount)
    let (matrices, workersOver) = workerCount.multipliedReportingOverflow(by: cells)
    return !tasksOver && !over && !workersOver && rows <= Self.cellLimit
      && matrices <= Self.cellLimit
  }

  /// The votes that are kept, of the same tasks, workers and classes.
  ///
  /// - Parameter isKept: asked once for each vote, by its place, in order.
  /// - Complexity: O(votes + tasks)
  package func keeping(_ isKept: (Int) -> Bool) -> VoteTable {
    VoteTable(self, isKept)
  }

  private init(_ all: VoteTable, _ isKept: (Int) -> Bool) {
    taskCount = all.taskCount
    workerCount = all.workerCount
    classCount = all.classCount
    var starts = [0]
    starts.reserveCapacity(all.taskCount + 1)
    var (workers, labels): ([Int32], [Int32]) = ([], [])
    for task in 0..<all.taskCount {
      for vote in all.starts[task]..<all.starts[task + 1] where isKept(vote) {
        workers.append(all.workers[vote])
        labels.append(all.labels[vote])
      }
      starts.append(labels.count)
    }
    self.starts = starts
    self.workers = workers
    self.labels = labels
  }
}

/// A distribution over the classes for each task, row by row.
package struct Posteriors: Sendable {
  package let classCount: Int
  package var values: [Double]

  package init(classCount: Int, values: [Double]) {
    self.classCount = classCount
    self.values = values
  }

  package var taskCount: Int { classCount > 0 ? values.count / classCount : 0 }

  package subscript(task: Int) -> ArraySlice<Double> {
    values[task * classCount..<(task + 1) * classCount]
  }

  /// The likeliest class of a task and its probability; of equals, the lowest class number.
  package func best(of task: Int) -> (label: Int, probability: Double) {
    var best = (label: 0, probability: -1.0)
    for (label, probability) in self[task].enumerated() where probability > best.probability {
      best = (label, probability)
    }
    return best
  }
}
