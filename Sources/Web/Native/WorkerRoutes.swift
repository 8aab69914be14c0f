import Foundation
import Hummingbird
import Notation
import Platform
import Store
import Workforce

/// One worker as the operator's people see them, and who reviews for the operator.
enum WorkerRoutes {
  static let all: [Route] = [file] + reviewers

  private static let file = Route(
    .get, "/api/workers/{worker}", .leads,
    "What a worker says of themselves, did from `from` to `to`, may work on, and what was decided.",
    query: [.day("from", "The first day."), .day("to", "The last day."), .limit]
  ) { call in
    let user: UserID = try call.id("worker", .user)
    let people = try await Users(call.engine, actor: call.who().actor).members(of: nil)
    guard let person = people.first(where: { $0.user.id == user && $0.role == .worker }) else {
      throw Refusal.unknown(.user, user.text)
    }
    let days = try WorkforceRoutes.days(call)
    let report = try await TeamBoard(call.engine).report(days, .init(user: user))
    let decisions = try await Decisions(call.engine).list(
      of: user, in: nil, limit: call.pageLimit())
    let parts: [JSON.Member] = [
      .init("profile", try await WorkerProfiles(call.engine).get(user).shared),
      .init("work", .array(report.map(\.json))),
      .init("days", .array(try await TeamBoard(call.engine).daily(days, of: user).map(\.json))),
      .init("projects", .array(try await standings(of: person.user, call))),
      .init("decisions", .array(decisions.map(\.json))),
    ]
    return .json(person.json.adding(parts))
  }

  /// What somebody may work on, what they lack for the rest, and how well they do.
  private static func standings(of user: Users.User, _ call: Call) async throws -> [JSON] {
    let principal = Principal(
      identity: .user(user.id, email: user.email), grants: [.init(client: nil, role: .worker)])
    var items: [JSON] = []
    for listing in try await Directory(call.engine).open(to: principal) {
      let quality = try await call.engine.vaults.with(listing.client) { vault in
        try await OwnQuality(vault).measure(
          vault.key.pseudonym(of: user.id.text), in: listing.project)
      }
      items.append([
        "project": .string(listing.project.text), "name": .string(listing.name),
        "missing": .array(listing.missing.map(EligibilityNotation.json)),
        "qualification": ExamCourse.summary(listing), "reviewer": .bool(listing.isReviewer),
        "quality": quality.judged > 0 ? quality.json : .null,
      ])
    }
    return items
  }

  private static let reviewers: [Route] = [
    Route(
      .get, "/api/reviewers/{project}", .reviewLeads,
      "Who of the workforce reviews a project, and how often others agree with them."
    ) { call in
      let lines = try await OperatorReviewers(call.engine).list(of: call.id("project", .project))
      return .json(.page(lines.map(\.json), next: nil))
    },
    Route(
      .put, "/api/reviewers/{project}/{worker}", .reviewLeads,
      "Lets a worker review a project's answers; they are told why.",
      body: [.string("reason", isRequired: true)]
    ) { call in
      try await OperatorReviewers(call.engine).appoint(
        call.id("worker", .user), to: call.id("project", .project),
        reason: try await call.fields().string("reason"), by: call.who().actor)
      return .noContent
    },
    Route(
      .delete, "/api/reviewers/{project}/{worker}", .reviewLeads,
      "Ends that; they are told why.", body: [.string("reason", isRequired: true)]
    ) { call in
      try await OperatorReviewers(call.engine).dismiss(
        call.id("worker", .user), from: call.id("project", .project),
        reason: try await call.fields().string("reason"), by: call.who().actor)
      return .noContent
    },
  ]
}

extension OperatorReviewers.Line {
  var json: JSON {
    [
      "worker": .string(user.text), "email": .string(email), "since": .time(since),
      "reviews": .count(record?.reviews ?? 0), "accepted": .count(record?.accepted ?? 0),
      "fixed": .count(record?.fixed ?? 0), "rejected": .count(record?.rejected ?? 0),
      "judged": .count(record?.judged ?? 0), "agreed": .count(record?.agreed ?? 0),
      "active_seconds": .int((record?.activeMilliseconds ?? 0) / 1000),
    ]
  }
}

extension TeamBoard.Day {
  var json: JSON {
    [
      "day": .time(day * WorkDays.dayMilliseconds), "answers": .int(answers),
      "active_seconds": .int(activeMilliseconds / 1000),
    ]
  }
}
