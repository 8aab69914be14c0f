import Formats
import Foundation
import Testing
import Workflow

@testable import Platform

@Suite struct FeedbackTests {
  /// Has one image, wherever it is asked for.
  private struct OneImage: Fetcher {
    func fetch(_ url: String, limit: Int) async throws(EgressRefusal) -> Data {
      Data(PNGWriter.png([1, 2, 3], width: 1, height: 1))
    }

    func page(at url: String, limit: Int) async throws(EgressRefusal) -> FetchedPage {
      FetchedPage(url: url, body: try await fetch(url, limit: limit))
    }

    func head(of url: String) -> FileHead { FileHead() }

    func post(
      _ json: Data, to url: String, headers: [(name: String, value: String)]
    ) async throws(EgressRefusal) -> Int { 200 }

    func ask(
      _ json: Data, at url: String, headers: [(name: String, value: String)], limit: Int
    ) async throws(EgressRefusal) -> Data { Data() }
  }

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
