import Labels
import Notation
import Testing
import Workflow

@testable import Platform

@Suite struct SpanFitTests {
  private static let ontology: JSON = [
    "classes": [
      ["name": "person", "kind": "span"], ["name": "place", "kind": "span"],
    ]
  ]

  private func span(_ name: String, _ start: Int, _ end: Int) -> JSON {
    ["class": .string(name), "span": [.int(Int64(start)), .int(Int64(end))]]
  }

  /// Names of ten characters; of three readers, two stop after four and call everything a person.
  private func answered(
    _ fixture: Fixture, texts: Int, reads: (Int, Int) -> [JSON]
  ) async throws -> Project {
    let project = try await fixture.project(
      QualityPlan(answers: .init(min: 3)), ontology: Self.ontology)
    let text = String(repeating: "x", count: 60)
    try await fixture.load(
      (0..<texts).map { "{\"text\":\"\(text)\",\"metadata\":{\"n\":\($0)}}" }.joined(separator: "\n"),
      into: project)
    for (reader, worker) in ["ada", "bob", "eve"].enumerated() {
      var number = 0
      while let leased = try await fixture.next(project, worker) {
        let answer = reads(number, reader)
        try await fixture.vault {
          _ = try await Answers($0, worker: worker, project: project.id).submit(
            .array(answer), for: leased.lease.id, activeMilliseconds: 0)
        }
        number += 1
      }
    }
    return project
  }

  private func refit(_ fixture: Fixture, _ project: Project) async throws -> Refit.Outcome {
    try await fixture.vault { try await Refit($0, actor: .console).run(on: project.id) }
  }

  @Test func readersAreToldApartOverAllTexts() async throws {
    let fixture = try await Fixture()
    // Every third text has a place that the careful reader and one other see whole; there all agree.
    let project = try await answered(fixture, texts: 60) { text, reader in
      let start = text % 30
      let kind = text.isMultiple(of: 2) ? "place" : "person"
      if text.isMultiple(of: 3) { return [span(kind, start, start + 10)] }
      return [
        reader == 2 ? span("person", start, start + 4) : span(kind, start, start + 10)
      ]
    }
    let outcome = try await refit(fixture, project)
    #expect(outcome.tasks == 60 && outcome.changed > 0)
    let tasks = try await fixture.tasks(project)
    let changed = try await fixture.task(tasks[1].id)
    #expect(changed.consensus?.method == "auto")
    #expect(changed.consensus?.annotations.map(\.value) == [.span(TextSpan(start: 1, end: 11))])
  }

  @Test func fewTextsKeepTheirResults() async throws {
    let fixture = try await Fixture()
    let project = try await answered(fixture, texts: SpanFit.leastTexts - 1) { text, _ in
      [span("person", text, text + 5)]
    }
    #expect(try await refit(fixture, project).changed == 0)
  }

  @Test func spansThatOverlapKeepTheResultOfTheirTask() {
    let ontology = Ontology(classes: [
      LabelClass(id: ClassID(1), name: "person", kind: .span),
      LabelClass(id: ClassID(2), name: "place", kind: .span),
    ])
    func one(_ start: Int, _ end: Int, _ kind: Int32 = 1) -> Annotation {
      Annotation(classID: ClassID(kind), value: .span(TextSpan(start: start, end: end)))
    }
    let plain = (0..<SpanFit.leastTexts).map { _ in
      (0..<2).map { (worker: $0, annotations: [one(3, 9)]) }
    }
    let nested = [(worker: 0, annotations: [one(3, 9), one(4, 6, 2)]), (1, [one(3, 9)])]
    let fit = SpanFit(ontology, plain + [nested], workerCount: 2)
    #expect(fit.results.count == SpanFit.leastTexts && fit.results[plain.count] == nil)
    #expect(fit.results[0]?.annotations == [one(3, 9)])
  }
}
