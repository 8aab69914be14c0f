import Consensus
import Labels

extension Quality {
  /// How far annotators say the same of one class.
  package struct Agreement: Sendable {
    package var name: String
    /// `krippendorffNominal`, `krippendorffOrdinal`, `meanF1` or `meanSimilarity`.
    package var measure: String
    /// 1 is perfect; of α, 0 is chance.
    package var value: Double
    /// Tasks compared.
    package var units: Int
    /// Where α would lie in 95 of 100 draws of other tasks.
    package var interval: ClosedRange<Double>?
    /// Of choices without an order.
    package var nominal: NominalAgreement?
    /// Of ratings: ICC(1,1) over the tasks that have as many ratings as most.
    package var intraclass: Double?
    /// Of objects and texts: α by their distance.
    package var alpha: DistanceAlpha?
    /// Of objects: mean intersection over union, and Dice coefficient, of those that two annotators drew.
    package var overlap: (iou: Double, dice: Double)?
    /// Of texts: edits that make one annotator's the other's.
    package var errors: (word: Double, character: Double)?
  }

  /// Tasks whose answers are compared by a distance.
  static let distanceLimit = 2_000

  static func agreement(
    of labelClass: LabelClass, _ groups: [[AnswerRow]], _ ontology: Ontology
  ) -> Agreement? {
    switch labelClass.kind {
    case .category, .multiLabel, .boolean, .rating:
      let isOrdinal = if case .rating = labelClass.kind { true } else { false }
      let level = isOrdinal ? KrippendorffAlpha.Level.ordinal : .nominal
      let values = groups.map { answers in
        answers.compactMap { answer in
          answer.annotations.first { $0.classID == labelClass.id }.map { (answer.worker, $0.value) }
        }
      }
      let votes = votes(values)
      let units = values.enumerated().map { task, values in
        zip(values, votes.starts[task]..<votes.starts[task + 1]).map { value, vote in
          if case .rating(let number) = value.1 { number } else { Double(votes.labels[vote]) }
        }
      }
      guard let alpha = KrippendorffAlpha.alpha(units, level: level) else { return nil }
      return Agreement(
        name: labelClass.name,
        measure: isOrdinal ? "krippendorffOrdinal" : "krippendorffNominal", value: alpha,
        units: units.filter { $0.count > 1 }.count,
        interval: KrippendorffAlpha.interval(units, level: level),
        nominal: isOrdinal ? nil : NominalAgreement(votes),
        intraclass: isOrdinal ? intraclass(units) : nil)
    case .shape, .span, .relation, .number, .text:
      let only = Ontology(classes: [labelClass])
      // Distances of shapes and texts are dear: of many tasks, some spread over all are enough.
      let step = max(1, (groups.count + distanceLimit - 1) / distanceLimit)
      let groups = stride(from: 0, to: groups.count, by: step).map { groups[$0] }
      let means = groups.compactMap { meanShare($0, labelClass, only) }
      guard !means.isEmpty else { return nil }
      var agreement = Agreement(
        name: labelClass.name,
        measure: labelClass.kind.isQuestion ? "meanSimilarity" : "meanF1",
        value: means.reduce(0, +) / Double(means.count), units: means.count)
      agreement.add(labelClass, groups)
      return agreement
    case .files:
      // Contributions are not versions of one thing.
      return nil
    }
  }

  private static func intraclass(_ units: [[Double]]) -> Double? {
    let counts = Dictionary(grouping: units.filter { $0.count > 1 }, by: \.count)
    let most = counts.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
    return most.flatMap { IntraclassCorrelation($0.value)?.oneWay }
  }

  /// Answers as votes, every value a class of its own.
  private static func votes(_ tasks: [[(worker: String, value: Annotation.Value)]]) -> VoteTable {
    var (workers, codes) = (Numbering<String>(), Numbering<Annotation.Value>())
    var votes: [VoteTable.Vote] = []
    for (task, answers) in tasks.enumerated() {
      for (worker, value) in answers {
        votes.append(
          .init(task: task, worker: workers.number(worker), label: codes.number(value)))
      }
    }
    return VoteTable(
      taskCount: tasks.count, workerCount: workers.count, classCount: codes.count, votes: votes)
  }

  /// nil where nobody answers the class.
  private static func meanShare(
    _ answers: [AnswerRow], _ labelClass: LabelClass, _ ontology: Ontology
  ) -> Double? {
    let values = answers.map(\.annotations)
    guard
      values.prefix(AnswerAgreement.comparedAnswers).joined().contains(where: {
        $0.classID == labelClass.id
      })
    else { return nil }
    return AnswerAgreement.meanShare(values, ontology: ontology)
  }
}

extension Quality.Agreement {
  /// What only answers with a distance have.
  fileprivate mutating func add(_ labelClass: LabelClass, _ groups: [[AnswerRow]]) {
    let units = groups.map { answers in
      answers.prefix(AnswerAgreement.comparedAnswers).map { answer in
        answer.annotations.filter { $0.classID == labelClass.id }
      }
    }
    switch labelClass.kind {
    case .shape, .span:
      // Where nobody drew anything, there is nothing to compare.
      let drawn = units.filter { $0.contains { !$0.isEmpty } }
      alpha = DistanceAlpha(drawn) { ObjectOverlap($0, $1).distance }
      let pairs = Self.pairs(drawn).map {
        ObjectOverlap($0, $1, threshold: AnswerAgreement.objectThreshold)
      }
      if let iou = pairs.compactMap(\.meanIoU).mean, let dice = pairs.compactMap(\.meanDice).mean {
        overlap = (iou, dice)
      }
    case .text:
      let texts = units.map { answers in
        answers.compactMap { annotations -> String? in
          if case .text(let text)? = annotations.first?.value { text } else { nil }
        }
      }
      alpha = DistanceAlpha(texts) { 1 - (TextMedoid.find([$0, $1])?.similarity ?? 0) }
      let pairs = Self.pairs(texts)
      if let word = pairs.map({ TextErrors.wordRate($0, against: $1) }).mean,
        let character = pairs.map({ TextErrors.characterRate($0, against: $1) }).mean
      {
        errors = (word, character)
      }
    case .number:
      let numbers = units.map { answers in
        answers.compactMap { annotations -> Double? in
          if case .number(let number)? = annotations.first?.value { number } else { nil }
        }
      }
      alpha = KrippendorffAlpha.alpha(numbers, level: .interval).map {
        DistanceAlpha(
          value: $0, interval: KrippendorffAlpha.interval(numbers, level: .interval),
          units: numbers.filter { $0.count > 1 }.count)
      }
    case .category, .multiLabel, .boolean, .rating, .files, .relation: break
    }
  }

  /// Each answer with the next.
  private static func pairs<Answer>(_ units: [[Answer]]) -> [(Answer, Answer)] {
    units.flatMap { Array(zip($0, $0.dropFirst())) }
  }
}
