import Labels
import Notation
import Platform
import Store

/// Tasks whose answer is known.
enum GoldRoutes {
  static let all: [Route] = [
    Route(
      .get, "/api/projects/{project}/gold", .reviewers,
      "Lists gold tasks: those in doubt first, then the most missed."
    ) { call in
      try await call.inVault { vault, actor in
        let entries = try await GoldTasks(vault, actor: actor).list(
          in: call.id("project", .project))
        return .json(.page(entries.map(\.json), next: nil))
      }
    },
    Route(
      .put, "/api/tasks/{task}/gold", .managers,
      "Makes a completed task gold: its result is the known answer. Puts one in doubt back, too.",
      body: [.choice("kind", TaskRow.Gold.self), .string("explanation")]
    ) { call in
      let fields = try await call.fields()
      let kind = try fields.optionalChoice("kind", TaskRow.Gold.self) ?? .evaluation
      let explanation = try fields.optionalString("explanation")
      return try await call.inVault { vault, actor in
        .json(
          try await GoldTasks(vault, actor: actor).make(
            call.id("task", .task), kind: kind, explanation: explanation
          ).json)
      }
    },
    Route(
      .delete, "/api/tasks/{task}/gold", .managers,
      "Takes a gold task out of the stream; nobody is judged by one that was in doubt."
    ) { call in
      try await call.inVault { vault, actor in
        .json(try await GoldTasks(vault, actor: actor).retire(call.id("task", .task)).json)
      }
    },
  ]
}

extension GoldTasks.Entry {
  var json: JSON {
    [
      "task": .string(task.text), "kind": .string(gold.kind.rawValue),
      "state": .string(gold.state.rawValue), "reason": .optional(gold.reason?.rawValue),
      "seen": .count(gold.seen), "judged": .count(gold.judged), "agreed": .count(gold.agreed),
      "expected_share": .optional(expectedShare),
    ]
  }
}

extension GoldLesson {
  var json: JSON {
    [
      "right": .bool(isRight), "share": .double(share),
      "expected": AnnotationNotation.json(expected, ontology: ontology, style: .names),
      "explanation": .optional(explanation),
    ]
  }
}
