import Foundation
import Notation
import Store
import StoreSQLite
import Testing
import Workflow

@testable import Formats
@testable import Platform

private let boxes: JSON = ["classes": [["name": "cat", "kind": "box"]]]

@Suite struct ImportTests {
  @Test func goodLinesGoInAndBadOnesAreNamedWithTheirPlace() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    let report = try await fixture.load(
      """
      {"text": "fine"}

      {"text": oops}
      [1]
      {"text": 3}
      {"txt": "x"}
      {"text": "x", "priority": 101}
      {"text": "x", "prelabels": [{"class": "dog", "option": "good"}]}
      {"text": "x", "answers": [{"annotations": []}]}
      {"text": "x", "unique_id": "u"}
      {"text": "x", "unique_id": "u"}
      {}
      """, into: project)
    #expect(report.created == 2 && report.lines == 11 && report.refused == 9)
    #expect(report.problems.map(\.line) == [3, 4, 5, 6, 7, 8, 9, 11, 12])
    #expect(report.problems[0].column == 10)
    #expect(report.problems[3].reason.contains("txt"))
    #expect(report.problems[5].reason.contains("“dog”") || report.problems[5].reason.contains("dog"))
    #expect(try await fixture.tasks(project).count == 2)
  }

  @Test func boxesAreCheckedAgainstTheImage() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project(ontology: boxes)
    let png = PNGWriter.png([UInt8](repeating: 1, count: 20 * 10 * 3), width: 20, height: 10)
    let asset = try await fixture.vault {
      try await Assets($0, actor: .console).store(Data(png), name: "../a.png")
    }
    #expect(asset.name == "a.png" && asset.imageSize?.width == 20)
    func line(_ image: String, _ box: String) -> String {
      #"{"image": "\#(image)", "prelabels": [{"class": "cat", "box": \#(box)}]}"#
    }
    let report = try await fixture.load(
      [
        line(asset.id.text, "[0,0,20,10]"), line(asset.id.text, "[0,0,21,10]"),
        line("0123456789abcdef01234567", "[0,0,1,1]"),
        #"{"image": "http://x/y.png", "width": 5, "height": 5, "#
          + #""prelabels": [{"class": "cat", "box": [0,0,6,5]}]}"#,
      ].joined(separator: "\n"), into: project)
    #expect(report.created == 1)
    #expect(report.problems.map(\.line) == [2, 3, 4])
    #expect(report.problems[0].reason.contains("20×10"))
  }

  @Test func atomicMeansAllOrNothing() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    let refused = try await fixture.load(
      #"{"text": "a"}\#n{"text": }"#, into: project, .init(isAtomic: true))
    #expect(!refused.isCompleted && refused.created == 0 && refused.refused == 1)
    #expect(try await fixture.tasks(project).isEmpty)
    #expect(try await fixture.counts(project).tasks == 0)
    let taken = try await fixture.load(
      #"{"text": "a"}\#n{"text": "b"}"#, into: project, .init(isAtomic: true))
    #expect(taken.isCompleted && taken.created == 2)
  }

  @Test func aRetriedImportDoublesNothing() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    let lines = (0..<25_000).map { #"{"text": "t\#($0)"}"# }.joined(separator: "\n")
    let first = try await fixture.load(lines, into: project)
    let second = try await fixture.load(lines, into: project)
    #expect(first.created == 25_000 && !first.isReplay)
    #expect(second.id == first.id && second.isReplay)
    #expect(try await fixture.counts(project).tasks == 25_000)
    let third = try await fixture.load(lines, into: project, .init(key: "on purpose"))
    #expect(third.created == 25_000 && !third.isReplay)
    await #expect(throws: Refusal.taken(.import, "on purpose")) {
      try await fixture.load("{}", into: project, .init(key: "on purpose"))
    }
  }

  @Test func anImportThatWasCutOffGoesOnWhereItStopped() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    let lines = (0..<25_000).map { #"{"text": "t\#($0)"}"# }.joined(separator: "\n")
    _ = try await fixture.load(lines, into: project)
    // As if the power had gone after the first portion.
    try await fixture.vault { vault in
      try await vault.database.write(.flushed) { connection in
        let first = ImportLines.portionLines
        try connection.run("DELETE FROM tasks WHERE seq > ?", [.number(first)])
        try connection.run(
          "UPDATE imports SET state = 'running', lines = ?, created = ?",
          [.number(first), .number(first)])
        try connection.run("UPDATE batches SET tasks = ?, open = ?", [.number(first), .number(first)])
      }
    }
    try await fixture.reopen()
    let report = try await fixture.load(lines, into: project)
    #expect(report.isCompleted && report.created == 25_000)
    let texts = try await fixture.tasks(project)
    #expect(texts.count == 25_000 && Set(texts.map(\.id)).count == 25_000)
    #expect(try await fixture.counts(project).tasks == 25_000)
  }

  @Test func aLineMayBeAsLongAsTheLimitAndNoLonger() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    let frame = #"{"text": ""}"#.utf8.count
    let fits = #"{"text": "\#(String(repeating: "x", count: Imports.lineLimit - frame))"}"#
    let tooLong = #"{"text": "\#(String(repeating: "x", count: Imports.lineLimit - frame + 1))"}"#
    let report = try await fixture.load(fits + "\n" + tooLong + "\n" + #"{"text": "y"}"#, into: project)
    #expect(report.created == 2)
    #expect(report.problems.map(\.line) == [2])
  }

  @Test func anArrayIsExplained() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    let report = try await fixture.load(#"[{"text": "a"}]"#, into: project)
    #expect(report.problems.first?.reason.contains("one object a line") == true)
  }

  @Test func aFullDiskLeavesWholePortionsAndTheRetryFinishes() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    let path = fixture.folder.vaultDatabasePath(fixture.client.text)
    let lines = (0..<40_000).map { #"{"text": "\#(String(repeating: "word ", count: 20)) \#($0)"}"# }
      .joined(separator: "\n")
    let database = try await fixture.vault { $0.database as? SQLiteDatabase }
    let limited = try #require(database)
    try await limited.setPageLimit(try await limited.pageCount() + 900)
    await #expect(throws: Refusal.noSpace) { try await fixture.load(lines, into: project) }
    let kept = try await fixture.counts(project).tasks
    #expect(kept < 40_000 && kept % ImportLines.portionLines == 0, "\(path)")
    #expect(try await fixture.tasks(project).count == kept)
    try await limited.setPageLimit(10_000_000)
    let report = try await fixture.load(lines, into: project)
    #expect(report.isCompleted && report.created == 40_000)
    #expect(try await fixture.counts(project).tasks == 40_000)
  }

  @Test func answersThatComeAlongSettleTheirTask() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project(QualityPlan(answers: .init(min: 2)))
    let good = #"{"annotations": [{"class": "mood", "option": "good"}], "annotator": "a"}"#
    try await fixture.load(
      #"{"text": "both", "answers": [\#(good), \#(good)]}\#n{"text": "one", "answers": [\#(good)]}"#,
      into: project)
    let tasks = try await fixture.tasks(project)
    #expect(tasks.map(\.lifecycle.state) == [.completed, .open])
    let counts = try await fixture.counts(project)
    #expect(counts.answers == 3 && counts.completed == 1 && counts.open == 1)
    func state() async throws -> BatchLifecycle.State {
      try await fixture.vault {
        try await Batches($0, actor: .console).defaultOne(of: project.id).state
      }
    }
    #expect(try await state() == .inProgress)
    let other = try await fixture.project()
    try await fixture.load(#"{"text": "t", "answers": [\#(good)]}"#, into: other)
    let batch = try await fixture.vault {
      try await Batches($0, actor: .console).defaultOne(of: other.id)
    }
    #expect(batch.state == .completed)
    #expect(try await fixture.next(project, "ann")?.content.params["text"]?.string == "one")
  }
}

@Suite struct AssetTests {
  @Test func equalContentIsStoredOnce() async throws {
    let fixture = try await Fixture()
    let png = Data(PNGWriter.png([1, 2, 3], width: 1, height: 1))
    let (first, second) = try await fixture.vault { vault in
      let assets = Assets(vault, actor: .console)
      return (try await assets.store(png, name: "a"), try await assets.store(png, name: "b"))
    }
    #expect(first.id == second.id)
    let stored = try await fixture.vault { vault in
      try Assets(vault, actor: .console).content(of: first).chunk(0)
    }
    #expect(stored == png)
  }

  @Test func whatIsNoImageIsRefusedWithAName() async throws {
    let fixture = try await Fixture()
    for (bytes, word) in [
      (Array("PK\u{3}\u{4}".utf8), "zip"), (Array("<svg></svg>".utf8), "SVG"),
      (Array(PNGWriter.png([1, 2, 3], width: 1, height: 1).dropLast(4)), "cut off"),
    ] {
      do {
        _ = try await fixture.vault {
          try await Assets($0, actor: .console).store(Data(bytes), name: "x.png")
        }
        Issue.record("stored \(word)")
      } catch Refusal.unsupportedMedia(let what) {
        #expect(what.contains(word))
      }
    }
  }
}
