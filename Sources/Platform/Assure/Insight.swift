import Consensus
import Foundation
import Labels
import Store
import Workflow

/// What a project's answers show, for pictures and tables.
package struct Insight: Hashable, Sendable {
  /// Settled tasks by the confidence of their result, in ten equal parts of 0…1.
  package var confidences: [Int]
  /// Reviewed tasks by that confidence: how sure results were, and how often they needed no change.
  package var calibration: [CalibrationBin]
  package var days: [Day]
  package var questions: [Question]
  package var funnel: Funnel
  /// How right the results are; nil before anything was reviewed at random.
  package var accuracy: AccuracyEstimate?
  /// The same of the results that name a class or an option.
  package var classes: [ClassAccuracy]
  /// Settled tasks whose answers differ, the least sure first.
  package var doubts: [Doubt]
  /// What annotators often take for something else, the commonest first: instructions may be unclear.
  package var confused: [Confused]

  package struct Confused: Hashable, Sendable {
    /// The question; nil for the classes of objects.
    package var question: String?
    /// What the results say, and what is said instead.
    package var truth: String
    package var said: String
    /// Of answers where the results say so.
    package var share: Double
    package var answers: Int
    package var total: Int
  }

  package struct ClassAccuracy: Hashable, Sendable {
    package var name: String
    package var tasks: Int
    package var reviewed: Int
    package var accuracy: AccuracyEstimate?
  }

  package struct CalibrationBin: Hashable, Sendable {
    package var tasks: Int
    package var sure: Double
    package var right: Double
    package var interval: ClosedRange<Double>
  }

  /// Tasks that were settled on one day.
  package struct Day: Hashable, Sendable {
    /// Days since 1970, in UTC.
    package var number: Int64
    package var tasks: Int
    package var answers: Int
    /// The share of pairs of answers that agree; nil where no task had two.
    package var agreement: Double?
  }

  /// A single choice: who says what, where something else is true.
  package struct Question: Hashable, Sendable {
    package var name: String
    package var options: [String]
    package var reliability: WorkerReliability
    /// Pseudonyms, by the places of `reliability.workers`.
    package var annotators: [String]
    /// Those who have become worse: place, share of agreement before and now.
    package var drifts: [Drifted]
    /// How often majority of the first k answers says what all say, k = 1, 2…
    package var redundancy: [Double]

    package struct Drifted: Hashable, Sendable {
      package var annotator: String
      package var before: Double
      package var now: Double
    }
  }

  /// What became of the tasks that were settled.
  package struct Funnel: Hashable, Sendable {
    package var settled = 0
    package var reviewed = 0
    package var accepted = 0
    package var fixed = 0
    package var rejected = 0
    package var waiting = 0
    package var audited = 0
    package var auditedWrong = 0
  }

  package struct Doubt: Hashable, Sendable {
    package var task: TaskID
    package var uniqueID: String?
    package var confidence: Double
    package var answers: Int
    package var state: TaskLifecycle.State
  }

  /// Share of answers, and number of them, from which on two classes are often confused.
  package static let confusedShare = 0.1
  package static let confusedAnswers = 5
  /// Confusions that are listed.
  package static let confusedLimit = 20
  /// Doubts that are listed.
  package static let doubtLimit = 100
  /// Half of an annotator's past counts no more after so many days.
  package static let halfLifeDays = 60.0
}

/// Gathers `Insight` from the tasks of a project, in one pass.
struct InsightGathering {
  private var tasks: [(answers: [AnswerRow], end: Int64?)] = []
  private var reviews: [(confidence: Double, isRight: Bool)] = []
  private var doubts: [Insight.Doubt] = []
  private var confidences = [Int](repeating: 0, count: 10)
  private var funnel = Insight.Funnel()
  private let now: Int64
  private var sample = Sample()
  private var classes: [String: Sample] = [:]

  /// What is known of results, for an estimate of how right they are.
  private struct Sample {
    var (verified, unseen, sampled, right) = (0, 0, 0, 0)

    var estimate: AccuracyEstimate? {
      AccuracyEstimate(verified: verified, unseen: unseen, sampled: sampled, right: right)
    }
  }

  init(now: Int64) { self.now = now }

