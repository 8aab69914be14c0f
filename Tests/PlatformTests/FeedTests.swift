import Foundation
import Notation
import Store
import Testing
import Workflow

@testable import Platform

@Suite struct ExportTests {
  private func lines(_ data: Data) throws -> [JSON] {
    try data.split(separator: 0x0A).map { try JSON(parsing: [UInt8]($0)) }
  }

  @Test func jsonLinesHoldEveryAnswerAndTheResult() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project(QualityPlan(answers: .init(min: 2)))
    try await fixture.load(
      #"{"text": "é", "unique_id": "u1", "metadata": {"k": 1}}"#, into: project)
    for (worker, option) in [("ann", "good"), ("bob", "good")] {
      let leased = try #require(try await fixture.next(project, worker))
      try await fixture.submit(project, worker, leased.lease.id, option)
    }
    let task = try #require(try lines(await fixture.export(project, .jsonl)).first)
    #expect(task["unique_id"]?.string == "u1" && task["params"]?["text"]?.string == "é")
    #expect(task["metadata"]?["k"] == .int(1))
    #expect(task["answers"]?.array?.count == 2)
    #expect(task["answers"]?.array?[0]["active_seconds"]?.number == 1)
    #expect(task["consensus"]?["annotations"]?.array?[0]["option"]?.string == "good")
    let confidence = try #require(task["consensus"]?["confidence"]?.number)
    #expect(confidence > 0.7 && confidence < 1)
    #expect(task["status"]?.string == "completed")
  }

  @Test func resultsThatCameWithTheirTasksAreInTheLiveFeedOnce() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project(QualityPlan(answers: .init(min: 1, max: 1)))
    let answer = #""answers": [{"annotations": [{"class": "mood", "option": "bad"}]}]"#
    let known = #"[{"class": "mood", "option": "bad"}]"#
    let gold = #""gold": {"kind": "evaluation", "annotations": \#(known)}"#
    let lines = [
      #"{"text": "a", "unique_id": "a", \#(answer)}"#, #"{"text": "b"}"#,
      #"{"text": "c", "unique_id": "c", \#(answer)}"#, #"{"text": "d", \#(gold)}"#,
    ].joined(separator: "\n")
    for _ in 0..<2 { try await fixture.load(lines, into: project) }
    // The other task, and maybe gold before it, by chance.
    while let leased = try await fixture.next(project, "ann") {
      try await fixture.submit(project, "ann", leased.lease.id, "good")
    }
    try await fixture.vault { vault in
      let feed = LiveFeed(vault)
      let events = try await feed.events(of: project.id, after: 0, limit: 10)
      var names: [String?] = []
      for event in events {
        let task = try await Tasks(vault, actor: .console).get(event.task)
        names.append(task.row.uniqueID)
      }
      #expect(names == ["a", "c", nil])
      #expect(try await feed.events(of: project.id, after: events[1].cursor, limit: 10).count == 1)
    }
  }

  @Test func cocoAndYoloHoldTheFusedBoxes() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project(
      ontology: ["classes": [["name": "cat", "kind": "box"], ["name": "dog", "kind": "box"]]])
    try await fixture.load(
      (0..<3).map { index in
        #"{"image": "http://h/p/a%20b.jpg?x=\#(index)", "width": 200, "height": 100, "answers": "#
          + #"[{"annotations": [{"class": "dog", "box": [20, 10, 100, 50]}]}]}"#
      }.joined(separator: "\n"), into: project)
    let coco = try JSON(parsing: [UInt8](await fixture.export(project, .dataset(.coco))))
    let names = coco["images"]?.array?.compactMap { $0["file_name"]?.string } ?? []
    #expect(names.count == 3 && Set(names).count == 3 && names[0] == "a b.jpg")
    let first = coco["annotations"]?.array?.first
    #expect(first?["id"] == .int(1) && first?["category_id"] == .int(2))
    #expect(first?["bbox"]?.array?.compactMap(\.number) == [20, 10, 100, 50])
    #expect(coco["categories"]?.array?.map { $0["name"]?.string } == ["cat", "dog"])
    let yolo = String(decoding: try await fixture.export(project, .dataset(.yolo)), as: UTF8.self)
    #expect(yolo.contains("labels/a b.txt") && yolo.contains("nc: 2"))
    #expect(yolo.contains("1 0.35000000 0.35000000 0.50000000 0.50000000"))
  }

  @Test func csvHasAColumnForEachQuestion() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    try await fixture.load(
      #"{"text": "=1+1", "answers": [{"annotations": [{"class": "mood", "option": "bad"}]}]}"#,
      into: project)
    let csv = String(decoding: try await fixture.export(project, .csv), as: UTF8.self)
    let rows = csv.split(separator: "\r\n")
    #expect(rows[0].hasSuffix(",mood") && rows[1].hasSuffix(",bad") && rows[1].contains(",'=1+1,"))
  }

  @Test func timesAreWrittenAsRFC3339() {
    #expect(Timestamp.text(0) == "1970-01-01T00:00:00.000Z")
    #expect(Timestamp.text(951_827_696_789) == "2000-02-29T12:34:56.789Z")
    #expect(Timestamp.text(4_102_444_799_999) == "2099-12-31T23:59:59.999Z")
  }

  @Test func onlyTheNewestExportsAreKept() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    try await fixture.load(1, into: project)
    for _ in 0..<Exports.keptPerProject + 3 {
      _ = try await fixture.export(project, .jsonl)
      fixture.advance(1_000)
    }
    try await Task.sleep(for: .milliseconds(200))
    let names = try await fixture.vault { vault -> Int in
      var count = 0
      try vault.blobs.forEachName { _ in count += 1 }
      return count
    }
    #expect(names <= Exports.keptPerProject + 1)
  }
}

