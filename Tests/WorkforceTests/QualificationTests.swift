import Testing

@testable import Workforce

@Suite struct QualificationTests {
  private let plan = QualificationPlan(
    questions: 10, passPercent: 80, attempts: 2, retryAfterHours: 24, expiresAfterDays: 30)
  private let hour: Int64 = 3_600_000

  private func examined(_ right: Int, attempt: Int = 1) -> Qualification {
    Qualification(attempt: attempt, at: 0).examined(right: right, of: 10, under: plan, at: 1000)
  }

  @Test func thePassMarkIsMetByAsMuchAndNotByLess() {
    #expect(examined(8).state == .passed)
    #expect(examined(7).state == .failed)
  }

  @Test func whoFailedWaitsAndTriesAgainAsOftenAsThereAreTries() {
    let failed = examined(0)
    #expect(failed.standing(under: plan, at: 1000) == .waiting(until: 1000 + 24 * hour))
    #expect(failed.standing(under: plan, at: 1000 + 24 * hour) == .learning(attempt: 2))
    #expect(examined(0, attempt: 2).standing(under: plan, at: .max / 2) == .exhausted)
  }

  @Test func whoPassedIsQualifiedUntilItExpires() {
    let passed = examined(10)
    #expect(passed.standing(under: plan, at: 30 * 24 * hour) == .qualified)
    #expect(passed.standing(under: plan, at: 1000 + 30 * 24 * hour) == .learning(attempt: 2))
    var forever = plan
    forever.expiresAfterDays = nil
    #expect(passed.standing(under: forever, at: .max) == .qualified)
  }

  @Test func whatWasTakenAwayIsLearnedAnew() {
    let lost = Qualification(state: .lost, attempt: 3, at: 0)
    #expect(lost.standing(under: plan, at: 5) == .learning(attempt: 4))
  }
}
