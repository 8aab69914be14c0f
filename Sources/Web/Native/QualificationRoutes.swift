import Notation
import Platform
import Store
import Workforce

/// What people do before they work: terms, courses, examinations; and how projects hand out their work.
enum QualificationRoutes {
  static let all: [Route] = terms + plans + routing

  private static let terms: [Route] = [
    Route(
      .get, "/api/me/terms", .workers,
      "The terms under which one works, and when one agreed to them."
    ) { call in
      let agreedAt = try await Terms(call.engine).agreedAt(call.worker())
      let terms = try await Terms(call.engine).current()
      return .json(
        (terms?.json ?? ["version": .null]).adding([.init("agreed_at", .optionalTime(agreedAt))]))
    },
    Route(
      .put, "/api/me/terms", .workers, "Agrees to the newest version of the terms.",
      body: [.integer("version", isRequired: true)]
    ) { call in
      let version = try await call.fields().optionalInt("version") ?? 0
      try await Terms(call.engine).agree(call.worker(), to: version)
      return .noContent
    },
    Route(.get, "/api/terms", .leads, "The terms under which workers work.") { call in
      .json(try await Terms(call.engine).current()?.json ?? ["version": .null])
    },
    Route(
      .put, "/api/terms", .leads,
      "Publishes a new version; everybody must agree to it before they are given more work.",
      body: [.string("text", isRequired: true)]
    ) { call in
      let text = try await call.fields().string("text")
      return .json(
        try await Terms(call.engine).publish(text, by: call.who().actor).json, status: .created)
    },
  ]

  private static let plans: [Route] = [
    Route(
      .get, "/api/qualifications/{project}", .leads,
      "What a project asks before its live work, and how far people are, the newest first.",
      query: [.limit]
    ) { call in
      let listing = try await call.operatedProject()
      let entries = try await Qualifications(call.engine).list(
        of: listing.project, limit: call.pageLimit())
      let items = entries.map { entry in
        entry.qualification.json.adding([.init("worker", .string(entry.user.text))])
      }
      let plan = listing.qualification.map(QualificationNotation.json) ?? .null
      return .json(JSON.page(items, next: nil).adding([.init("plan", plan)]))
    },
    Route(
      .put, "/api/qualifications/{project}", .leads,
      "Asks for a course and an examination from now on; both are made of the project's gold tasks.",
      body: [
        .integer("lessons"), .integer("questions"), .integer("pass_percent"), .integer("attempts"),
        .integer("retry_after_hours"), .integer("expires_after_days"), .bool("paid"),
      ]
    ) { call in
      let plan = try QualificationNotation.plan(from: try await call.fields().json)
      let listing = try await call.operatedProject()
      try await Qualifications(call.engine).set(plan, for: listing.project, by: call.who().actor)
      return .json(QualificationNotation.json(plan))
    },
    Route(
      .delete, "/api/qualifications/{project}", .leads, "Asks for nothing any more."
    ) { call in
      let listing = try await call.operatedProject()
      try await Qualifications(call.engine).set(nil, for: listing.project, by: call.who().actor)
      return .noContent
    },
  ]

  private static let routing: [Route] = [
    Route(.get, "/api/routing/{project}", .leads, "How a project's work is handed out.") { call in
      .json(RoutingNotation.json(try await call.operatedProject().routing))
    },
    Route(
      .put, "/api/routing/{project}", .leads,
      "Says how a project's work is handed out: its priority, one worker's share, its own team first.",
      body: [
        .integer("priority"), .integer("max_share_percent"), .integer("own_team_hours"),
        .object("exposure"),
      ]
    ) { call in
      let routing = try RoutingNotation.routing(from: try await call.fields().json)
      let listing = try await call.operatedProject()
      try await Routings(call.engine).set(routing, for: listing.project, by: call.who().actor)
      return .json(RoutingNotation.json(routing))
    },
  ]
}

extension Terms.Version {
  var json: JSON {
    ["version": .count(number), "made_at": .time(madeAt), "text": .string(text)]
  }
}