@Suite struct AssureTests {
  @Test func agreementAndAnnotatorsAreReported() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project(QualityPlan(answers: .init(min: 3)))
    try await fixture.load(30, into: project)
    for (index, worker) in ["a", "b", "spam"].enumerated() {
      while let leased = try await fixture.next(project, worker) {
        let number = Int(leased.content.params["text"]?.string?.dropFirst() ?? "") ?? 0
        let right = number.isMultiple(of: 2) ? "good" : "bad"
        try await fixture.submit(
          project, worker, leased.lease.id, index == 2 ? "good" : right)
      }
    }
    let report = try await fixture.vault { try await Quality($0).report(on: project.id) }
    #expect(report.tasksMeasured == 30 && report.answersMeasured == 90)
    let alpha = try #require(report.agreements.first?.value)
    #expect(alpha > 0 && alpha < 0.7)
    let byWorker = Dictionary(uniqueKeysWithValues: report.annotators.map { ($0.worker, $0) })
    #expect((byWorker["a"]?.accuracy ?? 0) > (byWorker["spam"]?.accuracy ?? 1))
    let outcome = try await fixture.vault {
      try await Refit($0, actor: .console).run(on: project.id)
    }
    #expect(outcome.tasks == 30 && outcome.changed > 0)
    let question = try #require(outcome.questions.first)
    #expect(question.name == "mood" && question.tellsAnnotatorsApart && question.calibration == nil)
    #expect(question.gold == 0)
    let detail = try await fixture.task(try await fixture.tasks(project)[1].id)
    #expect(detail.consensus?.method == "auto" && detail.consensus?.version == 2)
  }

  /// Every fourth task is gold, and every third gold task has a truth that nobody finds.
  @Test func goldMakesARefitAsSureAsItIsRight() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project(
      QualityPlan(answers: .init(min: 3, max: 3), gold: .init(rate: 0.5)))
    let lines = (0..<120).map { number -> String in
      guard number.isMultiple(of: 4) else { return #"{"text": "t\#(number)"}"# }
      let known = number.isMultiple(of: 12) ? "bad" : "good"
      return """
        {"text": "t\(number)", "gold": {"kind": "evaluation", "annotations": \
        [{"class": "mood", "option": "\(known)"}]}}
        """
    }
    try await fixture.load(lines.joined(separator: "\n"), into: project)
    for (index, worker) in ["a", "b", "spam"].enumerated() {
      while let leased = try await fixture.next(project, worker) {
        let number = Int(leased.content.params["text"]?.string?.dropFirst() ?? "") ?? 0
        try await fixture.submit(
          project, worker, leased.lease.id,
          index == 2 || number.isMultiple(of: 2) ? "good" : "bad")
      }
    }
    let outcome = try await fixture.vault {
      try await Refit($0, actor: .console).run(on: project.id)
    }
    let question = try #require(outcome.questions.first)
    #expect(question.gold == 30 && question.tellsAnnotatorsApart)
    #expect((question.calibration?.temperature ?? 0) > 1)
    let sure = try await fixture.tasks(project).filter { $0.gold == nil }.compactMap(\.confidence)
    #expect(sure.count == 90 && sure.allSatisfy { $0 > 0.5 && $0 < 0.9 })
  }
}

@Suite struct RatingQualityTests {
  @Test func ratingsAreComparedByAlphaAndByIntraclassCorrelation() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project(
      QualityPlan(answers: .init(min: 2)),
      ontology: ["classes": [["name": "stars", "kind": "rating", "min": 1, "max": 5]]])
    let pairs = [(1, 1), (2, 3), (5, 5), (4, 4), (3, 2)]
    let lines = pairs.enumerated().map { number, pair in
      let answers = [pair.0, pair.1].map {
        #"{"annotations": [{"class": "stars", "rating": \#($0)}]}"#
      }
      return #"{"text": "t\#(number)", "answers": [\#(answers.joined(separator: ","))]}"#
    }
    try await fixture.load(lines.joined(separator: "\n"), into: project)
    let report = try await fixture.vault { try await Quality($0).report(on: project.id) }
    let stars = try #require(report.agreements.first)
    #expect(stars.measure == "krippendorffOrdinal" && stars.value > 0.8)
    // BMS = 4.75, WMS = 0.2 by hand.
    #expect(abs((stars.intraclass ?? 0) - (4.75 - 0.2) / (4.75 + 0.2)) < 1e-9)
  }
}
