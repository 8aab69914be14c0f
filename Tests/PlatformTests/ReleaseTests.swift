import Formats
import Foundation
import Labels
import Notation
import Store
import Testing
import Workflow

@testable import Platform

@Suite struct ReleaseTests {
  private func division(_ plan: JSON, of items: [DatasetItem] = []) throws -> ReleaseDivision {
    let schema = DatasetSchema(names: (0..<20).map { "class \($0)" })
    return ReleaseDivision(try ReleasePlan(from: plan)) { body in
      for item in items { body(item, schema) }
    }
  }

  private func parts(_ plan: JSON, of items: [DatasetItem]) throws -> [String: String] {
    var division = try division(plan, of: items)
    return Dictionary(uniqueKeysWithValues: items.map { ($0.name, division.part(of: $0)) })
  }

  private func items(_ count: Int, classes: Int = 1) -> [DatasetItem] {
    (0..<count).map { place in
      DatasetItem(
        name: "item \(place)", labels: [DatasetLabel(place % classes, .whole)],
        metadata: [.init("author", .int(Int64(place % 9)))])
    }
  }

  @Test func anItemStaysInItsPartWhateverElseThereIs() throws {
    var all = try division([:])
    let before = Dictionary(uniqueKeysWithValues: items(500).map { ($0.name, all.part(of: $0)) })
    var some = try division([:])
    for item in items(500).reversed() where item.name.hasSuffix("7") {
      #expect(some.part(of: item) == before[item.name])
    }
    let train = before.values.count { $0 == "train" }
    #expect((360...440).contains(train))
  }

  @Test func aGroupIsNeverParted() throws {
    var division = try division([
      "split_by": "group", "group_by": "author", "splits": ["train": 50, "test": 50],
    ])
    var parts: [String: Set<String>] = [:]
    for item in items(300) {
      parts[item.metadata[0].value.text, default: []].insert(division.part(of: item))
    }
    #expect(parts.count == 9 && parts.values.allSatisfy { $0.count == 1 })
  }

  @Test func aGroupIsTheSameAsANumberAndAsAText() throws {
    var division = try division([
      "split_by": "group", "group_by": "author", "splits": ["train": 50, "test": 50],
    ])
    for author in 0..<40 {
      let values: [JSON] = [.int(Int64(author)), .double(Double(author)), .string("\(author)")]
      let parts = values.map { value in
        division.part(of: DatasetItem(name: "\(value)", metadata: [.init("author", value)]))
      }
      #expect(Set(parts).count == 1)
    }
    // Where a text was drawn before it is drawn again: a later release keeps the parts of an earlier one.
    let names = ["anna", "berta", "carl", "doris", "emil", "frieda", "gustav", "hanna"]
    let drawn = names.map { name in
      division.part(of: DatasetItem(name: "x", metadata: [.init("author", .string(name))]))
    }
    #expect(drawn.joined(separator: " ") == "train train train test test train train train")
    // Beyond what a double holds digit by digit there are as many groups as numbers.
    let large = (0..<64).map { place in
      division.part(of: DatasetItem(name: "x", metadata: [.init("author", .int(1 << 53 + Int64(place)))]))
    }
    #expect(Set(large).count == 2)
  }

  @Test func eachPartHasItsShareOfEachClass() throws {
    let items = items(100, classes: 2)
    let parts = try parts(["split_by": "stratified", "splits": ["train": 70, "test": 30]], of: items)
    let counts = Dictionary(
      grouping: items) { "\(parts[$0.name] ?? "") \($0.labels[0].classIndex)" }.mapValues(\.count)
    #expect(counts == ["train 0": 35, "train 1": 35, "test 0": 15, "test 1": 15])
  }

