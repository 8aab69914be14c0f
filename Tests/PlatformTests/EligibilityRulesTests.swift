import Notation
import Store
import Testing
import Workforce

@testable import Platform

@Suite struct EligibilityRulesTests {
  private func worker(_ fixture: Fixture, _ email: String, _ profile: JSON?) async throws -> Principal {
    let user = try await Users(
      fixture.engine, actor: .console, password: Password(logN: 2)
    ).create(email: email, password: "a long password", role: .worker, client: nil)
    if let profile {
      try await WorkerProfiles(fixture.engine).set(WorkerProfile(from: profile), of: user.id)
    }
    return Principal(
      identity: .user(user.id, email: email), grants: [.init(client: nil, role: .worker)])
  }

  @Test func aRuleSaysWhoMayWorkAndHowManyThatAre() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    let swahili = try await worker(
      fixture, "a@x.org",
      ["country": "KE", "languages": [["tag": "sw", "level": "native"]], "skills": ["Law"]])
    let silent = try await worker(fixture, "b@x.org", nil)
    let rules = EligibilityRules(fixture.engine, actor: .console)
    #expect(try await rules.get(project.id) == Eligibility())
    #expect(try await rules.preview(Eligibility()) == .init(admitted: 2, workers: 2))
    let rule = try EligibilityNotation.rule(
      from: ["languages": ["sw": "fluent"], "skills": ["law"], "countries": ["KE"]])
    try await rules.set(rule, for: project.id)
    #expect(try await rules.get(project.id) == rule)
    #expect(try await rules.preview(rule) == .init(admitted: 1, workers: 2))
    let directory = Directory(fixture.engine)
    #expect(try await fixture.listing(project.id, for: swahili)?.missing == [])
    let missing = try await fixture.listing(project.id, for: silent)?.missing
    #expect(missing == [.language("sw", .fluent), .skill("law"), .country])
    #expect(try await directory.open(to: silent).first?.missing == missing)
    // Whoever is put out does not count; the client's own people are not asked.
    guard case .user(let id, _) = silent.identity else { return }
    try await Users(fixture.engine, actor: .console).setSuspended(true, user: id)
    #expect(try await rules.preview(rule) == .init(admitted: 1, workers: 1))
    var member = silent
    member.grants = [.init(client: fixture.client, role: .labeler)]
    #expect(try await fixture.listing(project.id, for: member)?.missing == [])
    member.grants.append(.init(client: nil, role: .worker))
    #expect(try await fixture.listing(project.id, for: member)?.missing == missing)
    await #expect(throws: Refusal.self) {
      try await rules.set(rule, for: fixture.engine.environment.newID())
    }
    // What is put again of the project leaves the rule.
    try await directory.put(project, of: fixture.client)
    #expect(try await rules.get(project.id) == rule)
  }

  @Test func wrongRulesAreRefused() {
    for (json, path) in [
      (["languages": ["sw": "best"]], "languages.sw"), (["languages": ["!": "basic"]], "languages.!"),
      (["languages": []], "languages"), (["skills": [""]], "skills[0]"),
      (["countries": ["Kenya"]], "countries[0]"),
      (["countries_denied": ["ke"]], "countries_denied[0]"),
      (["countries": .array((0...Eligibility.listLimit).map { _ in "KE" })], "countries"),
    ] as [(JSON, String)] {
      let refusal = #expect(throws: Refusal.self) { try EligibilityNotation.rule(from: json) }
      guard case .invalid(let found, _)? = refusal else { continue }
      #expect(found == path)
    }
    let most: JSON = ["countries": .array((0..<Eligibility.listLimit).map { _ in "KE" })]
    #expect(throws: Never.self) { try EligibilityNotation.rule(from: most) }
  }

  @Test func peopleAreInvitedToTheWorkforceByALinkOfTheirOwn() async throws {
    let fixture = try await Fixture()
    let invitations = Invitations(fixture.engine, actor: .console, password: Password(logN: 2))
    let invited = try await invitations.invite(["ada@x.org"], as: .worker, to: nil)
    let secret = try #require(invited.first?.secret)
    #expect(try await invitations.address(of: secret) == "ada@x.org")
    // A new link ends the old one.
    let again = try #require(try await invitations.invite(["ada@x.org"], as: .worker, to: nil).first?.secret)
    await #expect(throws: Refusal.self) { try await invitations.address(of: secret) }
    try await invitations.accept(again, password: "a long password")
    await #expect(throws: Refusal.self) { try await invitations.accept(again, password: "a long password") }
    #expect(try await invitations.invite(["ada@x.org"], as: .worker, to: nil).first?.secret == nil)
    let people = try await Users(fixture.engine, actor: .console).members(of: nil)
    #expect(people.map(\.role) == [.worker])
    await #expect(throws: Refusal.self) {
      try await invitations.invite(["b@x.org"], as: .labeler, to: nil)
    }
    await #expect(throws: Refusal.self) {
      try await invitations.invite(["b@x.org"], as: .worker, to: fixture.client)
    }
    // Whom a client has invited chooses a password by the client's link: no role before that.
    let linked = try await invitations.invite(["c@x.org"], as: .admin, to: fixture.client)
    await #expect(throws: Refusal.self) {
      try await invitations.invite(["c@x.org"], as: .worker, to: nil)
    }
    try await invitations.accept(try #require(linked.first?.secret), password: "a long password")
    #expect(try await invitations.invite(["c@x.org"], as: .worker, to: nil).first?.secret == nil)
  }
}
