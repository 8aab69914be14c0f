import Hummingbird
import Notation
import Platform
import Store
import Workflow

/// Projects and their batches.
enum ProjectRoutes {
  static let all: [Route] = projects + batches

  private static let projects: [Route] = [
    Route(
      .get, "/api/projects", .reviewers, "Lists projects, oldest first.",
      query: [.id("after", "The last of the page before."), .limit]
    ) { call in
      let limit = try call.pageLimit()
      return try await call.inVault { vault, actor in
        let after: ProjectID? = try call.queryID("after")
        let projects = try await Projects(vault, actor: actor).list(after: after, limit: limit)
        var items: [JSON] = []
        for project in projects {
          let counts = try await Batches(vault, actor: actor).counts(of: project.id)
          items.append(project.json.adding([.init("counts", counts.json)]))
        }
        return .json(
          .page(items, next: projects.count == limit ? projects.last?.id.text : nil))
      }
    },
    Route(
      .post, "/api/projects", .managers, "Makes a project.",
      body: [
        .string("name", isRequired: true), .object("ontology", isRequired: true),
        .string("instructions"), .object("plan"), .choice("workforce", Project.Workforce.self),
        .choice("state", Project.State.self),
      ]
    ) { call in
      let draft = try draft(await call.fields())
      return try await call.inVault { vault, actor in
        let project = try await Projects(vault, actor: actor).create(draft)
        try await Directory(call.engine).put(project, of: vault.clientID)
        return .json(try await detail(project, vault, actor), status: .created)
      }
    },
    Route(.get, "/api/projects/{project}", .reviewers, "Shows a project.") { call in
      try await call.inVault { vault, actor in
        let project = try await Projects(vault, actor: actor).get(call.id("project", .project))
        return .json(try await detail(project, vault, actor))
      }
    },
    Route(
      .patch, "/api/projects/{project}", .managers,
      "Changes a project; a new ontology or new instructions make a new version.",
      body: [
        .string("name"), .object("ontology"), .string("instructions"), .object("plan"),
        .choice("workforce", Project.Workforce.self), .choice("state", Project.State.self),
        .integer("version"),
      ]
    ) { call in
      let draft = try draft(await call.fields())
      return try await call.inVault { vault, actor in
        let project = try await Projects(vault, actor: actor).change(
          call.id("project", .project), draft)
        try await Directory(call.engine).put(project, of: vault.clientID)
        return .json(try await detail(project, vault, actor))
      }
    },
    Route(
      .get, "/api/projects/{project}/quality", .reviewers,
      "Reports agreement, confidence and what each annotator is worth."
    ) { call in
      try await call.inVault { vault, _ in
        .json(try await Quality(vault).report(on: call.id("project", .project)).json)
      }
    },
    Route(
      .post, "/api/projects/{project}/refits", .managers,
      "Settles all single choices anew, telling annotators apart where their answers show a difference."
    ) { call in
      try await call.inVault { vault, actor in
        let outcome = try await Refit(vault, actor: actor).run(on: call.id("project", .project))
        return .json([
          "tasks": .count(outcome.tasks), "changed": .count(outcome.changed),
          "annotators": .count(outcome.annotators),
          "questions": .array(outcome.questions.map(\.json)),
        ])
      }
    },
  ]

  private static let batches: [Route] = [
    Route(
      .get, "/api/projects/{project}/batches", .reviewers, "Lists batches.",
      query: [.id("after", "The last of the page before."), .limit]
    ) { call in
      let limit = try call.pageLimit()
      return try await call.inVault { vault, actor in
        let batches = try await Batches(vault, actor: actor).list(
          in: call.id("project", .project),
          after: try call.queryID("after"), limit: limit)
        return .json(
          .page(
            batches.map(\.json), next: batches.count == limit ? batches.last?.id.text : nil))
      }
    },
    Route(
      .post, "/api/projects/{project}/batches", .managers, "Makes a batch.",
      body: [
        .string("name", isRequired: true), .bool("staging"), .integer("priority"),
        .object("plan"), .bool("calibration"),
      ]
    ) { call in
      let fields = try await call.fields()
      return try await call.inVault { vault, actor in
        let batch = try await Batches(vault, actor: actor).create(
          in: call.id("project", .project), name: fields.string("name"),
          isStaging: fields.optionalBool("staging") ?? false,
          priority: fields.optionalInt("priority") ?? 0,
          plan: fields["plan"].map(PlanNotation.plan(from:)),
          isCalibration: fields.optionalBool("calibration") ?? false)
        return .json(batch.json, status: .created)
      }
    },
    Route(
      .get, "/api/batches/{batch}/calibration", .reviewers,
      "How clear the instructions proved in a calibration batch."
    ) { call in
      try await call.inVault { vault, _ in
        .json(try await InstructionCalibration(vault).score(of: call.id("batch", .batch)).json)
      }
    },
    Route(
      .post, "/api/batches/{batch}/calibration/waiver", .managers,
      "Lets the workforce on whatever the calibration showed."
    ) { call in
      try await call.inVault { vault, actor in
        .json(
          try await InstructionCalibration(vault).waive(call.id("batch", .batch), by: actor).json)
      }
    },
    Route(.get, "/api/batches/{batch}", .reviewers, "Shows a batch.") { call in
      try await call.inVault { vault, actor in
        .json(try await Batches(vault, actor: actor).get(call.id("batch", .batch)).json)
      }
    },
    step("finalization", .finalized, "Puts a staged batch on offer."),
    step("pause", .paused, "Takes a batch off the queue."),
    step("resumption", .resumed, "Puts a paused batch back."),
    step("cancellation", .canceled, "Ends a batch and its live tasks."),
  ]

  private static func step(
    _ name: String, _ event: BatchLifecycle.Event, _ summary: String
  ) -> Route {
    Route(.post, "/api/batches/{batch}/\(name)", .managers, summary) { call in
      try await call.inVault { vault, actor in
        .json(
          try await Batches(vault, actor: actor).handle(event, of: call.id("batch", .batch)).json)
      }
    }
  }

  private static func draft(_ fields: Fields) throws(Refusal) -> Projects.Draft {
    Projects.Draft(
      name: try fields.optionalString("name"), ontology: fields["ontology"],
      instructions: try fields.optionalString("instructions"),
      plan: try fields["plan"].map { json throws(Refusal) in
        try PlanNotation.plan(from: json)
      },
      workforce: try fields.optionalChoice("workforce", Project.Workforce.self),
      state: try fields.optionalChoice("state", Project.State.self),
      version: try fields.optionalInt("version"))
  }

  private static func detail(
    _ project: Project, _ vault: ClientVault, _ actor: Actor
  ) async throws -> JSON {
    let content = try await Projects(vault, actor: actor).content(of: project.id)
    let counts = try await Batches(vault, actor: actor).counts(of: project.id)
    let trial = try await InstructionCalibration(vault).newest(in: project.id)
    return project.json.adding(
      content.members + [
        .init("counts", counts.json), .init("calibration_batch", .optional(trial?.id.text)),
      ])
  }
}

extension Refit.Question {
  fileprivate var json: JSON {
    [
      "class": .string(name), "tells_annotators_apart": .bool(tellsAnnotatorsApart),
      "evidence": .double(evidence), "gold": .count(gold), "calibrated": .bool(calibration != nil),
      "temperature": calibration.map { .double($0.temperature) } ?? .null,
      "offset": calibration.map { .double($0.offset) } ?? .null,
    ]
  }
}
