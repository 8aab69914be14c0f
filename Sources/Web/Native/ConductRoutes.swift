import Notation
import Platform
import Store
import Workforce

/// How people work, and what is decided about it.
enum ConductRoutes {
  static let all: [Route] = rules + decisions + own

  private static let rules: [Route] = [
    Route(
      .get, "/api/conduct-rules", .leads,
      "The versions of the rules of conduct, the newest first; the standard rules are version 0."
    ) { call in
      let versions = try await ConductRuleBook(call.engine).versions()
      return .json(.page(versions.map(\.json), next: nil))
    },
    Route(
      .put, "/api/conduct-rules", .leads, "Makes a new version, in force from now on.",
      body: [.objects("rules", isRequired: true)]
    ) { call in
      let rules = try ConductNotation.rules(from: try await call.fields().json)
      return .json(try await ConductRuleBook(call.engine).set(rules, by: call.who().actor).json)
    },
    Route(
      .post, "/api/conduct-rules/dry-run", .leads,
      "Whom rules would concern now, by everybody's newest answers; nothing is done.",
      body: [.objects("rules", isRequired: true)]
    ) { call in
      let rules = try ConductNotation.rules(from: try await call.fields().json)
      let hits = try await ConductReview(call.engine).dryRun(rules)
      let paused = Set(hits.filter { $0.rule.actions.contains(.pause) }.map(\.user))
      return .json(
        JSON.page(hits.map(\.json), next: nil).adding([
          .init("workers", .count(Set(hits.map(\.user)).count)),
          .init("paused", .count(paused.count)),
        ]))
    },
    Route(
      .get, "/api/conduct/{project}", .leads,
      "What is measured of how everybody works on a project."
    ) { call in
      let listing = try await call.operatedProject()
      let conducts = try await ConductReview(call.engine).conducts(on: listing)
      let items = conducts.map { user, conduct -> JSON in
        ["worker": .string(user.text), "signals": ConductNotation.json(conduct.values)]
      }
      return .json(.page(items, next: nil))
    },
    Route(
      .post, "/api/conduct/{project}/review", .leads,
      "Decides by the rules in force now, as is done every minute where there are new answers."
    ) { call in
      let made = try await ConductReview(call.engine).run(on: call.operatedProject())
      return .json(.page(made.map(\.json), next: nil))
    },
  ]

  private static let decisions: [Route] = [
    Route(
      .get, "/api/decisions", .leads,
      "What was decided about workers, the newest first; of one `worker`, on one `project`.",
      query: [.id("worker", "About one worker."), .id("project", "On one project."), .limit]
    ) { call in
      let found = try await Decisions(call.engine).list(
        of: call.queryID("worker"), in: call.queryID("project"), limit: call.pageLimit())
      return .json(.page(found.map(\.json), next: nil))
    },
    Route(
      .post, "/api/workers/{worker}/decisions", .leads,
      "Decides about a worker's work on a project; they are told why, and may appeal.",
      body: [
        .string("project", isRequired: true), .strings("actions", isRequired: true),
        .string("reason", isRequired: true),
      ]
    ) { call in
      let fields = try await call.fields()
      let name = try fields.string("project")
      guard let project = ProjectID(name) else { throw Refusal.unknown(.project, name) }
      let made = try await Decisions(call.engine).make(
        .init(
          user: call.id("worker", .user), project: project,
          actions: try ConductNotation.actions(fields["actions"], "actions"),
          reason: fields.string("reason")), by: call.who().actor)
      return .json(.page(made.map(\.json), next: nil), status: .created)
    },
    Route(
      .delete, "/api/decisions/{decision}", .leads,
      "Ends what a decision does; answers that were taken out of the count stay out."
    ) { call in
      try await Decisions(call.engine).lift(call.id("decision", .decision), by: call.who().actor)
      return .noContent
    },
  ]

  private static let own: [Route] = [
    Route(
      .get, "/api/me/decisions", .workers, "What was decided about one's own work, and why.",
      query: [.limit]
    ) { call in
      let found = try await Decisions(call.engine).list(of: call.worker(), limit: call.pageLimit())
      // What rules look at in detail would teach whom they are meant for.
      return .json(.page(found.map { $0.json(showsEvidence: false) }, next: nil))
    },
    Route(.post, "/api/me/decisions/read", .workers, "Notes that one has read them.") { call in
      try await Decisions(call.engine).markRead(by: call.worker())
      return .noContent
    },
    Route(
      .put, "/api/me/decisions/{decision}/appeal", .workers,
      "Says why a decision about one's work is not right; once for each.",
      body: [.string("text", isRequired: true)]
    ) { call in
      let text = try await call.fields().string("text")
      return .json(
        try await Appeals(call.engine).make(
          text, on: call.id("decision", .decision) as DecisionID, by: call.worker()
        ).json, status: .created)
    },
  ]
}

extension Call {
  /// The project of the path, where it is open to the operator's workforce.
  func operatedProject() async throws -> Directory.Listing {
    let project: ProjectID = try id("project", .project)
    guard let listing = try await Directory(engine).find(project), listing.workforce == .operator
    else {
      throw Refusal.unknown(.project, project.text)
    }
    return listing
  }
}

extension ConductRuleBook.Version {
  var json: JSON {
    let head: JSON = ["version": .count(number), "made_at": .optionalTime(madeAt)]
    return head.adding(ConductNotation.json(rules).members ?? [])
  }
}

extension ConductReview.Hit {
  var json: JSON {
    [
      "worker": .string(user.text), "project": .string(project.text),
      "project_name": .string(projectName), "rule": .string(rule.name),
      "actions": .array(rule.actions.map { .string($0.rawValue) }),
      "evidence": ConductNotation.json(evidence),
    ]
  }
}

extension Decisions.Decision {
  var json: JSON { json(showsEvidence: true) }

  func json(showsEvidence: Bool) -> JSON {
    let members: JSON = [
      "id": .string(id.text), "project": .string(project.text),
      "project_name": .string(projectName),
      "at": .time(at), "action": .string(action.rawValue), "reason": .string(reason),
      "lifted_at": .optionalTime(liftedAt), "read": .bool(isRead), "appeal": appeal?.json ?? .null,
    ]
    guard showsEvidence else { return members }
    return members.adding([
      .init("worker", .string(user.text)), .init("rule", .optional(rule)),
      .init("rules_version", .optional(rulesVersion)),
      .init("evidence", ConductNotation.json(evidence)),
    ])
  }
}
