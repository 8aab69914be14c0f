import Foundation
import Labels
import Notation
import Testing
import Workflow

@testable import Platform

/// Ontologies that change under running work: nothing that was labelled is lost, and nobody's session
/// breaks.
@Suite struct MigrationTests {
  private func migrate(_ fixture: Fixture, _ project: Project, _ steps: JSON) async throws
    -> Project
  {
    try await fixture.vault {
      try await Migrations($0, actor: .console).run(.init(steps: steps), on: project.id)
    }
  }

  private func trial(
    _ fixture: Fixture, _ project: Project, _ steps: JSON
  ) async throws -> Migrations.Report {
    try await fixture.vault {
      try await Migrations($0, actor: .console).trial(of: .init(steps: steps), on: project.id)
    }
  }

  /// The option that each answer and the result of a task's export line names.
  private func options(_ fixture: Fixture, _ project: Project) async throws -> [[String?]] {
    let data = try await fixture.export(project, .jsonl)
    return try data.split(separator: 10).map { line in
      let json = try JSON(parsing: [UInt8](line))
      let all = (json["answers"]?.array ?? []) + [json["consensus"] ?? .null]
      return all.map { ($0["annotations"]?.array ?? []).first?["option"]?.string }
    }
  }

  @Test func aTrialCountsAndChangesNothing() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    try await fixture.load(3, into: project)
    for option in ["good", "good", "bad"] {
      let leased = try #require(try await fixture.next(project, "ann"))
      try await fixture.submit(project, "ann", leased.lease.id, option)
    }
    let report = try await trial(
      fixture, project,
      [
        ["rename": ["mood", "good"], "to": "fine"], ["delete": ["mood", "bad"]],
        ["rename": "mood", "to": "air"],
      ])
    #expect(report.steps.map(\.tally.touched) == [2, 1, 2] && report.answers == 3)
    // The one that is left without an answer would be incomplete, since one is required.
    #expect(report.breaking == 1 && report.unknown == 0 && report.version == 2)
    #expect(
      try await options(fixture, project) == [
        ["good", "good"], ["good", "good"], ["bad", "bad"],
      ])
    let versions = try await fixture.vault {
      try await Projects($0, actor: .console).versions(of: project)
    }
    #expect(versions.count == 1)
  }

  @Test func labelsFollowAndUndoGivesThemBackExactly() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    try await fixture.load(2, into: project)
    for option in ["good", "bad"] {
      let leased = try #require(try await fixture.next(project, "ann"))
      try await fixture.submit(project, "ann", leased.lease.id, option)
    }
    let before = try await fixture.export(project, .jsonl)
    let migrated = try await migrate(
      fixture, project,
      [
        ["merge": [["mood", "bad"]], "into": ["mood", "good"]],
        ["rename": ["mood", "good"], "to": "any"],
      ])
    #expect(migrated.version == 2)
    #expect(try await options(fixture, project) == [["any", "any"], ["any", "any"]])
    try await fixture.reopen()
    #expect(try await options(fixture, project) == [["any", "any"], ["any", "any"]])
    let undone = try await fixture.vault {
      try await Migrations($0, actor: .console).undo(on: project.id)
    }
    #expect(undone.version == 3)
    let text = String(decoding: try await fixture.export(project, .jsonl), as: UTF8.self)
    #expect(
      text.replacingOccurrences(of: #""ontology_version":3"#, with: #""ontology_version":1"#)
        == String(decoding: before, as: UTF8.self))
    await #expect(throws: Refusal.self) {
      try await fixture.vault { try await Migrations($0, actor: .console).undo(on: project.id) }
    }
  }

  @Test func anOpenSessionStaysOnTheVersionItBeganWith() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project(QualityPlan(answers: .init(min: 2, max: 2)))
    try await fixture.load(1, into: project)
    let old = try #require(try await fixture.next(project, "ann"))
    #expect(old.lease.version == 1)
    let report = try await trial(fixture, project, [["rename": ["mood", "good"], "to": "fine"]])
    #expect(report.inHand == 1)
    _ = try await migrate(fixture, project, [["rename": ["mood", "good"], "to": "fine"]])
    // Her page still says good; his says fine; both mean the same, and it settles.
    try await fixture.submit(project, "ann", old.lease.id, "good")
    let new = try #require(try await fixture.next(project, "bob"))
    #expect(new.lease.version == 2)
    await #expect(throws: Refusal.self) {
      try await fixture.submit(project, "bob", new.lease.id, "good")
    }
    try await fixture.submit(project, "bob", new.lease.id, "fine")
    let detail = try await fixture.task(new.task.id)
    #expect(detail.row.lifecycle.state == .completed && detail.row.confidence ?? 0 > 0.7)
    #expect(try await options(fixture, project) == [["fine", "fine", "fine"]])
    // Her answer is kept as she gave it: undone, it is good again, and so is his.
    _ = try await fixture.vault { try await Migrations($0, actor: .console).undo(on: project.id) }
    #expect(try await options(fixture, project) == [["good", "good", "good"]])
  }

  @Test func prelabelsGoAlongToTheWorker() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project(ontology: [
      "classes": [["name": "cat", "kind": "polygon"], ["name": "dog", "kind": "polygon"]]
    ])
    try await fixture.load(
      #"{"text": "a", "prelabels": [{"class": "cat", "polygon": [[0, 0], [9, 0], [9, 5]]}]}"#,
      into: project)
    _ = try await migrate(
      fixture, project, [["retype": "cat", "to": "box"], ["rename": "cat", "to": "feline"]])
    let leased = try #require(try await fixture.next(project, "ann"))
    let shown = try await fixture.task(leased.task.id).content.prelabels
    #expect(shown == leased.content.prelabels)
    #expect(leased.content.prelabels?.text == #"[{"class":1,"box":[0.0,0.0,9.0,5.0]}]"#)
  }

  @Test func qualityAndRefitSeeTheLabelsOfEveryVersion() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project(QualityPlan(answers: .init(min: 2, max: 2)))
    try await fixture.load(6, into: project)
    for worker in ["ann", "bob"] {
      for number in 0..<3 {
        let leased = try #require(try await fixture.next(project, worker))
        try await fixture.submit(project, worker, leased.lease.id, number == 1 ? "bad" : "good")
      }
    }
    _ = try await migrate(fixture, project, [["rename": ["mood", "bad"], "to": "poor"]])
    for worker in ["ann", "bob"] {
      for _ in 0..<3 {
        let leased = try #require(try await fixture.next(project, worker))
        try await fixture.submit(project, worker, leased.lease.id, "poor")
      }
    }
    let report = try await fixture.vault { try await Quality($0).report(on: project.id) }
    #expect(report.tasksMeasured == 6 && report.agreements.first?.value == 1)
    let refit = try await fixture.vault { try await Refit($0, actor: .console).run(on: project.id) }
    #expect(refit.tasks == 6)
    let found = try await options(fixture, project).map { $0.last ?? nil }
    #expect(found == ["good", "poor", "good", "poor", "poor", "poor"])
  }

  @Test func aChangeOfAnOlderVersionIsRefused() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    _ = try await migrate(fixture, project, [["rename": "mood", "to": "air"]])
    let late = Migrations.Draft(steps: [["rename": "air", "to": "mood"]], version: 1)
    await #expect(throws: Refusal.self) {
      try await fixture.vault { try await Migrations($0, actor: .console).run(late, on: project.id) }
    }
    await #expect(throws: Refusal.self) {
      try await fixture.vault {
        try await Projects($0, actor: .console).change(
          project.id, .init(ontology: Fixture.sentiment, version: 1))
      }
    }
  }

  @Test func aClassThatALinkJoinedCanGoWhereTheWholeIsSaid() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project(ontology: [
      "classes": [
        ["name": "cat", "kind": "span"], ["name": "dog", "kind": "span"],
        ["name": "sees", "kind": "relation", "from": ["cat"], "to": ["dog"]],
      ]
    ])
    try await fixture.load(
      #"""
      {"text": "a b", "answers": [{"annotations": [{"class": "cat", "span": [0, 1]}, \#
      {"class": "dog", "span": [2, 3]}, {"class": "sees", "relation": [0, 1]}]}]}
      """#,
      into: project)
    await #expect(throws: Refusal.self) { try await migrate(fixture, project, [["delete": "dog"]]) }
    let wanted: JSON = ["classes": [["id": 1, "name": "cat", "kind": "span"]]]
    let moved = try await fixture.vault {
      try await Migrations($0, actor: .console).run(.init(ontology: wanted), on: project.id)
    }
    let line = String(decoding: try await fixture.export(moved, .jsonl), as: UTF8.self)
    #expect(
      line.contains(#""class":"cat","span":[0,1]"#) && !line.contains("dog")
        && !line.contains("sees"))
  }

  @Test func theOntologyAsItShallBeBecomesSteps() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    try await fixture.load(1, into: project)
    let leased = try #require(try await fixture.next(project, "ann"))
    try await fixture.submit(project, "ann", leased.lease.id, "bad")
    let wanted: JSON = [
      "classes": [
        [
          "id": 1, "name": "feeling", "kind": "category",
          "options": [["id": 2, "name": "sad"], ["id": 3, "name": "glad"]],
        ],
        ["name": "why", "kind": "text"],
      ]
    ]
    let draft = Migrations.Draft(ontology: wanted)
    let report = try await fixture.vault {
      try await Migrations($0, actor: .console).trial(of: draft, on: project.id)
    }
    #expect(
      report.steps.map(\.step.step).dropLast() == [
        .rename(.init(ClassID(1)), to: "feeling"), .delete(.init(ClassID(1), option: OptionID(1))),
        .rename(.init(ClassID(1), option: OptionID(2)), to: "sad"),
      ])
    _ = try await fixture.vault {
      try await Migrations($0, actor: .console).run(draft, on: project.id)
    }
    #expect(try await options(fixture, project) == [["sad", "sad"]])
    await #expect(throws: Refusal.self) {
      try await fixture.vault {
        try await Migrations($0, actor: .console).run(draft, on: project.id)
      }
    }
  }
}
