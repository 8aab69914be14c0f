import Consensus
import Foundation
import Notation
import Platform
import Store
import StoreSQLite
import Workflow
import Workforce

/// An operator, its clients and a workforce in virtual time: people take what has its turn, answer, are
/// judged, paid, heard and forgotten.
struct QuarterWorld: Sendable {
  struct Person: Sendable {
    var id: UserID
    /// Answers without looking.
    var isPlanted: Bool

    var principal: Principal {
      Principal(identity: .user(id, email: ""), grants: [.init(client: nil, role: .worker)])
    }
  }

  static let day: Int64 = 24 * 3_600_000
  private static let start: Int64 = 1_790_000_000_000
  private static let options = ["good", "bad", "mixed", "none"]
  /// One in so many tasks has a known answer, and one in so many people does not look.
  private static let goldEvery = 20
  private static let plantedEvery = 20
  private static let clients = 3
  private static let projectsPerClient = 1
  private static let answersPerTask = 3
  /// Lines of one import.
  private static let importLines = 20_000

  let time: VirtualTime
  let engine: DataEngine
  private let folder: DataFolder
  private(set) var people: [Person] = []
  private(set) var projects: [ProjectID: ClientID] = [:]

  init(workers: Int, answers: Int, seed: UInt64) async throws {
    time = VirtualTime(start: Self.start, seed: seed)
    folder = DataFolder(path: NSTemporaryDirectory() + "assay-quarter-\(UUID().uuidString)")
    engine = try await DataEngine.open(
      folder, environment: time.environment, openDatabase: { try SQLiteDatabase(path: $0) })
    let tasks = answers / Self.answersPerTask / (Self.clients * Self.projectsPerClient) + 200
    for client in 0..<Self.clients { try await addClient(client, tasks: tasks) }
    for number in 0..<workers {
      let user = try await Users(engine, actor: .console, password: Password(logN: 1)).create(
        email: "w\(number)@example.org", password: "a long password", role: .worker, client: nil)
      try await WorkerProfiles(engine).set(
        WorkerProfile(from: ["name": "W", "account": .string("provider \(number)")]), of: user.id)
      people.append(Person(id: user.id, isPlanted: number % Self.plantedEvery == 0))
    }
  }

  private mutating func addClient(_ number: Int, tasks: Int) async throws {
    let client = try await Clients(engine, actor: .console).create(name: "Lab \(number)")
    for place in 0..<Self.projectsPerClient {
      let project = try await engine.vaults.with(client.id) { vault in
        try await Projects(vault, actor: .console).create(
          .init(
            name: "P\(number)-\(place)",
            ontology: [
              "classes": [
                [
                  "name": "mood", "kind": "category", "required": true,
                  "options": .array(Self.options.map { .string($0) }),
                ]
              ]
            ],
            plan: QualityPlan(
              answers: .init(min: Self.answersPerTask), gold: .init(rate: 0.05, training: 0))))
      }
      try await Directory(engine).put(project, of: client.id)
      try await PayPlans(engine, actor: .console).set(
        PayNotation.plan(from: [
          "rates": [["currency": "USD", "answer": "0.03", "hourly_floor": "3", "settles_after_hours": 48]]
        ]), for: project.id)
      _ = try await Charges(engine).setPrice(
        Money(micros: 150_000, try PayNotation.currency("USD", "currency")), budget: nil,
        for: project.id, by: .console)
      try await load(tasks, into: project.id, of: client.id)
      projects[project.id] = client.id
    }
  }

  private func load(_ count: Int, into project: ProjectID, of client: ClientID) async throws {
    for first in stride(from: 0, to: count, by: Self.importLines) {
      let spool = try Spool(folder: folder.spoolPath)
      for number in first..<min(count, first + Self.importLines) {
        let truth = Self.truth(number)
        let known = #"{"kind": "evaluation", "annotations": [{"class": "mood", "option": "\#(truth)"}]}"#
        let gold = number % Self.goldEvery == 0 ? ", \"gold\": \(known)" : ""
        try spool.append(Data("{\"text\": \"\(number)\"\(gold)}\n".utf8))
      }
      try await engine.vaults.with(client) { vault in
        _ = try await Imports(vault, actor: .console).run(spool, into: project, .init())
      }
    }
  }

  private static func truth(_ number: Int) -> String { options[number * 7 / 3 % options.count] }

  /// One task of whichever project has its turn; false where there is none.
  func work(_ person: Person, _ random: inout SeededGenerator) async throws -> Bool {
    let queue = WorkQueue(engine)
    for project in try await queue.candidates(for: person.principal) {
      guard let found = try await Directory(engine).find(project, for: person.principal) else { continue }
      let listing = try await Directory(engine).settled(found, for: person.principal)
      guard listing.missing.isEmpty else { continue }
      if try await answer(person, listing, &random) { return true }
      queue.hadNothing(project, for: person.principal)
    }
    return false
  }

  private func answer(
    _ person: Person, _ listing: Directory.Listing, _ random: inout SeededGenerator
  ) async throws -> Bool {
    let (isRight, other) = (random.unit() < 0.88, Int.random(in: 0..<4, using: &random))
    // Who does not look is quick.
    let seconds = Int64.random(in: person.isPlanted ? 2...4 : 5...25, using: &random)
    return try await engine.vaults.with(listing.client) { vault in
      let worker = vault.key.pseudonym(of: person.id.text)
      let outcome = try await Dispatch(
        vault, worker: worker, pay: listing.pay, routing: listing.routing
      ).lease(in: listing.project, stage: .label)
      guard case .leased(let tasks) = outcome, let task = tasks.first else { return false }
      WorkQueue(engine).served(listing.project, of: listing.client, tasks: 1)
      let truth = Self.truth(Int(task.content.params["text"]?.string ?? "") ?? 0)
      let option = person.isPlanted || !isRight ? Self.options[other] : truth
      time.advance(1000)
      _ = try await Answers(vault, worker: worker, project: listing.project).submit(
        [["class": "mood", "option": .string(option)]], for: task.lease.id,
        activeMilliseconds: seconds * 1000
      ) {
        WorkDays(engine).note(person.id, on: listing.project, activeMilliseconds: seconds * 1000)
      }
      return true
    }
  }

  /// What the server does by itself, done at the end of a day.
  func endDay(_ number: Int) async throws {
    for client in Set(projects.values) {
      try await engine.vaults.with(client) { vault in
        try await Earnings(engine).collect(from: vault)
        try await Charges(engine).collect(from: vault)
      }
    }
    for listing in try await Directory(engine).operated() {
      try await ConductReview(engine).run(on: listing)
    }
    try await WorkDays(engine).flush()
    time.advance(to: Self.start + Int64(number + 1) * Self.day)
    try await Earnings(engine).settleDue()
  }

  func close() async {
    await engine.close()
    try? FileManager.default.removeItem(atPath: folder.path)
  }
}