  /// - Parameters:
  ///   - verdicts: of reviewers, oldest first.
  ///   - review: why it went to review, and how sure the result was then.
  ///   - names: of classes and options in the result, as it is and as it was before anybody saw it.
  ///   - isPutRight: whether the result is what a reviewer or the client made of it.
  mutating func add(
    _ task: TaskRow, _ answers: [AnswerRow], _ ontology: Ontology,
    verdicts: [TaskLifecycle.ReviewVerdict],
    review: (cause: ReviewCause, confidence: Double)?,
    names: (now: Set<String>, before: Set<String>), isPutRight: Bool
  ) {
    tasks.append((answers, task.endedAt))
    funnel.settled += 1
    funnel.waiting += task.lifecycle.state == .inReview ? 1 : 0
    funnel.rejected += verdicts.filter { $0 == .reject }.count
    funnel.reviewed += verdicts.isEmpty ? 0 : 1
    if let audit = task.audit {
      funnel.audited += 1
      funnel.auditedWrong += audit == .rejected || audit == .fixed ? 1 : 0
    }
    let confidence = review?.confidence ?? task.confidence ?? 1
    confidences[min(9, Int(confidence * 10))] += 1
    if confidence < 1, let agreement = Self.agreement(answers, ontology), agreement < 1 {
      doubts.append(
        .init(
          task: task.id, uniqueID: task.uniqueID, confidence: confidence, answers: answers.count,
          state: task.lifecycle.state))
    }
    if let last = verdicts.last, last != .reject, task.lifecycle.state == .completed {
      funnel.accepted += isPutRight ? 0 : 1
      funnel.fixed += isPutRight ? 1 : 0
    }
    guard task.lifecycle.state == .completed else { return }
    guard let last = verdicts.last, last != .reject else {
      count(names.now) { $0.unseen += 1 }
      return
    }
    count(names.now) { $0.verified += 1 }
    // Whatever reviewers said on the way: it was right if it stands as it was.
    let isRight = !isPutRight && task.lifecycle.reworks == 0
    reviews.append((confidence, isRight))
    guard review?.cause == .drawn else { return }
    count(names.before) {
      $0.sampled += 1
      $0.right += isRight ? 1 : 0
    }
  }

  private mutating func count(_ names: Set<String>, _ change: (inout Sample) -> Void) {
    change(&sample)
    for name in names { change(&classes[name, default: Sample()]) }
  }

  func insight(_ ontology: Ontology) -> Insight {
    // Of a choice its options are told apart, not the question that all results answer.
    let choices = Set(ontology.questions.map(\.name))
    let ballots = ballots(ontology)
    return Insight(
      confidences: confidences, calibration: calibration, days: days(ontology),
      questions: ballots.map(question), funnel: funnel,
      accuracy: sample.estimate,
      classes: classes.filter { !choices.contains($0.key) }.sorted { $0.key < $1.key }.map {
        name, sample in
        .init(
          name: name, tasks: sample.verified + sample.unseen, reviewed: sample.verified,
          accuracy: sample.estimate)
      },
      doubts: Array(
        doubts.sorted { ($0.confidence, $0.task) < ($1.confidence, $1.task) }
          .prefix(Insight.doubtLimit)),
      confused: confused(ontology, ballots))
  }

  /// What annotators often take for something else, the commonest first.
  func confused(_ ontology: Ontology) -> [Insight.Confused] {
    confused(ontology, ballots(ontology))
  }

  private func confused(_ ontology: Ontology, _ ballots: [Ballot]) -> [Insight.Confused] {
    let all = ballots.flatMap(Self.confused) + ConfusedPairs(objectClasses(ontology)).often
    return Array(
      all.sorted { ($1.share, $0.truth, $0.said) < ($0.share, $1.truth, $1.said) }
        .prefix(Insight.confusedLimit))
  }

  /// Of objects that two annotators drew in one place: the class of each, and the other's.
  private func objectClasses(_ ontology: Ontology) -> [(truth: String, said: String)] {
    let names = Dictionary(uniqueKeysWithValues: ontology.objects.map { ($0.id, $0.name) })
    guard names.count > 1 else { return [] }
    return tasks.flatMap { task in
      zip(task.answers, task.answers.dropFirst()).flatMap { a, b in
        ObjectOverlap(
          a.annotations.filter(\.isObject), b.annotations.filter(\.isObject),
          threshold: AnswerAgreement.objectThreshold
        ).pairs.flatMap { pair -> [(truth: String, said: String)] in
          guard let first = names[pair.first], let second = names[pair.second] else { return [] }
          return [(first, second), (second, first)]
        }
      }
    }
  }

