import Foundation
import Geometry
import Labels
import Testing

@testable import Consensus

/// What each method makes of input that nobody means: a result that is defined, or none, and never a number
/// that is none. The methods for single choices have a suite of their own (`CategoricalMethodTests`).
@Suite struct BadInputTests {
  private func category(_ option: Int32) -> [Annotation] {
    [Annotation(classID: ClassID(1), value: .category(OptionID(option)))]
  }

  private let choice = Ontology(classes: [
    LabelClass(
      id: ClassID(1), name: "c",
      kind: .category([.init(id: OptionID(1), name: "a"), .init(id: OptionID(2), name: "b")]))
  ])

  private func consensus(
    _ answers: [[Annotation]], _ ontology: Ontology, accuracies: [Double]
  ) -> AnswerConsensus {
    AnswerConsensus(
      of: zip(answers, accuracies).map { .init(annotations: $0, accuracy: $1) },
      ontology: ontology, weighted: true)
  }

  @Test(arguments: [0.0, 1, .nan, -3, .infinity])
  func whateverAccuraciesTheConfidenceIsAShare(accuracy: Double) {
    let answers = [category(1), category(2), category(1)]
    let accuracies = [accuracy, accuracy, accuracy]
    let found = consensus(answers, choice, accuracies: accuracies)
    #expect((0...1).contains(found.confidence))
    let box = [Annotation(classID: ClassID(1), value: .box(Box(x: 0, y: 0, width: 5, height: 5)))]
    let boxes = Ontology(classes: [LabelClass(id: ClassID(1), name: "b", kind: .box)])
    #expect((0...1).contains(consensus([box, box, []], boxes, accuracies: accuracies).confidence))
    let yes = [Annotation(classID: ClassID(1), value: .number(3))]
    let number = Ontology(classes: [LabelClass(id: ClassID(1), name: "n", kind: .number(.init()))])
    #expect((0...1).contains(consensus([yes, yes], number, accuracies: accuracies).confidence))
  }

  @Test func nobodyAndOneAloneAndWhatTheOntologyDoesNotKnow() {
    let none = consensus([], choice, accuracies: [])
    #expect(none.annotations.isEmpty && none.confidence == 0)
    let alone = consensus([category(2)], choice, accuracies: [0.8])
    #expect(alone.annotations == category(2) && alone.confidence == 0.8)
    // An option that is no more, and nothing else.
    #expect((0...1).contains(consensus([category(9)], choice, accuracies: [0.8]).confidence))
    #expect(consensus([[], []], choice, accuracies: [0.8, 0.8]).annotations.isEmpty)
    // A tie goes to the first option, half sure.
    let tie = consensus([category(2), category(1)], choice, accuracies: [0.8, 0.8])
    #expect(tie.annotations == category(1) && abs(tie.confidence - 0.5) < 1e-12)
  }

  @Test func shapesWithoutSizeOrPlace() {
    func shape(_ value: Annotation.Value) -> Annotation {
      Annotation(classID: ClassID(1), value: value)
    }
    let strange: [Annotation.Value] = [
      .box(Box(x: .nan, y: 0, width: 1, height: 1)), .box(Box(x: 0, y: 0, width: 0, height: 0)),
      .shape(.polygon(Polygon([]))), .shape(.mask(RunLengthMask(emptyWidth: 4, height: 4))),
      .shape(.keypoints(Keypoints([]))), .span(TextSpan(start: 3, end: 3)),
    ]
    for value in strange {
      let fused = ObjectFusion.fuse(
        (0..<3).map { _ in .init(objects: [shape(value)], accuracy: 0.8) })
      #expect((0...1).contains(fused.confidence), "\(value)")
      #expect(ObjectOverlap([shape(value)], [shape(value)]).distance.isFinite, "\(value)")
    }
  }

  @Test func agreementOfNumbersThatAreNone() {
    for level in KrippendorffAlpha.Level.allCases {
      #expect(KrippendorffAlpha.alpha([[.nan, .nan], [.nan]], level: level) == nil)
      let some = KrippendorffAlpha.alpha(
        [[1, 2, .nan], [2, 2], [1, .infinity, 1]], level: level)
      #expect(some == KrippendorffAlpha.alpha([[1, 2], [2, 2], [1, 1]], level: level))
    }
    #expect(IntraclassCorrelation([[1, .nan], [2, 2]]) == nil)
    #expect(KendallTau.b([1, .nan], [1, 2]) == nil)
    let estimate = ScaleEstimate(ratings: [.nan, 3], tolerance: 0.5, priorDeviation: 1)
    #expect(estimate.mean == 3 && (0...1).contains(estimate.confidence))
    #expect(ScaleEstimate(ratings: [.nan], tolerance: 0.5, priorDeviation: 1).confidence == 0)
    #expect(DistanceAlpha([[1.0, 2], [1, 1]]) { _, _ in .nan } == nil)
  }

