import Consensus
import Labels

/// What the answers of a whole project say of one question, annotators being told apart.
struct ClassFit: Sendable {
  var question: Refit.Question
  /// By the place of a task: its value and how sure it is, 0…1. Empty where annotators cannot be told
  /// apart: then nothing is known beyond what every task says by itself.
  var results: [Int: Result] = [:]

  struct Result: Hashable, Sendable {
    var value: Annotation.Value
    var confidence: Double
  }

  /// The answers of one task to one question, and the known one of gold.
  struct Task: Sendable {
    var answers: [(worker: Int, value: Annotation.Value)]
    var known: Annotation.Value?
  }

  /// Labels given or left out, over all answers to a question: more are left to each task.
  static let labelLimit = 20_000_000
  /// Of those, as many as are looked at to tell annotators apart; beyond, labels are taken one by one.
  static let evidenceLimit = 1_000_000

  /// - Returns: nil for kinds that only each task itself decides (objects, relations, numbers, texts), and
  ///   without answers.
  /// - Complexity: that of `AutoConsensus`, or of `MultiLabelConsensus`
  static func of(_ labelClass: LabelClass, _ tasks: [Task], workerCount: Int) async -> ClassFit? {
    guard tasks.contains(where: { !$0.answers.isEmpty }) else { return nil }
    switch labelClass.kind {
    case .category(let options):
      let values = options.map { Annotation.Value.category($0.id) }
      return await choice(labelClass, values, tasks, workerCount)
    case .boolean:
      return await choice(labelClass, [.boolean(false), .boolean(true)], tasks, workerCount)
    case .multiLabel(let options):
      return await multiLabel(labelClass, options.map(\.id), tasks, workerCount)
    case .rating(let scale): return rating(labelClass, scale, tasks, workerCount)
    case .number, .text, .files, .shape, .span, .relation: return nil
    }
  }

  private static func choice(
    _ labelClass: LabelClass, _ values: [Annotation.Value], _ tasks: [Task], _ workerCount: Int
  ) async -> ClassFit? {
    let numbers = Dictionary(uniqueKeysWithValues: values.enumerated().map { ($1, $0) })
    let votes = VoteTable(
      taskCount: tasks.count, workerCount: workerCount, classCount: values.count,
      votes: tasks.enumerated().flatMap { task, one in
        one.answers.compactMap { answer in
          numbers[answer.value].map { .init(task: task, worker: answer.worker, label: $0) }
        }
      })
    guard votes.voteCount > 0 else { return nil }
    guard votes.isDense else { return sparse(labelClass, values, votes, tasks) }
    let fit = await AutoConsensus.fitOnAllCores(votes)
    // Gold that nobody answered says nothing of how right answers are.
    let gold = tasks.enumerated().compactMap { task, one in
      votes.starts[task] == votes.starts[task + 1]
        ? nil : one.known.flatMap { numbers[$0] }.map { (task: task, label: $0) }
    }
    let calibration = Calibration(fit.posteriors, gold: gold)
    var found = ClassFit(
      question: .init(
        classID: labelClass.id, name: labelClass.name, tellsAnnotatorsApart: fit.tellsWorkersApart,
        evidence: fit.evidence, gold: gold.count, calibration: calibration))
    guard fit.tellsWorkersApart else { return found }
    let posteriors = calibration?.calibrated(fit.posteriors) ?? fit.posteriors
    for task in tasks.indices where votes.starts[task] < votes.starts[task + 1] {
      let best = posteriors.best(of: task)
      found.results[task] = Result(value: values[best.label], confidence: best.probability)
    }
    return found
  }

  /// Without results yet.
  private static func uncalibrated(
    _ labelClass: LabelClass, _ tasks: [Task], _ evidence: Double
  ) -> ClassFit {
    ClassFit(
      question: .init(
        classID: labelClass.id, name: labelClass.name,
        tellsAnnotatorsApart: evidence > AutoConsensus.evidenceBar, evidence: evidence,
        gold: tasks.filter { $0.known != nil && !$0.answers.isEmpty }.count, calibration: nil))
  }

