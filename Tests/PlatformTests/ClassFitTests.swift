import Consensus
import Labels
import Testing

@testable import Platform

@Suite struct ClassFitTests {
  private let workers = 6

  /// Four who are right nine times of ten and two who always say the same.
  private func tasks(
    _ count: Int, _ value: (Int) -> Annotation.Value, lazy: Annotation.Value,
    wrong: (Int) -> Annotation.Value
  ) -> [ClassFit.Task] {
    var generator = SeededGenerator(seed: 2)
    return (0..<count).map { task in
      ClassFit.Task(
        answers: (0..<workers).map { worker in
          (worker, worker > 3 ? lazy : generator.next() % 10 == 0 ? wrong(task) : value(task))
        }, known: nil)
    }
  }

  @Test func yesAndNoAreFittedLikeChoices() async throws {
    let labelClass = LabelClass(id: ClassID(1), name: "ok", kind: .boolean)
    let tasks = tasks(
      200, { .boolean($0.isMultiple(of: 2)) }, lazy: .boolean(true),
      wrong: { .boolean(!$0.isMultiple(of: 2)) })
    let fit = try #require(await ClassFit.of(labelClass, tasks, workerCount: workers))
    #expect(fit.question.tellsAnnotatorsApart)
    let hits = (0..<200).filter { fit.results[$0]?.value == .boolean($0.isMultiple(of: 2)) }.count
    #expect(hits >= 195)
  }

  @Test func ratingsOfWhoRatesTooHighArePutRight() async throws {
    let labelClass = LabelClass(
      id: ClassID(1), name: "fluency", kind: .rating(.init(minimum: 1, maximum: 7)))
    let tasks = (0..<400).map { task in
      // Worker w is two steps too high or too low for each of two tasks that three read.
      ClassFit.Task(
        answers: (0..<3).map { reader in
          let worker = (task + reader) % 6
          return (worker, .rating(Double(2 + task % 4) + (worker < 2 ? 1.5 : 0)))
        }, known: nil)
    }
    let fit = try #require(await ClassFit.of(labelClass, tasks, workerCount: 6))
    #expect(fit.question.tellsAnnotatorsApart)
    func error(_ value: (Int) -> Double) -> Double {
      var sum = 0.0
      for task in 0..<400 { sum += abs(value(task) - Double(2 + task % 4)) }
      return sum / 400
    }
    let own = error { task in
      if case .rating(let value)? = fit.results[task]?.value { value } else { 0 }
    }
    let mean = error { task in
      let high = (0..<3).filter { (task + $0) % 6 < 2 }.count
      return Double(2 + task % 4) + 0.5 * Double(high)
    }
    #expect(own < mean)
  }

  @Test func labelsOfWhoNamesThemAllCountForLittle() async throws {
    let options = (1...3).map { LabelClass.Option(id: OptionID(Int32($0)), name: "o\($0)") }
    let labelClass = LabelClass(id: ClassID(1), name: "tags", kind: .multiLabel(options))
    func right(_ task: Int) -> Annotation.Value { .multiLabel([options[task % 3].id]) }
    let tasks = tasks(
      200, right, lazy: .multiLabel(options.map(\.id)), wrong: { right($0 + 1) })
    let fit = try #require(await ClassFit.of(labelClass, tasks, workerCount: workers))
    #expect((0..<200).filter { fit.results[$0]?.value == right($0) }.count >= 190)
  }

  @Test func aHundredThousandOptionsAreNoMatter() async throws {
    let options = (0..<100_000).map { LabelClass.Option(id: OptionID(Int32($0)), name: "o\($0)") }
    let labelClass = LabelClass(id: ClassID(1), name: "species", kind: .category(options))
    let tasks = tasks(
      100, { .category(options[$0 * 997].id) }, lazy: .category(options[5].id),
      wrong: { .category(options[$0 * 31 + 7].id) })
    let fit = try #require(await ClassFit.of(labelClass, tasks, workerCount: workers))
    #expect(
      (0..<100).filter { fit.results[$0]?.value == .category(options[$0 * 997].id) }.count >= 97)
  }

  @Test func goldThatNobodyAnsweredCalibratesNothing() async throws {
    let labelClass = LabelClass(id: ClassID(1), name: "ok", kind: .boolean)
    let answered = tasks(
      200, { .boolean($0.isMultiple(of: 2)) }, lazy: .boolean(true),
      wrong: { .boolean(!$0.isMultiple(of: 2)) })
    let gold = (0..<40).map { _ in ClassFit.Task(answers: [], known: .boolean(false)) }
    let fit = try #require(await ClassFit.of(labelClass, answered + gold, workerCount: workers))
    #expect(fit.question.calibration == nil && fit.question.gold == 0)
  }

  @Test func labelsBeyondTheLimitAreLeftToEachTask() async {
    let options = (0..<10_000).map { LabelClass.Option(id: OptionID(Int32($0)), name: "o") }
    let labelClass = LabelClass(id: ClassID(1), name: "tags", kind: .multiLabel(options))
    let count = ClassFit.labelLimit / options.count + 1
    let one = ClassFit.Task(
      answers: (0..<count).map { _ in (0, .multiLabel([])) }, known: nil)
    #expect(await ClassFit.of(labelClass, [one], workerCount: 1) == nil)
  }

  @Test func whatOnlyEachTaskDecidesIsLeftToIt() async {
    let number = LabelClass(id: ClassID(1), name: "n", kind: .text(maxLength: 9))
    let tasks = [ClassFit.Task(answers: [(0, .text("a"))], known: nil)]
    #expect(await ClassFit.of(number, tasks, workerCount: 1) == nil)
    let yes = LabelClass(id: ClassID(1), name: "n", kind: .boolean)
    #expect(await ClassFit.of(yes, [.init(answers: [], known: nil)], workerCount: 1) == nil)
    // One annotator alone, all alike: nothing to tell apart.
    let alone = [ClassFit.Task(answers: [(0, .boolean(true))], known: .boolean(true))]
    let fit = await ClassFit.of(yes, alone, workerCount: 1)
    #expect(fit?.results.isEmpty == true && fit?.question.gold == 1)
  }
}
