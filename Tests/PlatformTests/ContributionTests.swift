import Foundation
import Labels
import Notation
import Store
import Testing
import Workflow

@testable import Platform

@Suite struct ContributionTests {
  private static let photos: JSON = [
    "classes": [
      [
        "id": 1, "name": "photos", "kind": "files", "accepts": ["image", "audio"], "min": 1,
        "max": 3,
        "required": true,
      ],
      ["id": 2, "name": "place", "kind": "category", "options": ["inside", "outside"]],
      ["id": 3, "name": "more", "kind": "files", "max": 1, "keepsPlace": true],
    ]
  ]

  private static let sound: Data = {
    func little(_ value: UInt32, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
    }
    return Data(
      Array("RIFF".utf8) + little(36 + 16_000, 4) + Array("WAVEfmt ".utf8) + little(16, 4)
        + little(1, 2) + little(1, 2) + little(8_000, 4) + little(16_000, 4) + little(2, 2)
        + little(16, 2) + Array("data".utf8) + little(16_000, 4)
        + [UInt8](repeating: 7, count: 16_000))
  }()

  /// A GIF of one pixel, no two of one number alike.
  private func gif(_ number: UInt8) -> Data {
    Data(
      Array("GIF89a".utf8) + [
        1, 0, 1, 0, 0x80, 0, 0, number, 0, 0, 255, 255, 255, 0x2C, 0, 0, 0, 0, 1, 0,
      ]
        + [1, 0, 0, 2, 2, 0x44, 1, 0, 0x3B])
  }

  private func made(_ count: Int, answers: Int = 1) async throws -> (Fixture, Project) {
    let fixture = try await Fixture()
    let project = try await fixture.project(
      QualityPlan(answers: .init(min: answers)), ontology: Self.photos)
    try await fixture.load(count, into: project)
    return (fixture, project)
  }

  private func give(
    _ fixture: Fixture, _ project: Project, _ worker: String, _ lease: LeaseID, _ bytes: Data,
    name: String = "one.gif"
  ) async throws -> Contribution {
    try await fixture.vault { vault in
      let files = Contributions(vault, worker: worker, project: project.id)
      let begun = try await files.begin(name, size: bytes.count, for: ClassID(1), on: lease)
      return try await files.append(bytes, at: 0, to: begun.id, on: lease)
    }
  }

  @discardableResult
  private func answer(
    _ fixture: Fixture, _ project: Project, _ worker: String, _ lease: LeaseID, _ files: [AssetID?]
  ) async throws -> Answers.Receipt {
    try await fixture.vault {
      try await Answers($0, worker: worker, project: project.id).submit(
        [
          ["class": "photos", "files": .array(files.map { .string($0?.text ?? "") })],
          ["class": "place", "option": "outside"],
        ], for: lease, activeMilliseconds: 1_000)
    }
  }

