import Store
import Testing

@testable import Platform

@Suite struct SignUpTests {
  private func join(_ fixture: Fixture, _ email: String, from address: String = "192.0.2.1") async throws {
    try await SignUps(fixture.engine).signUp(email: email, password: "a long password", from: address)
  }

  private func workers(_ fixture: Fixture) async throws -> [String] {
    try await Users(fixture.engine, actor: .console).members(of: nil).filter { $0.role == .worker }
      .map(\.user.email)
  }

  @Test func peopleJoinOnlyWhereItIsOpen() async throws {
    let fixture = try await Fixture()
    await #expect(throws: Refusal.self) { try await join(fixture, "a@x.org") }
    try await SignUps(fixture.engine).setOpen(true, by: .console)
    try await join(fixture, "A@x.org ")
    try await join(fixture, "a@x.org")
    #expect(try await workers(fixture) == ["a@x.org"], "an address that is known is not told")
    await #expect(throws: Refusal.self) {
      try await SignUps(fixture.engine).signUp(email: "b@x.org", password: "short", from: "")
    }
    try await SignUps(fixture.engine).setOpen(false, by: .console)
    await #expect(throws: Refusal.self) { try await join(fixture, "c@x.org") }
  }

  @Test func anAddressMayJoinSoOftenAndAnotherStillMay() async throws {
    let fixture = try await Fixture()
    try await SignUps(fixture.engine).setOpen(true, by: .console)
    for number in 0..<SignUps.addressLimit { try await join(fixture, "w\(number)@x.org") }
    await #expect(throws: Refusal.tooManyAttempts(retryAfterSeconds: 3600)) {
      try await join(fixture, "more@x.org")
    }
    try await join(fixture, "other@x.org", from: "192.0.2.2")
    fixture.advance(3_600_000)
    try await join(fixture, "more@x.org")
  }
}
