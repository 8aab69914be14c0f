import Foundation
import Labels
import Notation
import Store
import Testing
import Workflow

@testable import Platform

@Suite struct SubmissionTests {
  private static let colours: JSON = [
    "classes": [["name": "colour", "kind": "category", "options": ["red", "blue"]]]
  ]

  private func submit(
    _ fixture: Fixture, _ project: Project, _ task: JSON = ["text": "a"], tags: [String] = [],
    key: String? = nil, hasCallback: Bool = false
  ) async throws -> TaskID {
    try await fixture.vault { vault in
      let batch = try await Batches(vault, actor: .console).defaultOne(of: project.id)
      return try await Submissions(vault, actor: .console).submit(
        .init(
          batch: batch.id, task: task, ontology: Self.colours, instructions: "Name it.",
          type: "categorization", request: ["callback_url": "x"], tags: tags, key: key,
          hasCallback: hasCallback))
    }
  }

  private func search(
    _ fixture: Fixture, before: Int64? = nil, limit: Int = 100,
    _ change: (inout TaskSearch.Filter) -> Void = { _ in }
  ) async throws -> [TaskSearch.Found] {
    var filter = TaskSearch.Filter()
    change(&filter)
    let wanted = filter
    return try await fixture.vault {
      try await TaskSearch($0).page(wanted, before: before, limit: limit)
    }
  }