  @Test func textsWithoutWords() {
    #expect(ROVER.combine([]) == [] && ROVER.combine(["", " "]) == [])
    #expect(TextMedoid.find(["", ""])?.similarity == 1)
    #expect(TextMedoid.find(["", "a"])?.similarity == 0)
    let long = String(repeating: "x", count: 100_000)
    #expect(TextMedoid.find([long, long])?.similarity == 1)
  }

  @Test func readersWhoAllMarkNothingOrEverything() {
    let nothing = SpanVote([[.init(worker: 0, spans: [])], []], workerCount: 1)
    #expect(nothing.spans == [[], []] && nothing.weights.allSatisfy(\.isFinite))
    let twice = SpanVote(
      [[.init(worker: 0, spans: [0..<4, 2..<4, 3..<3]), .init(worker: 1, spans: [0..<4])]],
      workerCount: 2)
    #expect(twice.spans == [[0..<4]])
    let table = SequenceTable(
      lengths: [0, 2],
      readings: [[], [.init(worker: 0, tags: [0, 0]), .init(worker: 0, tags: [0, 0])]],
      workerCount: 1, entityCount: 0)
    #expect(SequenceConsensus(table).tags == [[], [0, 0]])
  }

  @Test func comparisonsThatNobodyMade() throws {
    #expect(try BradleyTerry([], itemCount: 0).strengths == [])
    #expect(try BradleyTerry([], itemCount: 2).strengths == [0, 0])
    // Two groups that were never compared: finite, and each about 0.
    let apart = try BradleyTerry(
      [.init(first: 0, second: 1, outcome: 1), .init(first: 2, second: 3, outcome: 1)], itemCount: 4
    )
    #expect(apart.strengths.allSatisfy(\.isFinite) && apart.errors.allSatisfy { !$0.isNaN })
    #expect(throws: BradleyTerry.Fault.tooManyItems(limit: BradleyTerry.itemLimit)) {
      try BradleyTerry([], itemCount: BradleyTerry.itemLimit + 1)
    }
    #expect(PlackettLuce.fit([], itemCount: 2)?.allSatisfy(\.isFinite) == true)
    var elo = Elo(itemCount: 2)
    elo.take(0, 1, outcome: .nan)
    elo.take(0, 0, outcome: 1)
    elo.take(0, 5, outcome: 1)
    #expect(elo.ratings == [1_500, 1_500])
  }

  /// Most are wrong together, always: no method without gold can know, and none says it is in doubt where
  /// nobody doubts. With gold, results are as sure as they are right.
  @Test func anAdversarialMajorityIsFoundOutByGoldAlone() throws {
    let votes = VoteTable(
      taskCount: 200, workerCount: 5, classCount: 2,
      votes: (0..<1_000).map { vote in
        let truth = vote / 5 % 2
        return .init(task: vote / 5, worker: vote % 5, label: vote % 5 < 3 ? 1 - truth : truth)
      })
    let fit = AutoConsensus.fit(votes)
    let wrong = (0..<200).filter { fit.posteriors.best(of: $0).label != $0 % 2 }.count
    #expect(wrong == 200)
    let gold = (0..<60).map { (task: $0, label: $0 % 2) }
    let calibrated = try #require(Calibration(fit.posteriors, gold: gold)).calibrated(
      fit.posteriors)
    #expect((60..<200).allSatisfy { calibrated.best(of: $0).probability <= 0.6 })
  }

  @Test func predictionsThatSayNothing() {
    let none = ConfidentLearning.issues(
      labels: [], probabilities: Posteriors(classCount: 2, values: []))
    #expect(none.isEmpty)
    let even = Posteriors(classCount: 2, values: [0.5, 0.5, 0.5, 0.5])
    #expect(ConfidentLearning.issues(labels: [0, 1], probabilities: even).isEmpty)
    #expect(BoxLabelErrors.issues([([], []), ([], [])]).isEmpty)
    let alone = BoxLabelErrors.Box(label: 0, box: Box(x: 0, y: 0, width: 0, height: 0))
    #expect(BoxLabelErrors.issues([([alone], [alone])]).allSatisfy { (0...1).contains($0.score) })
  }
}
