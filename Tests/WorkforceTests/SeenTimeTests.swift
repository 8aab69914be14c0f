import Testing

@testable import Workforce

@Suite struct SeenTimeTests {
  private let begin = SeenTime(at: 1_000_000)
  private let minute: Int64 = 60_000

  @Test func whatPassedOnTheServersClockIsBelieved() {
    let one = begin.followed(by: minute, at: begin.at + minute)
    #expect(one == SeenTime(milliseconds: minute, at: begin.at + minute))
    #expect(one.followed(by: minute + 30_000, at: one.at + minute).milliseconds == minute + 30_000)
  }

  @Test func aClockThatRunsAheadAddsNoMoreThanPassed() {
    #expect(begin.followed(by: 60 * minute, at: begin.at + minute).milliseconds == minute)
    #expect(begin.followed(by: .max, at: begin.at).milliseconds == 0)
  }

  @Test func aClockThatRunsBackTakesNothingAway() {
    let seen = SeenTime(milliseconds: minute, at: begin.at)
    #expect(seen.followed(by: -minute, at: begin.at + minute).milliseconds == minute)
    #expect(seen.followed(by: 2 * minute, at: begin.at - minute) == seen)
  }

  @Test func aSilenceCountsUpToItsLimit() {
    let limit = SeenTime.gapLimit
    #expect(begin.followed(by: .max, at: begin.at + limit).milliseconds == limit)
    #expect(begin.followed(by: .max, at: begin.at + limit + 1).milliseconds == limit)
  }

  @Test func toldTwiceItCountsOnce() {
    let once = begin.followed(by: minute, at: begin.at + minute)
    #expect(once.followed(by: minute, at: once.at + minute).milliseconds == once.milliseconds)
  }
}