  /// Of a class with three items none has a whole share of the smaller parts: over many they come to it.
  @Test func ofManyRareClassesEachPartHasItsShareOfAll() throws {
    let schema = DatasetSchema(names: (0..<1000).map { "class \($0)" })
    let items = items(3000, classes: 1000)
    var division = ReleaseDivision(try ReleasePlan(from: ["split_by": "stratified"])) { body in
      for item in items { body(item, schema) }
    }
    let counts = Dictionary(grouping: items) { division.part(of: $0) }.mapValues(\.count)
    #expect(abs(counts["train", default: 0] - 2400) < 60 && abs(counts["test", default: 0] - 300) < 60)
  }

  @Test func fewItemsChangeTheirPartWhenOthersComeOrGoOrAreLabelledOtherwise() throws {
    let plan: JSON = ["split_by": "stratified"]
    let all = items(1000, classes: 4)
    let before = try parts(plan, of: all)
    var relabelled = all
    relabelled[10].labels = [DatasetLabel(3, .whole)]
    let others = [relabelled, Array(all.dropFirst()), Array(all[..<500] + all[501...])]
    for items in others {
      let after = try parts(plan, of: items)
      #expect(after.count { before[$0.key] != $0.value } <= 5)
    }
    // A tenth more moves some at the edges, and the order in which they came none.
    let grown = try parts(plan, of: items(1100, classes: 4))
    #expect(before.count { grown[$0.key] != $0.value } < 40)
    #expect(try parts(plan, of: all.reversed()) == before)
  }

