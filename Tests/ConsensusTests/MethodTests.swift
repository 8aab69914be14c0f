import Foundation
import Geometry
import Labels
import Testing

@testable import Consensus

@Suite struct DawidSkeneTests {
  /// Two good annotators outvote three who answer at random, which majority cannot see.
  @Test func findsWhomToTrust() {
    var generator = Fixed(state: 5)
    var votes: [VoteTable.Vote] = []
    var truth: [Int] = []
    for task in 0..<300 {
      let right = Int.random(in: 0...1, using: &generator)
      truth.append(right)
      for worker in 0..<5 {
        let isGood = worker < 2
        let hit = Double.random(in: 0..<1, using: &generator) < (isGood ? 0.95 : 0.5)
        votes.append(.init(task: task, worker: worker, label: hit ? right : 1 - right))
      }
    }
    let table = VoteTable(taskCount: 300, workerCount: 5, classCount: 2, votes: votes)
    func accuracy(_ posteriors: Posteriors) -> Double {
      Double((0..<300).filter { posteriors.best(of: $0).label == truth[$0] }.count) / 300
    }
    let fit = DawidSkene.fit(table)
    #expect(accuracy(fit.posteriors) > accuracy(MajorityVote.fit(table)) + 0.05)
    #expect(fit.accuracy(of: 0) > 0.9)
    #expect(fit.accuracy(of: 4) < 0.7)
  }

  @Test func isTheSameEachTime() {
    let votes = (0..<60).map { VoteTable.Vote(task: $0 / 3, worker: $0 % 3, label: $0 * 7 % 4) }
    let table = VoteTable(taskCount: 20, workerCount: 3, classCount: 4, votes: votes)
    #expect(DawidSkene.fit(table).posteriors.values == DawidSkene.fit(table).posteriors.values)
  }

  @Test func aTaskWithoutVotesGetsThePriors() {
    let table = VoteTable(
      taskCount: 2, workerCount: 1, classCount: 2, votes: [.init(task: 0, worker: 0, label: 1)])
    let row = DawidSkene.fit(table).posteriors[1]
    #expect(abs(row.reduce(0, +) - 1) < 1e-9)
  }
}

struct Fixed: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 29)
  }
}

@Suite struct OneCoinPosteriorTests {
  @Test func moreAgreementMeansMoreConfidence() {
    var before = 0.0
    for count in 1...6 {
      let votes = (0..<count).map { _ in OneCoinPosterior.Vote(label: 1, accuracy: 0.7) }
      let posterior = OneCoinPosterior.posterior(votes, classCount: 3)
      #expect(abs(posterior.reduce(0, +) - 1) < 1e-9)
      #expect(posterior[1] > before)
      before = posterior[1]
    }
  }

  @Test func twoVotesByHand() {
    let posterior = OneCoinPosterior.posterior(
      [.init(label: 0, accuracy: 0.9), .init(label: 1, accuracy: 0.6)], classCount: 2)
    #expect(abs(posterior[0] - 0.9 * 0.4 / (0.9 * 0.4 + 0.1 * 0.6)) < 1e-12)
  }

  @Test func somebodyWorseThanChanceSaysNothing() {
    let posterior = OneCoinPosterior.posterior([.init(label: 0, accuracy: 0.1)], classCount: 2)
    #expect(abs(posterior[0] - 0.5) < 1e-12)
  }
}

@Suite struct KrippendorffAlphaTests {
  /// The example of Hayes & Krippendorff's reliability data for four observers.
  private let units: [[Double]] = [
    [1, 1, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4],
    [4, 4, 4, 4], [1, 1, 2, 1], [2, 2, 2, 2], [5, 5, 5], [1, 1], [3],
  ]

  @Test func publishedValues() throws {
    let nominal = try #require(KrippendorffAlpha.alpha(units, level: .nominal))
    let ordinal = try #require(KrippendorffAlpha.alpha(units, level: .ordinal))
    let interval = try #require(KrippendorffAlpha.alpha(units, level: .interval))
    #expect(abs(nominal - 0.743) < 0.0006)
    #expect(abs(ordinal - 0.815) < 0.0006)
    #expect(abs(interval - 0.849) < 0.0006)
  }

  @Test func nothingToCompareHasNoAlphaAndNoDisagreementIsOne() {
    #expect(KrippendorffAlpha.alpha([[1], [2]], level: .nominal) == nil)
    #expect(KrippendorffAlpha.alpha([[1, 1], [1, 1]], level: .nominal) == 1)
  }
}