  /// Of so many classes that no matrix holds them. Whether annotators can be told apart is not asked, and
  /// confidences stay uncalibrated.
  private static func sparse(
    _ labelClass: LabelClass, _ values: [Annotation.Value], _ votes: VoteTable, _ tasks: [Task]
  ) -> ClassFit {
    var found = uncalibrated(labelClass, tasks, 0)
    found.question.tellsAnnotatorsApart = true
    for (task, result) in SparseOneCoin(votes).results.enumerated() {
      guard let result else { continue }
      found.results[task] = Result(value: values[result.label], confidence: result.probability)
    }
    return found
  }

  /// Whether annotators can be told apart is asked of all options together, each a choice of two.
  private static func multiLabel(
    _ labelClass: LabelClass, _ options: [OptionID], _ tasks: [Task], _ workerCount: Int
  ) async -> ClassFit? {
    let numbers = Dictionary(uniqueKeysWithValues: options.enumerated().map { ($1, $0) })
    let answers = tasks.map { task in
      task.answers.compactMap { answer -> MultiLabelConsensus.Answer? in
        guard case .multiLabel(let chosen) = answer.value else { return nil }
        return .init(worker: answer.worker, labels: Set(chosen.compactMap { numbers[$0] }))
      }
    }
    let count = answers.reduce(0) { $0 + $1.count }
    guard count > 0, count * options.count <= labelLimit else { return nil }
    // Of many, the first tasks are evidence enough.
    var (some, judgements) = (0, 0)
    while some < answers.count, judgements < evidenceLimit {
      judgements += answers[some].count * options.count
      some += 1
    }
    let votes = VoteTable(
      taskCount: some * options.count, workerCount: workerCount, classCount: 2,
      votes: answers.prefix(some).enumerated().flatMap { task, answers in
        answers.flatMap { answer in
          options.indices.map { option in
            .init(
              task: task * options.count + option, worker: answer.worker,
              label: answer.labels.contains(option) ? 1 : 0)
          }
        }
      })
    let evidence = AutoConsensus.evidence(votes)
    var found = uncalibrated(labelClass, tasks, evidence)
    guard found.question.tellsAnnotatorsApart else { return found }
    let isLarge = count * options.count > evidenceLimit
    let fit = MultiLabelConsensus(
      answers, labelCount: options.count, workerCount: workerCount,
      kindCounts: isLarge ? [1] : MultiLabelConsensus.kindCounts)
    for (task, probabilities) in fit.probabilities.enumerated() where !answers[task].isEmpty {
      let chosen = options.indices.filter { probabilities[$0] > 0.5 }.map { options[$0] }
      found.results[task] = Result(
        value: .multiLabel(chosen.sorted()),
        confidence: probabilities.map { max($0, 1 - $0) }.min() ?? 1)
    }
    return found
  }

  /// Ratings put right by how much too high each annotator rates, told apart from the first that somebody
  /// is off by more than chance.
  private static func rating(
    _ labelClass: LabelClass, _ scale: LabelClass.Scale, _ tasks: [Task], _ workerCount: Int
  ) -> ClassFit? {
    let all = tasks.enumerated().flatMap { task, one in
      one.answers.compactMap { answer -> NumericReadings.Reading? in
        guard case .rating(let value) = answer.value else { return nil }
        return .init(task: task, worker: answer.worker, value: value)
      }
    }
    guard let readings = NumericReadings(all, taskCount: tasks.count, workerCount: workerCount),
      !all.isEmpty
    else { return nil }
    let fit = WorkerBias(readings)
    let evidence = fit.evidence(readings)
    var found = uncalibrated(labelClass, tasks, evidence)
    guard found.question.tellsAnnotatorsApart else { return found }
    for (task, own) in Dictionary(grouping: all, by: \.task) {
      let estimate = ScaleEstimate(
        ratings: own.map { $0.value - fit.biases[$0.worker] }, tolerance: scale.step / 2,
        priorDeviation: (scale.maximum - scale.minimum) / 8)
      let value = min(max(fit.values[task], scale.minimum), scale.maximum)
      found.results[task] = Result(value: .rating(value), confidence: estimate.confidence)
    }
    return found
  }
}
