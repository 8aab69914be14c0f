import Store
import Testing
import Workflow

@testable import Platform

@Suite struct InstructionCalibrationTests {
  private let people = ["a", "b", "c"]

  /// A project with a calibration batch of ten tasks and an ordinary one of five.
  private func project(_ fixture: Fixture) async throws -> (Project, Batch) {
    let project = try await fixture.project()
    try await fixture.load(5, into: project)
    return (project, try await trial(fixture, project, "trial"))
  }

  private func trial(
    _ fixture: Fixture, _ project: Project, _ name: String
  ) async throws -> Batch {
    fixture.advance(1_000)
    let batch = try await fixture.vault {
      try await Batches($0, actor: .console).create(
        in: project.id, name: name, isCalibration: true)
    }
    let lines = (0..<10).map { #"{"text": "\#(name)\#($0)"}"# }.joined(separator: "\n")
    try await fixture.load(lines, into: project, .init(batch: name))
    return batch
  }

  private func answer(
    _ fixture: Fixture, _ project: Project, _ option: (Int, Int) -> String
  ) async throws {
    for (place, person) in people.enumerated() {
      var number = 0
      while let leased = try await fixture.next(project, person) {
        try await fixture.submit(project, person, leased.lease.id, option(place, number))
        number += 1
        if number == 10 { break }
      }
    }
  }

  @Test func nothingElseIsHandedOutUntilAnnotatorsAgree() async throws {
    let fixture = try await Fixture()
    let (project, batch) = try await project(fixture)
    let first = try #require(try await fixture.next(project, "a"))
    #expect(first.task.batch == batch.id)
    try await fixture.submit(project, "a", first.lease.id)
    var number = 1
    while let leased = try await fixture.next(project, "a") {
      #expect(leased.task.batch == batch.id)
      try await fixture.submit(project, "a", leased.lease.id)
      number += 1
    }
    #expect(number == 10)
    #expect(try await fixture.reason(project, "a") == .calibrating)
    for person in ["b", "c"] {
      for _ in 0..<10 {
        let leased = try #require(try await fixture.next(project, person))
        try await fixture.submit(project, person, leased.lease.id)
      }
    }
    let after = try #require(try await fixture.next(project, "d"))
    #expect(after.task.batch != batch.id)
    let score = try await fixture.vault { try await InstructionCalibration($0).score(of: batch.id) }
    #expect(score.state == .passed && score.tasks == 10 && score.answers == 30)
    #expect(score.questions.map(\.isClear) == [true])
  }

  @Test func unclearInstructionsKeepTheWorkforceOffUntilAManagerDecides() async throws {
    let fixture = try await Fixture()
    let (project, batch) = try await project(fixture)
    try await answer(fixture, project) { ($0 + $1).isMultiple(of: 2) ? "good" : "bad" }
    #expect(try await fixture.next(project, "d") == nil)
    #expect(try await fixture.reason(project, "d") == .calibrating)
    let score = try await fixture.vault { try await InstructionCalibration($0).score(of: batch.id) }
    #expect(score.state == .failed && score.questions.map(\.isClear) == [false])
    #expect(!score.confused.isEmpty)
    // Mended instructions are tried out anew, and then all is open.
    let second = try await trial(fixture, project, "again")
    #expect(try await fixture.next(project, "a")?.task.batch == second.id)
    let waived = try await fixture.vault {
      try await InstructionCalibration($0).waive(second.id, by: .console)
    }
    #expect(waived.calibration == .waived)
    #expect(try await fixture.next(project, "e") != nil)
    await #expect(throws: Refusal.self) {
      _ = try await fixture.vault {
        try await InstructionCalibration($0).waive(second.id, by: .console)
      }
    }
  }

  @Test func aTrialNeedsSeveralAnswersToEachTask() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    func make(_ answers: Int) async throws {
      _ = try await fixture.vault {
        try await Batches($0, actor: .console).create(
          in: project.id, name: "t\(answers)", plan: QualityPlan(answers: .init(min: answers)),
          isCalibration: true)
      }
    }
    try await make(InstructionCalibration.leastAnswers)
    await #expect(throws: Refusal.self) { try await make(InstructionCalibration.leastAnswers - 1) }
    let ordinary = try await fixture.vault {
      try await Batches($0, actor: .console).defaultOne(of: project.id)
    }
    await #expect(throws: Refusal.self) {
      _ = try await fixture.vault { try await InstructionCalibration($0).score(of: ordinary.id) }
    }
  }

  @Test func instructionsMendedMeanwhileDoNotFailATrial() async throws {
    let fixture = try await Fixture()
    let (project, batch) = try await project(fixture)
    _ = try await fixture.vault {
      try await Projects($0, actor: .console).change(project.id, .init(instructions: "Look twice."))
    }
    try await answer(fixture, project) { _, _ in "good" }
    let score = try await fixture.vault { try await InstructionCalibration($0).score(of: batch.id) }
    #expect(score.state == .passed && score.tasks == 10)
  }

  @Test func moreTasksOpenAFailedTrialAnew() async throws {
    let fixture = try await Fixture()
    let (project, batch) = try await project(fixture)
    try await answer(fixture, project) { ($0 + $1).isMultiple(of: 2) ? "good" : "bad" }
    #expect(try await fixture.next(project, "d") == nil)
    let lines = (0..<90).map { number in
      """
      {"text": "more\(number)", "answers": [\(people.map { """
        {"annotator": "\($0)", "annotations": [{"class": "mood", "option": "good"}]}
        """ }.joined(separator: ", "))]}
      """.replacing("\n", with: " ")
    }
    try await fixture.load(lines.joined(separator: "\n"), into: project, .init(batch: "trial"))
    let score = try await fixture.vault { try await InstructionCalibration($0).score(of: batch.id) }
    #expect(score.state == .passed && score.tasks == 100)
    #expect(try await fixture.next(project, "d") != nil)
  }
}
