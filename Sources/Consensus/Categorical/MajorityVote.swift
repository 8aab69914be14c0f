/// Vote shares as posteriors; ties go to the lowest class number.
package enum MajorityVote {
  /// - Complexity: O(votes + tasks × classes). A task without votes gets the uniform distribution.
  package static func fit(_ votes: VoteTable) -> Posteriors {
    let classes = votes.classCount
    var values = [Double](repeating: 0, count: votes.taskCount * classes)
    for task in 0..<votes.taskCount {
      let range = votes.starts[task]..<votes.starts[task + 1]
      let row = task * classes
      if range.isEmpty {
        for label in 0..<classes { values[row + label] = 1 / Double(classes) }
      }
      for vote in range { values[row + Int(votes.labels[vote])] += 1 / Double(range.count) }
    }
    return Posteriors(classCount: classes, values: values)
  }
}
