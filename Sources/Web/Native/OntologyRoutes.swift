import Formats
import HTTPTypes
import Hummingbird
import Labels
import NIOCore
import Notation
import Platform
import Store

/// Versions of a project's ontology, and how its labels go from one to the next.
enum OntologyRoutes {
  static let all: [Route] = [
    Route(
      .post, "/api/ontology-readings", .managers,
      "Reads an ontology from JSON, YAML, Label Studio's XML or Scale's words, and takes `steps` from it.",
      body: [
        .string("text", isRequired: true), .choice("format", OntologyText.Format.self),
        .object("predecessor"), .objects("steps"),
      ]
    ) { call in
      _ = try call.clientID()
      let fields = try await call.fields()
      let text = try fields.string("text")
      let format =
        try fields.optionalChoice("format", OntologyText.Format.self)
        ?? OntologyText.format(of: text)
      var (ontology, notes) = try OntologyText.read(
        text, as: format, after: try fields["predecessor"].map { try Ontology(sent: $0) })
      if let steps = fields["steps"] { (_, ontology) = try ontology.taken(through: steps) }
      return .json([
        "format": .string(format.rawValue), "ontology": OntologyNotation.json(ontology),
        "yaml": .string(YAMLNotation.text(OntologyNotation.json(ontology))),
        "notes": .array(
          notes.map { ["place": .string($0.place), "problem": .string($0.problem)] }),
      ])
    },
    Route(
      .get, "/api/projects/{project}/ontology", .reviewers,
      "The ontology by itself, of the last version or `version`, as JSON or with `format=yaml`.",
      query: [
        .integer("version", "Which version."),
        .word("format", ["json", "yaml"], "How it is written."),
      ]
    ) { call in
      let version = call.query("version").flatMap { Int($0) }
      let asYAML = call.query("format") == "yaml"
      return try await call.inVault { vault, actor in
        let content = try await Projects(vault, actor: actor).content(
          of: call.id("project", .project), version: version)
        let json = OntologyNotation.json(content.ontology)
        return asYAML ? .yaml(YAMLNotation.text(json)) : .json(json)
      }
    },
    Route(
      .get, "/api/projects/{project}/versions", .reviewers,
      "Lists the versions of a project's ontology and instructions, the first one first."
    ) { call in
      try await call.inVault { vault, actor in
        let projects = Projects(vault, actor: actor)
        let project = try await projects.get(call.id("project", .project))
        let versions = try await projects.versions(of: project)
        let undoable = OntologyHistory(
          versions.map { .init($0.content.ontology, $0.content.change) }
        ).undoable
        let items = versions.enumerated().map { index, version in
          json(index + 1, version.at, version.content, isUndoable: index + 1 == undoable)
        }
        return .json(.page(items, next: nil))
      }
    },
    Route(
      .post, "/api/projects/{project}/migrations", .managers,
      "Changes the ontology and takes the labels along; `dry_run` counts them, `undo` takes it back.",
      body: [
        .objects("steps"), .object("ontology"), .bool("dry_run"), .bool("undo"),
        .integer("version"),
      ]
    ) { call in
      let fields = try await call.fields()
      let isUndo = try fields.optionalBool("undo") ?? false
      let isDry = try fields.optionalBool("dry_run") ?? false
      let draft = Migrations.Draft(
        steps: fields["steps"], ontology: fields["ontology"],
        version: try fields.optionalInt("version"))
      guard !isUndo || (draft.steps == nil && draft.ontology == nil) else {
        throw Refusal.invalid(path: "undo", problem: "takes neither steps nor an ontology")
      }
      return try await call.inVault { vault, actor in
        let migrations = Migrations(vault, actor: actor)
        let id: ProjectID = try call.id("project", .project)
        if isDry {
          let report =
            try await isUndo ? migrations.trialOfUndo(on: id) : migrations.trial(of: draft, on: id)
          return .json(json(report))
        }
        let project = try await isUndo ? migrations.undo(on: id) : migrations.run(draft, on: id)
        let content = try await Projects(vault, actor: actor).content(of: id)
        return .json(project.json.adding(content.members), status: .created)
      }
    },
  ]

  private static func json(
    _ number: Int, _ at: Int64, _ content: ProjectContent, isUndoable: Bool
  ) -> JSON {
    var members: [JSON.Member] = [
      .init("version", .count(number)), .init("created_at", .time(at)),
      .init("classes", .count(content.ontology.classes.count)),
    ]
    switch content.change {
    case .migration(let migration):
      let spoken = migration.steps.filter { if case .set = $0 { false } else { true } }
      members.append(.init("steps", .count(spoken.count)))
      members.append(.init("undoable", .bool(isUndoable)))
    case .undoing(let version): members.append(.init("undoes", .count(version)))
    case nil: break
    }
    return .object(members)
  }

  private static func json(_ report: Migrations.Report) -> JSON {
    let steps = report.steps.compactMap { resolved, tally -> JSON? in
      if case .set = resolved.step { return nil }
      return [
        "step": MigrationNotation.named(resolved.step, in: resolved.before),
        "labels": .count(tally.touched),
        "lost": .count(tally.lost),
      ]
    }
    return [
      "version": .count(report.version), "steps": .array(steps), "answers": .count(report.answers),
      "unknown": .count(report.unknown), "breaking": .count(report.breaking),
      "first_break": report.firstBreak.map { .string($0) } ?? .null,
      "in_hand": .count(report.inHand), "ontology": OntologyNotation.json(report.ontology),
    ]
  }
}

extension Response {
  fileprivate static func yaml(_ text: String) -> Response {
    Response(
      status: .ok, headers: [.contentType: "application/yaml; charset=utf-8"],
      body: .init(byteBuffer: ByteBuffer(string: text)))
  }
}
