import Foundation
import Store
import Synchronization
import Testing
import Workflow

@testable import Platform

@Suite struct DispatchTests {
  @Test func tasksComeInOrderAndNeverTwiceToOnePerson() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project(QualityPlan(answers: .init(min: 2)))
    try await fixture.load(3, into: project)
    var seen: [String] = []
    while let leased = try await fixture.next(project, "ann") {
      seen.append(leased.content.params["text"]?.string ?? "")
      try await fixture.submit(project, "ann", leased.lease.id)
    }
    #expect(seen == ["t0", "t1", "t2"])
    #expect(try await fixture.reason(project, "ann") == .doneByYou)
    #expect(try await fixture.next(project, "bob") != nil)
  }

  @Test func theEmptyAnswerSaysWhy() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    #expect(try await fixture.reason(project, "ann") == .empty)
    try await fixture.load(1, into: project)
    let leased = try #require(try await fixture.next(project, "ann"))
    guard case .nothing(let nothing) = try await fixture.lease(project, "bob") else {
      Issue.record("bob got a task that ann holds")
      return
    }
    #expect(nothing.reason == .allLeased && nothing.leased == 1)
    #expect(nothing.nextDeadline == fixture.clock.withLock { $0 } + Dispatch.leaseMilliseconds)
    try await fixture.submit(project, "ann", leased.lease.id)
    #expect(try await fixture.reason(project, "bob") == .noneLeft)
    _ = try await fixture.vault {
      try await Projects($0, actor: .console).change(project.id, .init(state: .paused))
    }
    #expect(try await fixture.reason(project, "bob") == .projectPaused)
  }

  @Test func higherPriorityGoesFirst() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    try await fixture.load(
      #"{"text": "low"}\#n{"text": "high", "priority": 9}\#n{"text": "middle", "priority": 5}"#,
      into: project)
    var order: [String] = []
    while let leased = try await fixture.next(project, "ann") {
      order.append(leased.content.params["text"]?.string ?? "")
      try await fixture.submit(project, "ann", leased.lease.id)
    }
    #expect(order == ["high", "middle", "low"])
  }

  @Test func anExpiredLeaseComesBackAheadOfFreshWork() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    try await fixture.load(5, into: project)
    let lost = try #require(try await fixture.next(project, "ann"))
    let kept = try #require(try await fixture.next(project, "bob"))
    fixture.advance(Dispatch.leaseMilliseconds - 1)
    #expect(try await fixture.next(project, "cyd")?.task.id != lost.task.id)
    fixture.advance(1)
    let again = try #require(try await fixture.next(project, "dee"))
    #expect([lost.task.id, kept.task.id].contains(again.task.id))
  }

  @Test func aHeartbeatKeepsALease() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    try await fixture.load(1, into: project)
    let leased = try #require(try await fixture.next(project, "ann"))
    for _ in 0..<5 {
      fixture.advance(Dispatch.leaseMilliseconds - 1)
      _ = try await fixture.vault {
        try await Leases($0, worker: "ann", project: project.id).heartbeat(leased.lease.id)
      }
      #expect(try await fixture.reason(project, "bob") == .allLeased)
    }
    try await fixture.submit(project, "ann", leased.lease.id)
  }

  @Test func skippingLeavesATaskToOthersAndReleasingDoesNot() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    try await fixture.load(1, into: project)
    let first = try #require(try await fixture.next(project, "ann"))
    try await fixture.vault {
      try await Leases($0, worker: "ann", project: project.id).release(first.lease.id)
    }
    let second = try #require(try await fixture.next(project, "ann"))
    try await fixture.vault {
      try await Leases($0, worker: "ann", project: project.id).skip(
        second.lease.id, reason: "blurred")
    }
    #expect(try await fixture.reason(project, "ann") == .doneByYou)
    #expect(try await fixture.next(project, "bob") != nil)
  }

  @Test func reservedLeasesHoldTheirSlotsUpToTheLimit() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    try await fixture.load(Dispatch.leaseLimit + 5, into: project)
    guard
      case .leased(let tasks) = try await fixture.lease(
        project, "ann", count: Dispatch.leaseLimit, isReserve: true)
    else {
      Issue.record("nothing was reserved")
      return
    }
    #expect(tasks.count == Dispatch.leaseLimit)
    #expect(tasks.allSatisfy { $0.lease.lifecycle.state == .reserved })
    await #expect(throws: Refusal.leaseLimit(Dispatch.leaseLimit)) {
      try await fixture.lease(project, "ann")
    }
    let held = try await fixture.vault {
      try await Dispatch($0, worker: "ann").held(in: project.id)
    }
    #expect(Set(held.map(\.task.id)) == Set(tasks.map(\.task.id)))
  }

  @Test func anotherWorkersLeaseLooksLikeNone() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    try await fixture.load(1, into: project)
    let leased = try #require(try await fixture.next(project, "ann"))
    await #expect(throws: Refusal.unknown(.lease, leased.lease.id.text)) {
      try await fixture.submit(project, "bob", leased.lease.id)
    }
  }

  @Test func aPausedBatchIsNotOnOffer() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    let batch = try await fixture.vault {
      try await Batches($0, actor: .console).create(in: project.id, name: "b", isStaging: true)
    }
    try await fixture.load(#"{"text": "x"}"#, into: project, .init(batch: "b"))
    #expect(try await fixture.reason(project, "ann") == .batchesPaused)
    for (event, hasWork) in [
      (BatchLifecycle.Event.finalized, true), (.paused, false), (.resumed, true),
    ] {
      _ = try await fixture.vault {
        try await Batches($0, actor: .console).handle(event, of: batch.id)
      }
      let leased = try await fixture.next(project, "w\(event)")
      #expect((leased != nil) == hasWork)
      if let leased {
        try await fixture.vault {
          try await Leases($0, worker: "w\(event)", project: project.id).release(leased.lease.id)
        }
      }
    }
  }

  @Test func aPlanThatAsksForMoreReopensWhatIsOpen() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project(QualityPlan(answers: .init(min: 1)))
    try await fixture.load(2, into: project)
    let first = try #require(try await fixture.next(project, "ann"))
    _ = try await fixture.vault {
      try await Projects($0, actor: .console).change(
        project.id, .init(plan: QualityPlan(answers: .init(min: 2))))
    }
    try await fixture.submit(project, "ann", first.lease.id)
    #expect(try await fixture.task(first.task.id).row.lifecycle.state == .open)
    var answers = 0
    for worker in ["ann", "bob", "cyd"] {
      while let leased = try await fixture.next(project, worker) {
        try await fixture.submit(project, worker, leased.lease.id)
        answers += 1
      }
    }
    #expect(answers == 3)
    #expect(try await fixture.counts(project).completed == 2)
  }

  @Test func theHotQueryUsesItsIndex() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    try await fixture.load(100, into: project)
    let plan = try await fixture.vault { vault in
      try await vault.database.read { connection in
        try connection.all(
          "EXPLAIN QUERY PLAN " + Dispatch.nextSQL, ["b", "open", 0, 0, "w"]
        ) { $0.text(3) }
      }
    }
    #expect(plan.contains { $0.contains("tasks_queue") }, "\(plan)")
    #expect(plan.contains { $0.contains("leases_once") }, "\(plan)")
    #expect(!plan.contains { $0.contains("SCAN") || $0.contains("TEMP B-TREE") }, "\(plan)")
  }

  @Test(arguments: [1, 3])
  func sixtyFourWorkersAtOnceNeverShareASlot(overlap: Int) async throws {
    let count = 10_000
    let fixture = try await Fixture()
    let project = try await fixture.project(QualityPlan(answers: .init(min: overlap)))
    try await fixture.load(count, into: project)
    let given = Given()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<64 {
        let worker = "w\(index)"
        group.addTask {
          while true {
            switch try await fixture.lease(project, worker, count: 10) {
            case .leased(let tasks):
              for leased in tasks {
                #expect(given.note(leased.task.id.text, worker))
                try await fixture.submit(project, worker, leased.lease.id)
              }
            case .nothing(let nothing):
              if nothing.reason != .allLeased { return }
              await Task.yield()
            }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(given.all.count == count)
    #expect(given.all.values.allSatisfy { $0.count == overlap })
    let counts = try await fixture.counts(project)
    #expect(counts.completed == count && counts.answers == count * overlap)
  }
}

/// Who was given what.
private final class Given: Sendable {
  private let workers = Mutex<[String: Set<String>]>([:])
  var all: [String: Set<String>] { workers.withLock { $0 } }
  func note(_ task: String, _ worker: String) -> Bool {
    workers.withLock { $0[task, default: []].insert(worker).inserted }
  }
}

@Suite struct TaskListTests {
  @Test func pagesAndFiltersFindEachTaskOnce() async throws {
    let fixture = try await Fixture()
    let (project, other) = (try await fixture.project(), try await fixture.project())
    _ = try await fixture.vault {
      try await Batches($0, actor: .console).create(in: project.id, name: "b", priority: -1)
    }
    try await fixture.load(5, into: other)
    try await fixture.load(4, into: project)
    try await fixture.load(
      #"{"text": "x", "unique_id": "u"}\#n{"text": "y"}"#, into: project, .init(batch: "b"))
    let leased = try #require(try await fixture.next(project, "ann"))
    try await fixture.submit(project, "ann", leased.lease.id)
    func list(
      _ filter: Tasks.Filter, after: Int64? = nil, limit: Int = 100
    ) async throws -> [TaskRow] {
      try await fixture.vault {
        try await Tasks($0, actor: .console).list(
          in: project.id, filter, after: after, limit: limit)
      }
    }
    var found: [TaskRow] = []
    while true {
      let page = try await list(.init(), after: found.last?.seq, limit: 2)
      found += page
      if page.count < 2 { break }
    }
    #expect(found.count == 6 && found.map(\.seq) == found.map(\.seq).sorted())
    let batch = try #require(found.last?.batch)
    #expect(try await list(.init(batch: batch)).count == 2)
    #expect(try await list(.init(state: .open, batch: batch)).count == 2)
    #expect(try await list(.init(state: .completed)).map(\.id) == [leased.task.id])
    #expect(try await list(.init(uniqueID: "u")).count == 1)
    #expect(try await list(.init(state: .completed, uniqueID: "u")).isEmpty)
    #expect(try await list(.init(uniqueID: "nobody")).isEmpty)
  }
}

@Suite struct ReviewSampleTests {
  /// Ids of one import follow each other: the sample must not follow them.
  @Test func aBulkImportIsSampledAtTheRate() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project(
      QualityPlan(answers: .init(min: 1), review: .init(sampleRate: 0.3)))
    let lines = (0..<1_000).map {
      #"{"text": "t\#($0)", "answers": [{"annotations": [{"class": "mood", "option": "good"}]}]}"#
    }
    try await fixture.load(lines.joined(separator: "\n"), into: project)
    let sampled = try await fixture.counts(project).inReview
    #expect((240...360).contains(sampled), "of about 300: \(sampled)")
  }

  @Test func aCompletedTaskIsReviewedWhereSomebodyAsks() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    try await fixture.load(2, into: project)
    let leased = try #require(try await fixture.next(project, "a"))
    try await fixture.submit(project, "a", leased.lease.id)
    let open = try #require(try await fixture.tasks(project).last)
    let other = try #require(try await fixture.next(project, "b"))
    try await fixture.submit(project, "b", other.lease.id)
    let asked = try await fixture.vault {
      try await Tasks($0, actor: .console).askForReview(leased.task.id)
    }
    #expect(asked.lifecycle.state == .inReview)
    #expect(try await fixture.counts(project).inReview == 1)
    func named(_ worker: String, _ task: TaskID) async throws -> Dispatch.Outcome {
      try await fixture.vault {
        try await Dispatch($0, worker: worker).lease(in: project.id, stage: .review, task: task)
      }
    }
    await #expect(throws: Refusal.self, "not by its author") { try await named("a", asked.id) }
    await #expect(throws: Refusal.self, "not waiting") { try await named("c", open.id) }
    guard case .leased(let leases) = try await named("c", asked.id), let review = leases.first else {
      Issue.record("the reviewer got nothing")
      return
    }
    await #expect(throws: Refusal.self, "one reviewer at a time") { try await named("d", asked.id) }
    _ = try await fixture.vault {
      try await Reviews($0, reviewer: "c", project: project.id).submit(
        .init(kind: .accept), for: review.lease.id, activeMilliseconds: 1)
    }
    #expect(try await fixture.counts(project).completed == 2)
    let insight = try await fixture.vault { try await Quality($0).insight(on: project.id) }
    #expect(insight.funnel.accepted == 1 && insight.funnel.settled == 2)
  }

  /// Every second “bad” is wrong: what is said of the class is what the sample found.
  @Test func resultsAreEstimatedByClass() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project(QualityPlan(review: .init(sampleRate: 0.5)))
    try await fixture.load(80, into: project)
    var wrong: Set<TaskID> = []
    for number in 0..<80 {
      let leased = try #require(try await fixture.next(project, "a"))
      try await fixture.submit(
        project, "a", leased.lease.id, number.isMultiple(of: 2) ? "good" : "bad")
      if number % 4 == 1 { wrong.insert(leased.task.id) }
    }
    while let leased = try await fixture.next(project, "rex", stage: .review) {
      let isWrong = wrong.contains(leased.task.id)
      _ = try await fixture.vault {
        try await Reviews($0, reviewer: "rex", project: project.id).submit(
          .init(
            kind: isWrong ? .fix : .accept,
            annotations: isWrong ? [["class": "mood", "option": "good"]] : nil),
          for: leased.lease.id, activeMilliseconds: 1)
      }
    }
    let insight = try await fixture.vault { try await Quality($0).insight(on: project.id) }
    let classes = Dictionary(uniqueKeysWithValues: insight.classes.map { ($0.name, $0) })
    let (good, bad) = try (#require(classes["good"]), #require(classes["bad"]))
    #expect(good.tasks + bad.tasks == 80 && classes["mood"] == nil)
    let (goodEstimate, badEstimate) = try (#require(good.accuracy), #require(bad.accuracy))
    #expect(goodEstimate.estimate > 0.95 && badEstimate.estimate < 0.9)
    #expect(badEstimate.interval.upperBound < goodEstimate.interval.upperBound)
  }

  /// By class, and by who answered: somebody new stands below 0.7.
  @Test func resultsOfAClassOrOfSomebodyWeakGoToReview() async throws {
    let fixture = try await Fixture()
    let byClass = try await fixture.project(QualityPlan(review: .init(classes: ["bad"])))
    try await fixture.load(2, into: byClass)
    for option in ["good", "bad"] {
      let leased = try #require(try await fixture.next(byClass, "a"))
      try await fixture.submit(byClass, "a", leased.lease.id, option)
    }
    #expect(try await fixture.counts(byClass).inReview == 1)
    let byWorker = try await fixture.project(QualityPlan(review: .init(belowAccuracy: 0.7)))
    try await fixture.load(1, into: byWorker)
    let leased = try #require(try await fixture.next(byWorker, "new"))
    try await fixture.submit(byWorker, "new", leased.lease.id)
    #expect(try await fixture.counts(byWorker).inReview == 1)
  }
}
