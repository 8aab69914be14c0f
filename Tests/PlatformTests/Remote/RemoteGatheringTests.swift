import Formats
import Foundation
import Store
import Synchronization
import Testing

@testable import Platform

@Suite struct RemoteGatheringTests {
  /// A bucket in memory with pages of three keys, that can fall away.
  private final class Store: FilesAlone {
    struct State {
      var files: [String: String] = [:]
      var asked = 0
      /// After so many questions it answers no more.
      var lasts = Int.max
      var refusal = EgressRefusal.status(403)
    }
    let state: Mutex<State>

    init(_ files: [String: String]) {
      var state = State()
      state.files = files
      self.state = Mutex(state)
    }

    func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

    func fetch(_ url: String, limit: Int) async throws(EgressRefusal) -> Data {
      let answer: Result<Data, EgressRefusal> = state.withLock { state in
        state.asked += 1
        guard state.asked <= state.lasts else { return .failure(state.refusal) }
        let parts = URLComponents(string: url)
        let query = Dictionary(
          (parts?.queryItems ?? []).map { ($0.name, $0.value ?? "") },
          uniquingKeysWith: { a, _ in a })
        guard query["list-type"] != nil else {
          let key = String(parts?.path.dropFirst("/bucket/".count) ?? "")
          guard let kind = state.files[key] else { return .failure(.status(404)) }
          if kind == "broken" { return .success(Data("no image".utf8)) }
          if key.hasSuffix(".txt") { return .success(Data("mail ada@example.org".utf8)) }
          return .success(
            Data(PNGWriter.png(Array("\(key)\(kind)12".utf8.prefix(6)), width: 2, height: 1)))
        }
        let after = query["continuation-token"] ?? query["start-after"] ?? ""
        let keys = state.files.keys.sorted().filter {
          $0 > after && $0.hasPrefix(query["prefix"] ?? "")
        }
        let page = keys.prefix(3)
        let rows = page.map {
          "<Contents><Key>\($0)</Key><ETag>\"\(state.files[$0] ?? "")\"</ETag></Contents>"
        }
        let mark =
          keys.count > 3 ? "<NextContinuationToken>\(page.last ?? "")</NextContinuationToken>" : ""
        return .success(
          Data("<ListBucketResult>\(rows.joined())\(mark)</ListBucketResult>".utf8))
      }
      return try answer.get()
    }

  }

  private struct World {
    let fixture: Fixture
    let store: Store
    let dataset: DatasetID
    let source: RemoteSourceID

    init(
      _ files: [String: String], mode: RemoteSource.Mode = .reference, include: [String] = []
    ) async throws {
      fixture = try await Fixture()
      store = Store(files)
      (dataset, source) = try await fixture.vault { vault in
        let dataset = try await Datasets(vault, actor: .console).create(name: "D")
        let location = try RemoteLocation(
          "s3://bucket/", endpoint: "http://store:9000",
          keys: BucketKeys(access: "AK", secret: "SK"))
        let made = try await RemoteSources(vault, actor: .console).create(
          location, mode: mode, include: include, of: dataset.id)
        return (dataset.id, made.id)
      }
    }

    @discardableResult
    func run() async throws -> RemoteSource {
      try await fixture.vault { vault in
        try await RemoteGathering(vault, fetcher: store).run(source)
        return try await RemoteSources(vault, actor: .console).get(source)
      }
    }

    func again() async throws {
      _ = try await fixture.vault {
        try await RemoteSources($0, actor: .console).runAgain(source, of: dataset)
      }
    }

    func items() async throws -> [Datasets.FoundItem] {
      try await fixture.vault {
        try await Datasets($0, actor: .console).items(Array(0..<100), of: dataset, with: [])
      }
    }
  }

  private static let eight = Dictionary(uniqueKeysWithValues: (0..<8).map { ("p/\($0).png", "v1") })

  @Test func aBucketIsGatheredByReferenceAndFetchedWhenItIsLookedAt() async throws {
    let world = try await World(Self.eight.merging(["readme.md": "x"]) { a, _ in a })
    let done = try await world.run()
    #expect(done.state == .completed && done.counts.added == 8 && done.counts.skipped == 1)
    #expect(world.store.state.withLock { $0.asked } == 3)
    let items = try await world.items()
    #expect(items.map(\.item.name) == Self.eight.keys.sorted())
    let image = try #require(items.first?.image)
    #expect(image == "s3://bucket/p/0.png?source=\(world.source)#v1")
    let asset = try await world.fixture.vault {
      try await Assets($0, actor: .console).remote(image, by: world.store)
    }
    #expect(asset.type == "image/png")
  }

  @Test func whatIsFetchedWhenItIsLookedAtGivesItsItemItsSize() async throws {
    let world = try await World(Self.eight)
    try await world.run()
    let before = try await world.items()
    #expect(before[0].item.size == nil)
    for _ in 0..<2 {
      _ = try await world.fixture.vault {
        try await Datasets($0, actor: .console)
          .image(of: before[0], in: world.dataset, by: world.store)
      }
    }
    let after = try await world.items()
    #expect(after[0].item.size?.width == 2 && after[0].item.metadata == before[0].item.metadata)
    #expect(after[0].image == before[0].image && after[1].item.size == nil)
    // Listed again it is the same file.
    try await world.again()
    #expect(try await world.run().counts == .init(listed: 8))
    let found = try await world.fixture.vault {
      try await ItemSearch($0, dataset: world.dataset).numbers("width = 2", from: 0, limit: 5).count
    }
    #expect(found == 1)
    // Of another file nothing is known until it is looked at.
    world.store.change { $0.files["p/0.png"] = "v2" }
    try await world.again()
    #expect(try await world.run().counts.changed == 1)
    #expect(try await world.items()[0].item.size == nil)
  }