@Suite struct ScaleEstimateTests {
  @Test func agreementAndNumbersMakeItSurer() {
    func estimate(_ ratings: [Double]) -> ScaleEstimate {
      ScaleEstimate(ratings: ratings, tolerance: 0.5, priorDeviation: 1)
    }
    #expect(estimate([2, 2, 2]).confidence > estimate([1, 2, 3]).confidence)
    #expect(estimate([2, 2, 2, 2, 2, 2]).confidence > estimate([2, 2, 2]).confidence)
    #expect(estimate([1, 2, 3]).mean == 2)
    #expect(estimate([]).confidence == 0)
  }
}

@Suite struct TextMedoidTests {
  @Test func theTextInTheMiddleWins() throws {
    let found = try #require(TextMedoid.find(["kitten", "sitting", "kitten", "banana"]))
    #expect(found.index == 0)
    #expect(TextMedoid.editDistance(Array("kitten"), Array("sitting")) == 3)
    #expect(TextMedoid.find([]) == nil)
  }
}

@Suite struct AnswerAgreementTests {
  private let ontology = Ontology(classes: [
    LabelClass(id: ClassID(1), name: "b", kind: .box),
    LabelClass(id: ClassID(2), name: "r", kind: .rating(.init(minimum: 1, maximum: 5))),
  ])

  @Test func matchedBoxesCountAndMissingAnswersDoNot() {
    let a = Annotation(
      classID: ClassID(1), value: .box(Box(x: 0, y: 0, width: 10, height: 10)))
    let b = Annotation(
      classID: ClassID(1), value: .box(Box(x: 50, y: 0, width: 10, height: 10)))
    #expect(AnswerAgreement.share([a, b], [a], ontology: ontology) == 2.0 / 3)
    #expect(AnswerAgreement.share([a], [a], ontology: ontology) == 1)
    #expect(AnswerAgreement.share([], [], ontology: ontology) == 1)
    let rating = Annotation(classID: ClassID(2), value: .rating(3))
    let near = Annotation(classID: ClassID(2), value: .rating(4))
    #expect(AnswerAgreement.share([rating], [near], ontology: ontology) == 1)
    #expect(AnswerAgreement.share([rating], [], ontology: ontology) == 0)
  }

  @Test func severalAnswersAgreeAsTheirPairsDoInTheMean() {
    func rated(_ number: Double) -> [Annotation] {
      [Annotation(classID: ClassID(2), value: .rating(number))]
    }
    // Of three pairs one agrees.
    #expect(
      AnswerAgreement.meanShare([rated(1), rated(1), rated(5)], ontology: ontology) == 1.0 / 3)
    #expect(AnswerAgreement.meanShare([rated(1)], ontology: ontology) == nil)
    #expect(AnswerAgreement.meanShare([], ontology: ontology) == nil)
    // What lies beyond the tenth is not compared.
    let many = Array(repeating: rated(1), count: AnswerAgreement.comparedAnswers) + [rated(5)]
    #expect(AnswerAgreement.meanShare(many, ontology: ontology) == 1)
  }
}

@Suite struct TextConsensusTests {
  private func result(_ texts: [String]) -> Annotation.Value? {
    let ontology = Ontology(classes: [
      LabelClass(id: ClassID(1), name: "t", kind: .text(maxLength: 1_000))
    ])
    return AnswerConsensus(
      of: texts.map {
        .init(annotations: [Annotation(classID: ClassID(1), value: .text($0))], accuracy: 0.8)
      }, ontology: ontology, weighted: true
    ).annotations.first?.value
  }

  /// Each has another word wrong, so that nobody wrote the result.
  @Test func versionsOfOneTextAreVotedOnWordByWord() {
    #expect(
      result(["the cat sad on the mat", "the bat sat on the mat", "the cat sat on a mat"])
        == .text("the cat sat on the mat"))
  }

  @Test func textsThatOnlyMeanTheSameStayWhole() {
    let texts = ["a dog runs over grass", "two people drink tea", "a dog is running on a meadow"]
    #expect(texts.map { Annotation.Value.text($0) }.contains(result(texts)))
    #expect(result(["first\nline", "first\nlime", "first\nline"]) == .text("first\nline"))
    #expect(result(["one  two three", "one two  three", "one  two three"]) == .text("one  two three"))
  }
}
