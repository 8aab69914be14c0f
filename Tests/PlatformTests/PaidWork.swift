import Foundation
import Labels
import Notation
import Store
import Testing
import Workflow
import Workforce

@testable import Platform

/// A project that pays, and a worker of the operator's.
struct PaidWork {
  let fixture: Fixture
  let project: Project
  let worker: UserID
  let dollar = Currency("USD")!

  init(
    _ plan: QualityPlan = QualityPlan(), _ rate: JSON = ["currency": "USD", "answer": "0.10"],
    ontology: JSON = Fixture.sentiment
  ) async throws {
    fixture = try await Fixture()
    project = try await fixture.project(plan, ontology: ontology)
    worker = try await Users(fixture.engine, actor: .console, password: Password(logN: 4)).create(
      email: "w@example.org", password: "a long password", role: .worker, client: nil
    ).id
    try await pay(rate)
  }

  func pay(_ rate: JSON) async throws {
    try await PayPlans(fixture.engine, actor: .console).set(
      PayNotation.plan(from: ["rates": [rate]]), for: project.id)
  }

  var principal: Principal {
    Principal(identity: .user(worker, email: "w@example.org"), grants: [.init(client: nil, role: .worker)])
  }

  func terms() async throws -> PayTerms? {
    try await fixture.listing(project.id, for: principal)?.pay
  }

  func lease() async throws -> LeasedTask {
    let terms = try await terms()
    let outcome = try await fixture.vault {
      try await Dispatch($0, worker: $0.key.pseudonym(of: worker.text), pay: terms).lease(
        in: project.id, stage: .label)
    }
    guard case .leased(let tasks) = outcome, let task = tasks.first else {
      throw Refusal.unknown(.task, "none left")
    }
    return task
  }

  @discardableResult
  func answer(_ lease: LeasedTask, active: Int64 = 0, _ option: String = "good") async throws
    -> Answers.Receipt
  {
    try await fixture.vault {
      try await Answers($0, worker: $0.key.pseudonym(of: worker.text), project: project.id).submit(
        [["class": "mood", "option": .string(option)]], for: lease.lease.id,
        activeMilliseconds: active)
    }
  }

  @discardableResult
  func collect() async throws -> Int {
    try await fixture.vault { try await Earnings(fixture.engine).collect(from: $0) }
  }

  func total() async throws -> PayStatement.Total {
    try await PayStatement(fixture.engine, of: worker).totals().first
      ?? PayStatement.Total(currency: dollar)
  }

  func items() async throws -> [Earnings.Item] {
    try await PayStatement(fixture.engine, of: worker).items(before: nil, limit: 100)
  }

  /// The law of the books.
  func check() async throws {
    let ledger = Ledger(fixture.engine)
    #expect(try await ledger.faults() == [])
    var sums: [Currency: Int64] = [:]
    for balance in try await ledger.trialBalance() { sums[balance.currency, default: 0] += balance.micros }
    #expect(sums.values.allSatisfy { $0 == 0 })
  }

  func settle() async throws {
    fixture.advance(PayRate.defaultSettlesAfterHours * 3_600_000)
    try await Earnings(fixture.engine).settleDue()
  }

  func sayWhereTo(_ account: String = "GB82WEST12345698765432") async throws {
    try await WorkerProfiles(fixture.engine).set(
      WorkerProfile(from: ["name": "Wanjiru", "account": .string(account)]), of: worker)
  }
}