  @Test func gatheredAgainNothingChangesUntilTheFileDoes() async throws {
    let world = try await World(Self.eight)
    try await world.run()
    try await world.again()
    #expect(try await world.run().counts == .init(listed: 8))
    world.store.change { $0.files["p/3.png"] = "v2" }
    world.store.change { $0.files["p/9.png"] = "v1" }
    try await world.again()
    let counts = try await world.run().counts
    #expect(counts.added == 1 && counts.changed == 1)
    let items = try await world.items()
    #expect(items.count == 9 && items[3].image?.hasSuffix("#v2") == true)
  }

  @Test func whatWasCutOffGoesOnAfterTheLastPortion() async throws {
    let world = try await World(Self.eight)
    world.store.change { $0.lasts = 2 }
    let failed = try await world.run()
    #expect(failed.state == .failed && failed.counts.listed == 6)
    #expect(failed.reason?.contains("keys") == true)
    try await world.fixture.reopen()
    world.store.change {
      $0.lasts = .max
      $0.asked = 0
    }
    try await world.again()
    let done = try await world.run()
    #expect(done.state == .completed && done.counts.listed == 8 && done.counts.added == 8)
    #expect(world.store.state.withLock { $0.asked } == 1)
  }

  @Test func copiesAreHereWithTheirSizesAndTextsWithWhatIsPersonalInThem() async throws {
    let world = try await World(
      ["a.png": "1", "b.png": "broken", "c.txt": "1", "d.png": "2"], mode: .copy, include: ["?.*"])
    let done = try await world.run()
    #expect(done.counts.added == 3 && done.counts.failed == 1)
    #expect(done.problems.map(\.file) == ["b.png"])
    let items = try await world.items()
    #expect(items.map(\.item.name) == ["a.png", "c.txt", "d.png"])
    #expect(items[0].item.size?.width == 2 && items[0].image.flatMap { AssetID($0) } != nil)
    #expect(items[1].item.text == "mail ada@example.org")
    #expect(items[1].item.metadata.contains { $0.name == StoredItem.personalDataField })
  }

  @Test func aPassingFaultIsTriedAgain() async throws {
    let world = try await World(Self.eight)
    world.store.change {
      $0.lasts = 0
      $0.refusal = .status(503)
    }
    let store = world.store
    Task {
      try await Task.sleep(for: .milliseconds(100))
      store.change { $0.lasts = .max }
    }
    #expect(try await world.run().state == .completed)
  }

  @Test func anItemThatIsNotFromHereIsLeftAloneAndSaid() async throws {
    let world = try await World(Self.eight)
    try await world.run()
    let other = try await world.fixture.vault { vault in
      let place = try RemoteLocation("s3://bucket/p", endpoint: "http://store:9000")
      return try await RemoteSources(vault, actor: .console).create(
        place, mode: .copy, of: world.dataset
      ).id
    }
    let done = try await world.fixture.vault { vault in
      try await RemoteGathering(vault, fetcher: world.store).run(other)
      return try await RemoteSources(vault, actor: .console).get(other)
    }
    #expect(done.counts.failed == 8 && done.problems[0].reason.contains("from s3://bucket/"))
    #expect(try await world.items()[0].image?.hasPrefix("s3://") == true)
  }

  @Test func filesThatCannotBeHadJustNowAreNotPassedOver() async throws {
    let world = try await World(Self.eight, mode: .copy)
    world.store.change {
      $0.lasts = 3
      $0.refusal = .unreachable(host: "store")
    }
    #expect(try await world.run().state == .failed)
    world.store.change { $0.lasts = .max }
    try await world.again()
    let done = try await world.run()
    #expect(done.state == .completed && done.counts.added == 8 && done.counts.failed == 0)
  }

  @Test func withoutItsSourceAnImageIsNotFetchedAndNoOtherBucketIsRead() async throws {
    let world = try await World(Self.eight)
    try await world.run()
    try await world.fixture.vault { vault in
      let other = "s3://secrets/p/0.png?source=\(world.source)"
      await #expect(throws: Refusal.unknown(.source, other)) {
        try await Assets(vault, actor: .console).remote(other, by: world.store)
      }
      try await RemoteSources(vault, actor: .console).remove(world.source, of: world.dataset)
      await #expect(throws: Refusal.unknown(.source, "\(world.source)")) {
        try await Assets(vault, actor: .console).remote(
          "s3://bucket/p/0.png?source=\(world.source)", by: world.store)
      }
    }
  }

  @Test func aDatasetHasSoManySources() async throws {
    let world = try await World([:])
    try await world.fixture.vault { vault in
      let sources = RemoteSources(vault, actor: .console)
      let place = try RemoteLocation("https://host/")
      for _ in 1..<RemoteSources.countLimit {
        _ = try await sources.create(place, mode: .copy, of: world.dataset)
      }
      await #expect(
        throws: Refusal.tooLarge(what: "sources of a dataset", limit: RemoteSources.countLimit)
      ) {
        try await sources.create(place, mode: .copy, of: world.dataset)
      }
    }
  }
}
