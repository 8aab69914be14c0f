import Formats
import Foundation
import Testing
import Workflow

@testable import Platform

@Suite struct FeedbackTests {
  @Test func anImageThatCameFromElsewhereIsShownWithWhatWasSaidOfIt() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project(
      QualityPlan(answers: .init(min: 1, max: 1), review: .init(sampleRate: 1)))
    try await fixture.load(#"{"image": "https://x.org/cat.png"}"#, into: project)
    let leased = try #require(try await fixture.next(project, "ann"))
    let image = try await fixture.vault {
      try await Leases($0, worker: "ann", project: project.id).image(leased.lease.id, by: OneImage())
    }
    try await fixture.submit(project, "ann", leased.lease.id)
    let review = try #require(try await fixture.next(project, "rex", stage: .review))
    _ = try await fixture.vault {
      try await Reviews($0, reviewer: "rex", project: project.id).submit(
        .init(kind: .reject, reason: "blurred"), for: review.lease.id, activeMilliseconds: 0)
    }
    let told = try await fixture.vault {
      try await Feedback($0, worker: "ann", project: project.id).list()
    }
    #expect(told.map(\.image) == [image.id] && told.first?.isNew == true)
    #expect(told.first?.remarks.map(\.text) == ["blurred"])
  }
}
