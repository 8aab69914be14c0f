import Foundation
import Notation
import Store
import StoreSQLite
import Synchronization
import Testing
import Workflow

@testable import Platform

/// A data folder of its own on a clock that only the test moves.
final class Fixture: Sendable {
  let folder: DataFolder
  let clock = Mutex<Int64>(1_700_000_000_000)
  private let random: Mutex<UInt64>
  private let opened = Mutex<DataEngine?>(nil)
  private let clientID = Mutex<ClientID?>(nil)

  init(seed: UInt64 = 1) async throws {
    folder = DataFolder(path: NSTemporaryDirectory() + "assay-\(UUID().uuidString)")
    random = Mutex(seed)
    try await reopen()
    let client = try await Clients(engine, actor: .console).create(name: "Lab")
    clientID.withLock { $0 = client.id }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder.path) }

  var engine: DataEngine { opened.withLock { $0! } }
  var client: ClientID { clientID.withLock { $0! } }

  /// As after a crash: what was open is let go of, and opened anew.
  func reopen() async throws {
    let before = opened.withLock { $0 }
    await before?.close()
    let engine = try await DataEngine.open(
      folder,
      environment: Environment(
        now: { self.clock.withLock { $0 } },
        random: {
          self.random.withLock { state in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
          }
        }), openDatabase: { try SQLiteDatabase(path: $0) })
    opened.withLock { $0 = engine }
  }

  func advance(_ milliseconds: Int64) { clock.withLock { $0 += milliseconds } }

  func vault<T: Sendable>(_ body: (ClientVault) async throws -> T) async throws -> T {
    try await engine.vaults.with(client, body)
  }

  static let sentiment: JSON = [
    "classes": [
      ["name": "mood", "kind": "category", "options": ["good", "bad"], "required": true]
    ]
  ]

  func project(
    _ plan: QualityPlan = QualityPlan(), ontology: JSON = Fixture.sentiment,
    name: String = "P\(UUID().uuidString)"
  ) async throws -> Project {
    let project = try await vault { vault in
      try await Projects(vault, actor: .console).create(
        .init(name: name, ontology: ontology, plan: plan))
    }
    try await Directory(engine).put(project, of: client)
    return project
  }

  /// The project as a principal finds it who asks for new work.
  func listing(_ project: ProjectID, for principal: Principal) async throws -> Directory.Listing? {
    guard let listing = try await Directory(engine).find(project, for: principal) else { return nil }
    return try await Directory(engine).settled(listing, for: principal)
  }

  @discardableResult
  func load(
    _ lines: String, into project: Project, _ options: Imports.Options = .init()
  ) async throws -> ImportReport {
    let spool = try Spool(folder: folder.spoolPath)
    try spool.append(Data(lines.utf8))
    return try await vault {
      try await Imports($0, actor: .console).run(spool, into: project.id, options)
    }
  }

  func load(_ count: Int, into project: Project) async throws {
    let lines = (0..<count).map { #"{"text": "t\#($0)"}"# }.joined(separator: "\n")
    let report = try await load(lines, into: project)
    #expect(report.created == count)
  }

  func lease(
    _ project: Project, _ worker: String, stage: AnswerRow.Stage = .label, count: Int = 1,
    isReserve: Bool = false, decidesEscalations: Bool = false
  ) async throws -> Dispatch.Outcome {
    try await vault {
      try await Dispatch($0, worker: worker, decidesEscalations: decidesEscalations).lease(
        in: project.id, stage: stage, count: count, isReserve: isReserve)
    }
  }

  /// The next task of a worker; nil where there is none.
  func next(
    _ project: Project, _ worker: String, stage: AnswerRow.Stage = .label,
    decidesEscalations: Bool = false
  ) async throws -> LeasedTask? {
    if case .leased(let tasks) = try await lease(
      project, worker, stage: stage, decidesEscalations: decidesEscalations)
    {
      return tasks.first
    }
    return nil
  }

  func reason(
    _ project: Project, _ worker: String, stage: AnswerRow.Stage = .label
  ) async throws -> Dispatch.Nothing.Reason? {
    if case .nothing(let nothing) = try await lease(project, worker, stage: stage) {
      return nothing.reason
    }
    return nil
  }

  @discardableResult
  func submit(
    _ project: Project, _ worker: String, _ lease: LeaseID, _ option: String = "good"
  ) async throws -> Answers.Receipt {
    try await vault {
      try await Answers($0, worker: worker, project: project.id).submit(
        [["class": "mood", "option": .string(option)]], for: lease, activeMilliseconds: 1_000)
    }
  }

  func task(_ id: TaskID) async throws -> Tasks.Detail {
    try await vault { try await Tasks($0, actor: .console).get(id) }
  }

  func tasks(_ project: Project) async throws -> [TaskRow] {
    try await vault {
      try await Tasks($0, actor: .console).list(
        in: project.id, .init(), after: nil, limit: 1_000_000)
    }
  }

  func counts(_ project: Project) async throws -> Batch.Counts {
    try await vault { try await Batches($0, actor: .console).counts(of: project.id) }
  }

  func export(_ project: Project, _ format: ExportFormat) async throws -> Data {
    try await vault { vault in
      let exports = Exports(vault, actor: .console)
      var export = try await exports.start(project.id, format: format)
      while export.state == .running {
        try await Task.sleep(for: .milliseconds(5))
        export = try await exports.get(export.id)
      }
      let blob = try exports.content(of: export)
      var data = Data()
      while data.count < export.size ?? 0 {
        data += try blob.chunk(data.count / 65_536)
      }
      return data
    }
  }
}