  private static func confused(_ ballot: Ballot) -> [Insight.Confused] {
    let (votes, options) = (ballot.votes, ballot.options)
    var said: [(truth: String, said: String)] = []
    for task in 0..<votes.taskCount {
      let range = votes.starts[task]..<votes.starts[task + 1]
      guard range.count > 1 else { continue }
      let truth = options[ballot.posteriors.best(of: task).label]
      for vote in range { said.append((truth, options[Int(votes.labels[vote])])) }
    }
    return ConfusedPairs(said, question: ballot.name).often
  }

  private var calibration: [Insight.CalibrationBin] {
    Dictionary(grouping: reviews) { min(9, Int($0.confidence * 10)) }.sorted { $0.key < $1.key }
      .map { _, reviews in
        let count = Double(reviews.count)
        let right = Double(reviews.filter(\.isRight).count)
        let interval = BetaDistribution(
          successes: right + 0.5, failures: count - right + 0.5
        ).interval(0.95)
        let share = right / count
        return .init(
          tasks: reviews.count, sure: reviews.reduce(0) { $0 + $1.confidence } / count,
          right: share,
          interval: min(share, interval.lowerBound)...max(share, interval.upperBound))
      }
  }

  private func days(_ ontology: Ontology) -> [Insight.Day] {
    let perDay: Int64 = 24 * 3600 * 1000
    let byDay = Dictionary(grouping: tasks) { task in
      (task.end ?? task.answers.last?.submittedAt ?? 0) / perDay
    }
    return byDay.sorted { $0.key < $1.key }.map { day, tasks in
      let shares = tasks.compactMap { Self.agreement($0.answers, ontology) }
      return .init(
        number: day, tasks: tasks.count, answers: tasks.reduce(0) { $0 + $1.answers.count },
        agreement: shares.isEmpty ? nil : shares.reduce(0, +) / Double(shares.count))
    }
  }

  /// Of each answer with the next, which is enough for a mean over many tasks.
  private static func agreement(_ answers: [AnswerRow], _ ontology: Ontology) -> Double? {
    guard answers.count > 1 else { return nil }
    let shares = zip(answers, answers.dropFirst()).map {
      AnswerAgreement.share($0.annotations, $1.annotations, ontology: ontology)
    }
    return shares.reduce(0, +) / Double(shares.count)
  }

  /// The answers to a single choice, and what they say of each task.
  private struct Ballot {
    var name: String
    var options: [String]
    var votes: VoteTable
    var posteriors: Posteriors
    var annotators: [String]
    /// Of each vote: what it weighs by its age, and when it came in.
    var weights: [Double]
    var times: [Int64]
  }

  private func ballots(_ ontology: Ontology) -> [Ballot] { ontology.classes.compactMap(ballot) }

  private func ballot(_ labelClass: LabelClass) -> Ballot? {
    guard case .category(let options) = labelClass.kind else { return nil }
    let places = Dictionary(uniqueKeysWithValues: options.enumerated().map { ($1.id, $0) })
    var workers = Numbering<String>()
    var votes: [VoteTable.Vote] = []
    var weights: [Double] = []
    var times: [Int64] = []
    for (task, answers) in tasks.map(\.answers).enumerated() {
      for answer in answers {
        guard
          case .category(let option)? = answer.annotations.first(where: {
            $0.classID == labelClass.id
          })?.value, let label = places[option]
        else { continue }
        votes.append(
          .init(task: task, worker: workers.number(answer.worker), label: label))
        let age = Double(max(0, now - answer.submittedAt)) / (24 * 3600 * 1000)
        times.append(answer.submittedAt)
        weights.append(pow(0.5, age / Insight.halfLifeDays))
      }
    }
    guard !votes.isEmpty else { return nil }
    let table = VoteTable(
      taskCount: tasks.count, workerCount: workers.count, classCount: options.count, votes: votes)
    guard table.isDense else { return nil }
    return Ballot(
      name: labelClass.name, options: options.map(\.name), votes: table,
      posteriors: PooledDawidSkene.fit(table).posteriors, annotators: workers.names,
      weights: weights, times: times)
  }

  private func question(_ ballot: Ballot) -> Insight.Question {
    Insight.Question(
      name: ballot.name, options: ballot.options,
      reliability: WorkerReliability(ballot.votes, weights: ballot.weights),
      annotators: ballot.annotators,
      drifts: drifts(ballot.votes, ballot.annotators, ballot.times),
      redundancy: Self.redundancy(ballot.votes, ballot.posteriors))
  }

