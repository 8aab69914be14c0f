import Labels

/// The derived answer of one task: each class of the ontology settled by the method for its kind.
package struct AnswerConsensus: Hashable, Sendable {
  package var annotations: [Annotation]
  /// Of the least sure class, 0…1.
  package var confidence: Double

  package struct Answer: Sendable {
    package var annotations: [Annotation]
    /// Probability that this annotator is right, 0…1.
    package var accuracy: Double
    package init(annotations: [Annotation], accuracy: Double) {
      self.annotations = annotations
      self.accuracy = accuracy
    }
  }

  /// What an annotator nobody knows yet is taken to be worth: four right out of six.
  package static let priorAccuracy = accuracy(agreed: 0, outOf: 0)

  /// What is believed of an annotator beforehand, as answers: so many agreed, out of so many.
  package static let priorAgreed = 4.0
  package static let priorCount = 6.0

  /// Accuracy of an annotator who agreed with the result so often, shrunk towards the prior.
  package static func accuracy(agreed: Int, outOf total: Int) -> Double {
    (priorAgreed + Double(agreed)) / (priorCount + Double(total))
  }

  /// Whether up to `limit` more answers are expected to gain more than they cost, by
  /// `AnswerValue` for the least sure class against all that it might be instead.
  ///
  /// - Parameters:
  ///   - errorCost: what a wrong result costs, in answers.
  ///   - accuracies: of those who have answered; nil for somebody nobody knows yet.
  package func isWorthMore(
    than errorCost: Double, limit: Int, accuracies: [Double?]
  ) -> Bool {
    let known = accuracies.map { $0 ?? Self.priorAccuracy }
    let mean =
      known.isEmpty ? Self.priorAccuracy : known.reduce(0, +) / Double(known.count)
    return AnswerValue.isWorthAsking(
      posterior: [confidence, 1 - confidence], accuracy: mean, errorCost: errorCost, limit: limit)
  }

  /// - Parameter weighted: whether annotators count by their accuracy; else all alike (majority).
  /// - Complexity: O(answers × annotations), plus `TextMedoid`'s for texts.
  package init(of answers: [Answer], ontology: Ontology, weighted: Bool) {
    let answers =
      weighted ? answers : answers.map { Answer(annotations: $0.annotations, accuracy: 0.8) }
    annotations = []
    confidence = answers.isEmpty ? 0 : 1
    guard !answers.isEmpty else { return }
    if !ontology.objects.isEmpty {
      let fused = ObjectFusion.fuse(
        answers.map {
          ObjectFusion.Input(
            objects: $0.annotations.filter(\.isObject), accuracy: $0.accuracy)
        }, classCount: ontology.objects.count)
      annotations += fused.annotations
      confidence = min(confidence, fused.confidence)
      let joined = RelationFusion.fuse(answers, places: fused.places, ontology)
      annotations += joined.annotations
      confidence = min(confidence, joined.confidence)
    }
    for labelClass in ontology.questions {
      let votes = answers.compactMap { answer in
        answer.annotations.first { $0.classID == labelClass.id }.map { ($0.value, answer.accuracy) }
      }
      guard let (value, sure) = Self.settle(labelClass, votes, outOf: answers) else { continue }
      annotations.append(Annotation(classID: labelClass.id, value: value))
      confidence = min(confidence, sure)
    }
    annotations = ontology.pruned(annotations)
  }

  private static func settle(
    _ labelClass: LabelClass, _ votes: [(Annotation.Value, Double)], outOf answers: [Answer]
  ) -> (Annotation.Value, Double)? {
    guard !votes.isEmpty else { return nil }
    switch labelClass.kind {
    case .shape, .span, .relation: return nil
    case .category(let options):
      let posterior = OneCoinPosterior.posterior(
        votes.compactMap { value, accuracy in
          guard case .category(let chosen) = value else { return nil }
          return options.firstIndex { $0.id == chosen }.map {
            OneCoinPosterior.Vote(label: $0, accuracy: accuracy)
          }
        }, classCount: options.count)
      guard let peak = posterior.max(), let best = posterior.firstIndex(of: peak) else {
        return nil
      }
      return (.category(options[best].id), peak)
    case .multiLabel(let options): return multiLabel(options, votes)
    case .rating(let scale):
      let ratings = votes.compactMap { vote -> Double? in
        if case .rating(let value) = vote.0 { value } else { nil }
      }
      let estimate = ScaleEstimate(
        ratings: ratings, tolerance: scale.step / 2,
        priorDeviation: (scale.maximum - scale.minimum) / 8)
      return (.rating(estimate.mean), estimate.confidence)
    case .boolean:
      let posterior = OneCoinPosterior.posterior(
        votes.compactMap { value, accuracy in
          guard case .boolean(let isTrue) = value else { return nil }
          return OneCoinPosterior.Vote(label: isTrue ? 1 : 0, accuracy: accuracy)
        }, classCount: 2)
      return (.boolean(posterior[1] > posterior[0]), max(posterior[0], posterior[1]))
    case .number: return number(votes)
    case .files:
      // What was contributed is all there, whoever gave it.
      var files: [String] = []
      for case (.files(let given), _) in votes {
        files += given.filter { !files.contains($0) }
      }
      return (.files(files), 1)
    case .text:
      let texts = votes.compactMap { vote -> String? in
        if case .text(let text) = vote.0 { text } else { nil }
      }
      return text(texts)
    }
  }

  /// Whether two numbers say the same: within a twentieth of the larger one.
  static func areNear(_ a: Double, _ b: Double) -> Bool {
    abs(a - b) <= max(abs(a), abs(b)) / 20
  }

  /// The weighted median, as sure as the share of weight that is near it.
  static func number(_ votes: [(Annotation.Value, Double)]) -> (Annotation.Value, Double)? {
    var numbers: [(value: Double, weight: Double)] = []
    for case (.number(let value), let weight) in votes { numbers.append((value, weight)) }
    numbers.sort { $0.value < $1.value }
    let total = numbers.reduce(0) { $0 + $1.weight }
    guard total > 0 else { return nil }
    var sum = 0.0
    for number in numbers {
      sum += number.weight
      guard sum >= total / 2 else { continue }
      let near = numbers.filter { areNear($0.value, number.value) }.reduce(0) { $0 + $1.weight }
      return (.number(number.value), near / total)
    }
    return nil
  }

  /// How near to the others a text must be for texts to be versions of one, such as transcriptions.
  static let versionSimilarity = 0.6

  /// Three versions or more of one text are voted on word by word; of texts that only mean the same, the one
  /// nearest to all others stands for them.
  private static func text(_ texts: [String]) -> (Annotation.Value, Double)? {
    guard let medoid = TextMedoid.find(texts) else { return nil }
    let own = texts[medoid.index]
    let words = ROVER.words(own)
    // Scripts without spaces have no words to vote on, and lines would be lost.
    let isOneText =
      texts.count > 2 && medoid.similarity >= versionSimilarity && !own.contains(where: \.isNewline)
      && (3..<ROVER.wordLimit).contains(words.count)
    let voted = isOneText ? ROVER.combine(texts) : words
    // Where the vote changes no word, the spacing is somebody's own.
    return (.text(voted == words ? own : voted.joined(separator: " ")), medoid.similarity)
  }

  /// Each option is a question of its own: is it there?
  private static func multiLabel(
    _ options: [LabelClass.Option], _ votes: [(Annotation.Value, Double)]
  ) -> (Annotation.Value, Double) {
    var chosen: [OptionID] = []
    var confidence = 1.0
    for option in options {
      let posterior = OneCoinPosterior.posterior(
        votes.compactMap { value, accuracy in
          guard case .multiLabel(let options) = value else { return nil }
          return OneCoinPosterior.Vote(
            label: options.contains(option.id) ? 1 : 0, accuracy: accuracy)
        }, classCount: 2)
      if posterior[1] > posterior[0] { chosen.append(option.id) }
      confidence = min(confidence, max(posterior[0], posterior[1]))
    }
    return (.multiLabel(chosen.sorted()), confidence)
  }
}
