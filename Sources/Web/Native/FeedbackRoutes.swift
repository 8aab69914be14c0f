import Formats
import Labels
import Notation
import Platform
import Store

/// What workers are told of their answers, and what they say to it.
enum FeedbackRoutes {
  static let all: [Route] = [
    Route(
      .get, "/api/work/{project}/feedback", .work,
      "One's own answers that a reviewer sent back, with the reasons; the newest first."
    ) { call in
      let reader = try call.who().workerName
      return try await call.atWork { vault, project, worker in
        let items = try await Feedback(vault, worker: worker, project: project).list()
        return .json(.page(items.map { json($0, vault, worker, reader) }, next: nil))
      }
    },
    Route(
      .post, "/api/work/{project}/feedback/{task}/remarks", .work,
      "Answers a reviewer's remark on one's own answer; the next reviewer reads it.",
      body: [.string("text", isRequired: true)]
    ) { call in
      let text = try await call.fields().string("text")
      return try await call.atWork { vault, project, worker in
        let remarks = try await Feedback(vault, worker: worker, project: project).answer(
          call.id("task", .task), text)
        return .json(["remarks": .array(remarks.map { $0.json(for: worker) })], status: .created)
      }
    },
  ]

  private static func json(
    _ item: Feedback.Item, _ vault: ClientVault, _ worker: String, _ reader: String
  ) -> JSON {
    func link(_ part: String) -> JSON {
      item.image.map { .string(AssetRoutes.link($0.text, vault, reader: reader, part: part)) }
        ?? .null
    }
    return [
      "task": .string(item.task.id.text), "answer": .optional(item.answerID?.text),
      "new": .bool(item.isNew),
      "ontology": OntologyNotation.json(item.ontology),
      "annotations": AnnotationNotation.json(item.answer, ontology: item.ontology, style: .numbers),
      "text": item.content.text.map { .string($0) } ?? .null,
      "image": link(""),
      "tiles": item.task.size.map(Pyramids.isTiled) == true ? link("/tiles") : .null,
      "remarks": .array(item.remarks.map { $0.json(for: worker) }),
    ]
  }
}

extension Remark {
  /// - Parameter worker: who reads it, to be told which are their own.
  func json(for worker: String?) -> JSON {
    [
      "at": .time(at), "by": .string(author == worker ? "you" : role.rawValue),
      "text": .string(text),
      "place": place ?? .null,
    ]
  }
}