  /// Whether each answer said what the others of its task say, oldest first.
  private func drifts(
    _ votes: VoteTable, _ names: [String], _ times: [Int64]
  ) -> [Insight.Question.Drifted] {
    var verdicts = [[(at: Int64, agrees: Bool)]](repeating: [], count: votes.workerCount)
    for task in 0..<votes.taskCount {
      let range = votes.starts[task]..<votes.starts[task + 1]
      guard range.count > 1 else { continue }
      var counts = [Int](repeating: 0, count: votes.classCount)
      for vote in range { counts[Int(votes.labels[vote])] += 1 }
      for vote in range {
        let label = Int(votes.labels[vote])
        counts[label] -= 1
        verdicts[Int(votes.workers[vote])].append(
          (times[vote], counts[label] == counts.max()))
        counts[label] += 1
      }
    }
    return verdicts.enumerated().compactMap { worker, verdicts in
      Drift.find(verdicts.sorted { $0.at < $1.at }.map(\.agrees)).map {
        .init(annotator: names[worker], before: $0.before, now: $0.now)
      }
    }
  }

  /// - Parameter all: what all answers say.
  private static func redundancy(_ votes: VoteTable, _ all: Posteriors) -> [Double] {
    let most = (0..<votes.taskCount).map { votes.starts[$0 + 1] - votes.starts[$0] }.max() ?? 0
    guard most > 1 else { return [] }
    return (1...min(most, 20)).map { count in
      var (hits, tasks) = (0.0, 0.0)
      for task in 0..<votes.taskCount {
        let range = votes.starts[task]..<votes.starts[task + 1]
        guard range.count >= 2 else { continue }
        var counts = [Int](repeating: 0, count: votes.classCount)
        for vote in range.prefix(count) { counts[Int(votes.labels[vote])] += 1 }
        let peak = counts.max() ?? 0
        tasks += 1
        if counts[all.best(of: task).label] == peak {
          hits += 1 / Double(counts.filter { $0 == peak }.count)
        }
      }
      return tasks > 0 ? hits / tasks : 0
    }
  }
}

extension Quality {
  /// - Complexity: O(answers of the sample × classes)
  package func insight(on projectID: ProjectID) async throws -> Insight {
    try await vault.database.read { try insight(on: projectID, $0) }
  }

  /// - Parameter isWanted: which tasks it is about.
  func insight(
    on projectID: ProjectID, of isWanted: (TaskRow) -> Bool = { _ in true },
    _ connection: any Connection
  ) throws -> Insight {
    let project = try Projects.get(projectID, connection)
    let union = try vault.union(of: project, connection)
    var gathering = InsightGathering(now: vault.environment.now())
    let verdicts = try verdicts(in: projectID, connection)
    let causes = try ReviewCause.all(in: projectID, connection)
    let readings = try vault.readings(of: projectID, connection)
    try sample(project, union, of: isWanted, connection) { task, answers in
      let found = try names(of: task, readings.reading(of: task, connection), connection)
      gathering.add(
        task, answers, union.ontology, verdicts: verdicts[task.seq] ?? [],
        review: causes[task.seq], names: (found.now, found.before),
        isPutRight: found.isPutRight)
    }
    return gathering.insight(union.ontology)
  }

  /// The classes and options that a result names, now and before anybody looked at it.
  private func names(
    of task: TaskRow, _ reading: LabelReading, _ connection: any Connection
  ) throws -> (now: Set<String>, before: Set<String>, isPutRight: Bool) {
    guard let result = try ConsensusRow.newest(of: task, reading, vault, connection) else {
      return ([], [], false)
    }
    let now = reading.ontology.names(in: result.annotations)
    guard result.isPutRight else { return (now, now, false) }
    let before = try ConsensusRow.drafted(of: task, reading, vault, connection)
    return (now, reading.ontology.names(in: before ?? []), true)
  }

  /// What reviewers said of each task, oldest first.
  private func verdicts(
    in project: ProjectID, _ connection: any Connection
  ) throws -> [Int64: [TaskLifecycle.ReviewVerdict]] {
    var verdicts: [Int64: [TaskLifecycle.ReviewVerdict]] = [:]
    try connection.forEach(
      """
      SELECT task, reason FROM leases
      WHERE project_id = ? AND stage = 'review' AND state = 'submitted' ORDER BY ended_at, id
      """, [project.sql]
    ) { row in
      if let verdict = row.optionalText(1).flatMap(TaskLifecycle.ReviewVerdict.init) {
        verdicts[row.int(0), default: []].append(verdict)
      }
      return true
    }
    return verdicts
  }
}