  /// Each item has some of fifteen topics, of which the last are rare.
  @Test func ofItemsWithSeveralClassesEachPartHasItsShareToo() throws {
    var state: UInt64 = 7
    func chance(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(count))
    }
    let items = (0..<3000).map { place in
      let topics = (0...chance(5)).map { _ in min(chance(15), chance(15)) }
      return DatasetItem(
        name: "item \(place)", labels: Set(topics).map { DatasetLabel($0, .whole) })
    }
    func parts(_ seed: String) throws -> [String] {
      var division = try division(["split_by": "stratified", "seed": .string(seed)], of: items)
      return items.map { division.part(of: $0) }
    }
    let first = try parts("")
    let shares = ["train": 0.8, "val": 0.1, "test": 0.1]
    for (part, share) in shares {
      #expect(abs(Double(first.count { $0 == part }) / 3000 - share) < 0.01)
      for topic in 0..<15 {
        let own = items.indices.filter { items[$0].labels.contains { $0.classIndex == topic } }
        let have = Double(own.count { first[$0] == part }) / Double(own.count)
        #expect(abs(have - share) < 0.03, "\(have) of topic \(topic) in \(part)")
      }
    }
    #expect(try parts("") == first)
    #expect(try zip(parts("another"), first).count { $0 != $1 } > 300)
  }

  @Test func plansHaveLimits() throws {
    let names = Array("abcdefghijk").map(String.init)
    func plan(_ count: Int) -> JSON {
      let first = Int64(100 - (count - 1))
      return [
        "splits": .object(
          names.prefix(count).enumerated().map { .init($1, .int($0 == 0 ? first : 1)) })
      ]
    }
    #expect(try ReleasePlan(from: plan(ReleasePlan.partLimit)).parts.count == ReleasePlan.partLimit)
    #expect(throws: Refusal.self) { try ReleasePlan(from: plan(ReleasePlan.partLimit + 1)) }
    // By which every part is asked for.
    #expect(throws: Refusal.self) {
      try ReleasePlan(from: ["splits": .object([.init("all", 50), .init("test", 50)])])
    }
    let seed = String(repeating: "s", count: ReleasePlan.seedLimit)
    #expect(try ReleasePlan(from: ["seed": .string(seed)]).seed == seed)
    #expect(throws: Refusal.self) { try ReleasePlan(from: ["seed": .string(seed + "s")]) }
    let shards = WritingOptions.shardLimits
    for samples in [shards.lowerBound, shards.upperBound] {
      let plan = try ReleasePlan(from: ["shard_samples": .count(samples)])
      #expect(plan.samplesOfShard == samples)
    }
    for samples in [shards.lowerBound - 1, shards.upperBound + 1] {
      #expect(throws: Refusal.self) { try ReleasePlan(from: ["shard_samples": .count(samples)]) }
    }
  }

  private static let answered =
    #"{"text": "done", "answers": [{"annotations": [{"class": "mood", "option": "good"}]}]}"#

  @Test func aReleaseOfNothingFails() async throws {
    let fixture = try await Fixture()
    let release = try await made(fixture, try await fixture.project(), "empty")
    #expect(release.state == .failed && release.problem?.contains("nothing has a result yet") == true)
  }

  @Test func whatStandsNoMoreComesToTheFeedAgain() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    try await fixture.load(Self.answered, into: project)
    try await fixture.vault { vault in
      let feed = LiveFeed(vault)
      let settled = try await feed.events(of: project.id, after: 0, limit: 10)
      let task = try #require(settled.first).task
      let gold = GoldTasks(vault, actor: .console)
      _ = try await gold.make(task, kind: .evaluation)
      #expect(try await feed.events(of: project.id, after: 0, limit: 10).map(\.task) == [task, task])
      _ = try await gold.retire(task)
      let events = try await feed.events(of: project.id, after: 0, limit: 10)
      #expect(events.map(\.task) == [task, task, task])
    }
  }

  @Test func onlyWhatIsCompletedIsReleasedAndGoldIsNot() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    let lines = """
      {"text": "done", "answers": [{"annotator": "a", "annotations": [{"class": "mood", "option": "good"}]}]}
      {"text": "open"}
      {"text": "gold", "gold": {"kind": "evaluation", "annotations": [{"class": "mood", "option": "bad"}]}}
      """
    try await fixture.load(lines, into: project)
    let release = try await made(fixture, project, "one")
    #expect(release.state == .completed && release.items == 1 && release.number == 1)
    let files = try await fixture.vault {
      try await Releases($0, actor: .console).files(of: release.id)
    }
    #expect(
      Set(files.map(\.path)).isSuperset(of: ["classes.json", "manifest.json", "manifest.sig"]))
    // After a restart it is there as it was.
    try await fixture.reopen()
    let again = try await fixture.vault { try await Releases($0, actor: .console).get(release.id) }
    #expect(again == release)
  }

  @Test func aTokenOpensOneReleaseUntilItsTime() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    try await fixture.load(Self.answered, into: project)
    let release = try await made(fixture, project, "one")
    let now = fixture.clock.withLock { $0 }
    try await fixture.vault { vault in
      let releases = Releases(vault, actor: .console)
      let (link, text) = try await releases.makeLink(to: release.id, until: now + 1000)
      let token = try #require(Releases.Token(text))
      #expect(try await releases.release(openedBy: token) == release.id)
      fixture.advance(999)
      #expect(try await releases.release(openedBy: token) == release.id)
      fixture.advance(1)
      await #expect(throws: Refusal.linkEnded(at: now + 1000)) {
        try await releases.release(openedBy: token)
      }
      #expect(try await releases.links(to: release.id) == [link])
      // What somebody made longer is none that was given.
      let longer = try #require(
        Releases.Token(text.replacing("-\(now + 1000)-", with: "-\(now + 9000)-")))
      await #expect(throws: Refusal.unknownLink) { try await releases.release(openedBy: longer) }
      #expect(Releases.Token("x-y-z") == nil)
      // Nor is the same in another spelling.
      for other in ["-0\(now + 1000)-", "-+\(now + 1000)-"] {
        #expect(Releases.Token(text.replacing("-\(now + 1000)-", with: other)) == nil)
      }
    }
  }

  @Test func aLinkThatIsEndedOpensNothingAndNorDoOthersOfAReleaseThatIsGone() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    try await fixture.load(Self.answered, into: project)
    let release = try await made(fixture, project, "one")
    let now = fixture.clock.withLock { $0 }
    try await fixture.vault { vault in
      let releases = Releases(vault, actor: .console)
      func link() async throws -> (id: ReleaseLinkID, token: Releases.Token) {
        let made = try await releases.makeLink(to: release.id, until: now + 1000)
        return (made.0.id, try #require(Releases.Token(made.token)))
      }
      let (one, two, three) = (try await link(), try await link(), try await link())
      #expect(try await releases.endLinks(to: release.id, only: one.id) == 1)
      #expect(try await releases.endLinks(to: release.id, only: one.id) == 0)
      await #expect(throws: Refusal.linkEnded(at: now)) {
        try await releases.release(openedBy: one.token)
      }
      #expect(try await releases.release(openedBy: two.token) == release.id)
      #expect(try await releases.endLinks(madeBy: .system) == 0)
      #expect(try await releases.endLinks(madeBy: .console) == 2)
      let four = try await link()
      try await releases.remove(release.id)
      for gone in [two, three, four] {
        await #expect(throws: Refusal.linkEnded(at: now)) {
          try await releases.release(openedBy: gone.token)
        }
      }
    }
  }

  @Test func whatSettlesIsFedOnceAndAgainWhenItIsOtherwise() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    try await fixture.load(2, into: project)
    for _ in 0..<2 {
      let lease = try #require(try await fixture.next(project, "ada"))
      try await fixture.submit(project, "ada", lease.lease.id)
    }
    try await fixture.vault { vault in
      let feed = LiveFeed(vault)
      let all = try await feed.events(of: project.id, after: 0, limit: 10)
      #expect(all.count == 2 && all[0].cursor < all[1].cursor)
      #expect(try await feed.events(of: project.id, after: all[0].cursor, limit: 10) == [all[1]])
      #expect(try await feed.head(of: project.id) == all[1].cursor)
      // An audit that puts a result right makes it another one.
      try await TaskChanges(vault, actor: .console).audit(
        .fixed, remarks: [:], fix: [["class": "mood", "option": "bad"]], of: all[0].task)
      let news = try await feed.events(of: project.id, after: all[1].cursor, limit: 10)
      #expect(news.map(\.task) == [all[0].task])
    }
  }

  @Test func answersKeepTheirNamesBesideWhatWasSent() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project(
      ontology: [
        "classes": [
          ["name": "stars", "kind": "rating", "min": 1, "max": 5],
          ["name": "assay_task", "kind": "boolean"], ["name": "hello", "kind": "text"],
          ["name": "bye", "kind": "text"],
        ]
      ])
    try await fixture.load(
      """
      {"text": "t", "metadata": {"stars": "four", "assay_x": 1, "licence": "CC0"},
       "answers": [{"annotations": [
       {"class": "stars", "rating": 4}, {"class": "assay_task", "boolean": false},
       {"class": "hello", "text": "hi"}, {"class": "bye", "text": "ciao"}]}]}
      """.replacing("\n", with: " "), into: project)
    let release = try await made(fixture, project, "one")
    let line = try await fixture.vault { vault -> JSON in
      let releases = Releases(vault, actor: .console)
      let lines = try await releases.files(of: release.id).filter {
        $0.path.hasSuffix(".jsonl") && $0.size > 0
      }
      let blob = SealedBlob(vault: vault, name: try #require(lines.first).blob)
      return try JSON(parsing: [UInt8](blob.chunk(0)))
    }
    let metadata = line["metadata"]
    #expect(metadata?["stars"]?.number == 4 && metadata?["sent_stars"] == "four")
    #expect(metadata?["answer_assay_task"] == false && metadata?["assay_task"]?.string != nil)
    #expect(metadata?["sent_assay_x"] == 1 && metadata?["licence"] == "CC0")
    let questions = line["labels"]?.array?.map { $0["attributes"]?["question"]?.string }
    #expect(questions == ["hello", "bye"])
  }

  private func made(_ fixture: Fixture, _ project: Project, _ name: String) async throws
    -> Releases.Release
  {
    try await fixture.vault { vault in
      let releases = Releases(vault, actor: .console)
      var release = try await releases.start(
        .project(project.id), name: name, ReleasePlan(from: [:]), by: OneImage())
      while release.state == .running {
        try await Task.sleep(for: .milliseconds(5))
        release = try await releases.get(release.id)
      }
      return release
    }
  }
}