  @Test func aTaskIsAnsweredByTheFormItBrought() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    let id = try await submit(fixture, project)
    let leased = try #require(try await fixture.next(project, "ann"))
    #expect(leased.task.id == id && leased.task.form != nil)
    _ = try await fixture.vault { vault in
      try await Answers(vault, worker: "ann", project: project.id).submit(
        [["class": "colour", "option": "blue"]], for: leased.lease.id, activeMilliseconds: 1)
    }
    let detail = try await fixture.task(id)
    #expect(detail.ontology.named("colour") != nil && detail.answers.count == 1)
    let export = String(decoding: try await fixture.export(project, .jsonl), as: UTF8.self)
    #expect(export.contains(#""class":"colour""#))
  }

  @Test func equalFormsAreStoredOnce() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    let first = try await fixture.task(try await submit(fixture, project)).row.form
    #expect(try await fixture.task(try await submit(fixture, project)).row.form == first)
  }

  @Test func aRequestUnderOneKeyMakesOneTaskAndAnotherUnderItIsRefused() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    let id = try await submit(fixture, project, key: "k")
    #expect(try await submit(fixture, project, key: "k") == id)
    await #expect(throws: Refusal.requestKeyTaken("k", by: id.text)) {
      try await submit(fixture, project, ["text": "b"], key: "k")
    }
    #expect(try await fixture.tasks(project).count == 1)
  }

  @Test func aUniqueIDIsGivenOnceOverAllProjectsAndCanBeFreed() async throws {
    let fixture = try await Fixture()
    let (one, two) = (try await fixture.project(), try await fixture.project())
    let task: JSON = ["text": "a", "unique_id": "u"]
    let id = try await submit(fixture, one, task)
    await #expect(throws: Refusal.uniqueIDTaken("u", by: id.text)) {
      try await submit(fixture, two, task)
    }
    try await fixture.vault {
      try await TaskChanges($0, actor: .console).setUniqueID(nil, of: id)
    }
    _ = try await submit(fixture, two, task)
  }

  @Test func pagesGoFromTheNewestAndStayWhileTasksAreAdded() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    var made: [TaskID] = []
    for _ in 0..<5 { made.append(try await submit(fixture, project, tags: ["t"])) }
    let first = try await search(fixture, limit: 2) { $0.tags = ["t"] }
    _ = try await submit(fixture, project, tags: ["t"])
    let rest = try await search(fixture, before: first.last?.row.seq) { $0.tags = ["t"] }
    #expect((first + rest).map(\.row.id) == made.reversed())
    var ofProject = TaskSearch.Filter()
    ofProject.project = project.id
    let counted = try await fixture.vault { [ofProject] in
      try await TaskSearch($0).count(ofProject)
    }
    #expect(counted == 6)
  }

  @Test func anAuditBelongsToAResultAndIsFound() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    let id = try await submit(
      fixture, project,
      ["text": "a", "answers": [["annotations": [["class": "colour", "option": "red"]]]]])
    let open = try await submit(fixture, project)
    try await fixture.vault {
      try await TaskChanges($0, actor: .console).audit(
        .rejected, remarks: ["comments": "No"], of: id)
    }
    await #expect(throws: Refusal.self) {
      try await fixture.vault {
        try await TaskChanges($0, actor: .console).audit(.accepted, remarks: [:], of: open)
      }
    }
    let found = try await search(fixture) { $0.audits = [.rejected] }
    #expect(found.map(\.row.id) == [id] && found.first?.audits.map(\.remarks) == [["comments": "No"]])
  }

  @Test func aResultThatIsReplacedAfterItsTaskEndedIsKeptAsAnEarlierOne() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    let id = try await submit(
      fixture, project,
      ["text": "a", "answers": [["annotations": [["class": "colour", "option": "red"]]]]])
    for option in [1, 2] as [Int32] {
      try await fixture.vault { vault in
        try await vault.database.write(.flushed) { connection in
          let task = try TaskRow.get(id, connection)
          let reading = try vault.reading(of: task, connection)
          let version = try ConsensusRow.insert(
            [.init(classID: ClassID(1), value: .category(OptionID(option)))], confidence: 1,
            method: "test", answers: 1, of: task, reading, vault, at: vault.environment.now(),
            connection)
          try connection.run(
            "UPDATE tasks SET consensus_version = ? WHERE seq = ?",
            [.number(version), .int(task.seq)])
        }
      }
    }
    let found = try await fixture.vault { try await TaskSearch($0).get(id) }
    #expect(found.result?.first?.value == .category(OptionID(2)))
    #expect(found.earlierResults.map { $0.first?.value } == [.category(OptionID(1))])
  }

  @Test func twentyRetriesOfACallbackMakeADay() {
    let total = (0..<Callbacks.retryLimit).map { Callbacks.delay(after: $0) }.reduce(0, +)
    #expect(abs(total - 24 * 3_600_000) < 600_000)
  }

  @Test func aCallbackIsDueAtTheEndIsTriedAgainAndGivenUpAfterTheLimit() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    let id = try await submit(fixture, project, hasCallback: true)
    func due() async throws -> [Callbacks.Due] {
      try await fixture.vault { try await Callbacks($0).due(limit: 10) }
    }
    #expect(try await due().isEmpty)
    let leased = try #require(try await fixture.next(project, "ann"))
    _ = try await fixture.vault { vault in
      try await Answers(vault, worker: "ann", project: project.id).submit(
        [["class": "colour", "option": "blue"]], for: leased.lease.id, activeMilliseconds: 1)
    }
    for attempt in 0...Callbacks.retryLimit {
      let one = try #require(try await due().first)
      #expect(one.subject == .task(id) && one.attempts == attempt)
      try await fixture.vault {
        try await Callbacks($0).record(one, isDelivered: false, outcome: "status 500")
      }
      #expect(try await due().isEmpty)
      fixture.advance(Callbacks.delay(after: attempt) + 1)
    }
    #expect(try await due().isEmpty)
    #expect(try await search(fixture).first?.callback == .failed)
    try await fixture.vault { try await Callbacks($0).sendAgain(id, by: .console) }
    let again = try #require(try await due().first)
    try await fixture.vault {
      try await Callbacks($0).record(again, isDelivered: true, outcome: "status 200")
    }
    #expect(try await search(fixture).first?.callback == .delivered)
  }

  @Test func aTestKeyOpensAWorldOfItsOwn() async throws {
    let fixture = try await Fixture()
    let clients = Clients(fixture.engine, actor: .console)
    let live = try await clients.createKey(for: fixture.client, mode: .live)
    let test = try await clients.createKey(for: fixture.client, mode: .test)
    let again = try await clients.createKey(for: fixture.client, mode: .test)
    let signIn = SignIn(fixture.engine)
    func world(_ secret: String) async throws -> ClientID? {
      try await signIn.principal(secret: secret)?.grants.first?.client
    }
    #expect(try await world(live.secret) == fixture.client)
    let testWorld = try #require(try await world(test.secret))
    #expect(testWorld != fixture.client)
    #expect(try await world(again.secret) == testWorld)
    #expect(try await fixture.engine.vaults.with(testWorld) { $0.isTest })
    #expect(try await clients.keys(of: fixture.client).count == 3)
    try await clients.revokeKey(test.key.id.text, of: fixture.client)
    #expect(try await world(test.secret) == nil)
  }
}