  @Test func aFileThatComesInPartsIsWholeAfterACrashBetweenThem() async throws {
    let (fixture, project) = try await made(1)
    let lease = try #require(try await fixture.next(project, "ann")).lease.id
    let bytes = gif(1)
    let begun = try await fixture.vault {
      let files = Contributions($0, worker: "ann", project: project.id)
      let begun = try await files.begin(
        "../a\u{7}b.gif", size: bytes.count, for: ClassID(1), on: lease)
      return try await files.append(bytes[..<10], at: 0, to: begun.id, on: lease)
    }
    #expect(begun.received == 10 && begun.asset == nil && begun.name == "ab.gif")
    try await fixture.reopen()
    try await fixture.vault { vault in
      let files = Contributions(vault, worker: "ann", project: project.id)
      #expect(try await files.list(on: lease).map(\.received) == [10])
      await #expect(throws: Refusal.self) {
        try await files.append(bytes[..<10], at: 0, to: begun.id, on: lease)
      }
      await #expect(throws: Refusal.self) {
        try await files.append(bytes[10...] + [0], at: 10, to: begun.id, on: lease)
      }
      let whole = try await files.append(bytes[10...], at: 10, to: begun.id, on: lease)
      let asset = try await Assets(vault, actor: .console).get(try #require(whole.asset))
      #expect(asset.type == "image/gif" && asset.imageSize == ImageSize(width: 1, height: 1))
      #expect(try Assets(vault, actor: .console).content(of: asset).whole() == bytes)
      // Sent again, because its answer did not come.
      #expect(try await files.append(bytes[10...], at: 10, to: begun.id, on: lease) == whole)
    }
  }

  @Test func anAnswerNamesOnlyFilesOfItsOwnTaskAndWorker() async throws {
    let (fixture, project) = try await made(2, answers: 2)
    let ann = try #require(try await fixture.next(project, "ann")).lease.id
    let bob = try #require(try await fixture.next(project, "bob")).lease.id
    let given = try await give(fixture, project, "ann", ann, gif(1))
    await #expect(throws: Refusal.self) {
      try await answer(fixture, project, "bob", bob, [given.asset])
    }
    await #expect(throws: Refusal.self) { try await answer(fixture, project, "ann", ann, [nil]) }
    await #expect(throws: Refusal.self) {
      try await answer(fixture, project, "ann", ann, [given.asset, given.asset])
    }
    await #expect(throws: Refusal.self) { try await answer(fixture, project, "ann", ann, []) }
    try await answer(fixture, project, "ann", ann, [given.asset])
  }

  @Test func whatWasContributedOnceIsNotTakenAgain() async throws {
    let (fixture, project) = try await made(2)
    let ann = try #require(try await fixture.next(project, "ann")).lease.id
    let bob = try #require(try await fixture.next(project, "bob")).lease.id
    let first = try await give(fixture, project, "ann", ann, gif(1))
    // Both have it before either answers: who answers first keeps it.
    let second = try await give(fixture, project, "bob", bob, gif(1))
    #expect(first.asset == second.asset)
    try await answer(fixture, project, "ann", ann, [first.asset])
    await #expect(throws: Refusal.contributedBefore("one.gif")) {
      try await answer(fixture, project, "bob", bob, [second.asset])
    }
    await #expect(throws: Refusal.contributedBefore("again.gif")) {
      try await give(fixture, project, "bob", bob, gif(1), name: "again.gif")
    }
    let other = try await give(fixture, project, "bob", bob, gif(2))
    try await answer(fixture, project, "bob", bob, [other.asset])
  }

  @Test func whatAnAnswerLeavesOutIsThrownAwayAndWhatAManagerHasStays() async throws {
    let (fixture, project) = try await made(1)
    let lease = try #require(try await fixture.next(project, "ann")).lease.id
    let kept = try await give(fixture, project, "ann", lease, gif(1))
    let left = try await give(fixture, project, "ann", lease, gif(2))
    let shared = try await give(fixture, project, "ann", lease, gif(3))
    let known = try await fixture.vault {
      try await Assets($0, actor: .console).store(gif(3), name: "mine.gif")
    }
    #expect(known.id == shared.asset)
    try await answer(fixture, project, "ann", lease, [kept.asset])
    try await fixture.vault { vault in
      let assets = Assets(vault, actor: .console)
      await #expect(throws: Refusal.self) { try await assets.get(try #require(left.asset)) }
      for asset in [kept.asset, shared.asset] {
        #expect(try assets.content(of: try await assets.get(try #require(asset))).whole() != nil)
      }
      let list = try await Contributions(vault, worker: "ann", project: project.id).list(on: lease)
      #expect(list.map(\.asset) == [kept.asset])
    }
  }

  @Test func filesThatTheQuestionDoesNotTakeAreRefusedAndGone() async throws {
    let (fixture, project) = try await made(1)
    let lease = try #require(try await fixture.next(project, "ann")).lease.id
    for bytes in [
      Data("<html>no photo</html>".utf8), gif(1).dropLast(),
      Data([0x1A, 0x45, 0xDF, 0xA3] + [UInt8](repeating: 0, count: 20)),
    ] {
      await #expect(throws: Refusal.self) {
        try await give(fixture, project, "ann", lease, Data(bytes))
      }
    }
    try await fixture.vault { vault in
      let files = Contributions(vault, worker: "ann", project: project.id)
      #expect(try await files.list(on: lease).isEmpty)
      await #expect(throws: Refusal.self) {
        try await files.begin("x", size: Assets.sizeLimit + 1, for: ClassID(1), on: lease)
      }
      _ = try await files.begin("x", size: Assets.sizeLimit, for: ClassID(1), on: lease)
      await #expect(throws: Refusal.self) {
        try await files.begin("x", size: 0, for: ClassID(1), on: lease)
      }
      await #expect(throws: Refusal.self) {
        try await files.begin("x", size: 1, for: ClassID(2), on: lease)
      }
      for _ in 1..<Contributions.countLimit {
        _ = try await files.begin("x", size: 1, for: ClassID(1), on: lease)
      }
      await #expect(
        throws: Refusal.tooLarge(what: "files of a task", limit: Contributions.countLimit)
      ) {
        try await files.begin("x", size: 1, for: ClassID(1), on: lease)
      }
      // What nobody goes on with is gone after a week.
      fixture.advance(Contributions.keptMilliseconds + 1)
    }
    let left = try await fixture.vault { vault in
      try await Contributions.sweep(vault)
      return try await vault.database.read { try Contributions.all(of: 1, by: "ann", vault, $0) }
    }
    #expect(left.isEmpty)
  }

  @Test func whatWaitsForAnAnswerHasALimit() async throws {
    let (fixture, project) = try await made(1)
    let lease = try #require(try await fixture.next(project, "ann")).lease.id
    try await fixture.vault { vault in
      let files = Contributions(vault, worker: "ann", project: project.id)
      var rest = Contributions.byteLimit
      while rest > 0 {
        let size = min(rest, Assets.sizeLimit)
        _ = try await files.begin("x", size: size, for: ClassID(1), on: lease)
        rest -= size
      }
      await #expect(throws: Refusal.self) {
        try await files.begin("x", size: 1, for: ClassID(1), on: lease)
      }
    }
  }

  @Test func acceptedContributionsAreItemsOfADatasetOnce() async throws {
    let (fixture, project) = try await made(2)
    let dataset = try await fixture.vault {
      try await Datasets($0, actor: .console).create(name: "Gathered").id
    }
    func collected() async throws -> [CollectedProject] {
      try await fixture.vault {
        let items = CollectedItems($0, actor: .console, dataset: dataset)
        _ = try await items.follow(project.id)
        try await items.gather()
        return try await items.list()
      }
    }
    #expect(try await collected().map(\.items) == [0])
    let lease = try #require(try await fixture.next(project, "ann")).lease.id
    let photo = try await give(fixture, project, "ann", lease, gif(1))
    let sound = try await give(fixture, project, "ann", lease, Self.sound, name: "voice.wav")
    #expect(try await collected().map(\.items) == [0])
    try await answer(fixture, project, "ann", lease, [sound.asset, photo.asset])
    #expect(try await collected().map(\.items) == [2])
    #expect(try await collected().map(\.items) == [2])
    let found = try await fixture.vault { vault in
      try await vault.database.read { connection in
        try (0..<2).compactMap { try Datasets.item($0, of: dataset, vault, connection) }
      }
    }
    let named = [sound.asset.map { "\($0).wav" }, photo.asset.map { "\($0).gif" }]
    #expect(found.map { $0.item.name.split(separator: "/").last.map(String.init) } == named)
    let fields = JSON.object(found[0].item.metadata)
    #expect(
      fields["place"] == "outside" && fields["worker"] == "ann"
        && fields["media_type"] == "audio/wav")
    #expect(fields["seconds"]?.number == 1)
    #expect(found[1].item.size == ImageSize(width: 1, height: 1))
    let other = try await fixture.project()
    await #expect(throws: Refusal.self) {
      try await fixture.vault {
        try await CollectedItems($0, actor: .console, dataset: dataset).follow(other.id)
      }
    }
  }

  @Test func aFileAnswersTheQuestionItWasGivenFor() async throws {
    let (fixture, project) = try await made(1)
    let lease = try #require(try await fixture.next(project, "ann")).lease.id
    let open = try await fixture.vault { vault in
      let files = Contributions(vault, worker: "ann", project: project.id)
      let begun = try await files.begin("one.gif", size: gif(1).count, for: ClassID(3), on: lease)
      return try await files.append(gif(1), at: 0, to: begun.id, on: lease)
    }
    await #expect(throws: Refusal.self) { try await answer(fixture, project, "ann", lease, [open.asset]) }
  }

  @Test func twoRequestsThatFinishOneFileMakeOneOfIt() async throws {
    let (fixture, project) = try await made(1)
    let lease = try #require(try await fixture.next(project, "ann")).lease.id
    let bytes = gif(1)
    let found = try await fixture.vault { vault in
      let files = Contributions(vault, worker: "ann", project: project.id)
      let begun = try await files.begin("one.gif", size: bytes.count, for: ClassID(1), on: lease)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { _ = try? await files.append(bytes, at: 0, to: begun.id, on: lease) }
        for _ in 0..<8 {
          group.addTask { _ = try? await files.append(Data(), at: bytes.count, to: begun.id, on: lease) }
        }
        try await group.waitForAll()
      }
      let list = try await files.list(on: lease)
      let whole = try await list.first?.asset.asyncMap {
        try await Assets(vault, actor: .console).get($0).size
      }
      return (list.count, whole)
    }
    #expect(found == (1, bytes.count))
  }

  @Test func whoJudgesMayKeepAllThatSeveralGave() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project(
      QualityPlan(answers: .init(min: 3), review: .init(sampleRate: 1)), ontology: Self.photos)
    try await fixture.load(1, into: project)
    var all: [AssetID?] = []
    for (number, worker) in ["ann", "bob", "cyd"].enumerated() {
      let lease = try #require(try await fixture.next(project, worker)).lease.id
      let files = [gif(UInt8(10 + 2 * number)), gif(UInt8(11 + 2 * number))]
      var own: [AssetID?] = []
      for file in files { own.append(try await give(fixture, project, worker, lease, file).asset) }
      try await answer(fixture, project, worker, lease, own)
      all += own
    }
    let review = try #require(try await fixture.next(project, "rex", stage: .review))
    let seen = try await fixture.vault {
      try await Contributions($0, worker: "rex", project: project.id).list(on: review.lease.id)
    }
    let result = review.review?.consensus?.annotations.first?.value
    #expect(seen.count == 6 && result == .files(all.map { $0?.text ?? "" }))
    let kept = all.dropLast().map { JSON.string($0?.text ?? "") }
    let task = try await fixture.vault {
      try await Reviews($0, reviewer: "rex", project: project.id).submit(
        .init(kind: .fix, annotations: [["class": "photos", "files": .array(kept)]]), for: review.lease.id,
        activeMilliseconds: 1)
    }
    #expect(task.lifecycle.state == .completed)
    let dataset = try await fixture.vault { try await Datasets($0, actor: .console).create(name: "D").id }
    let items = try await fixture.vault {
      let items = CollectedItems($0, actor: .console, dataset: dataset)
      _ = try await items.follow(project.id)
      try await Datasets($0, actor: .console).bringNews(to: dataset)
      return try await items.list()
    }
    #expect(items.map(\.items) == [5])
  }
}
