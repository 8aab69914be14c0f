import Formats
import Labels
import Notation
import Platform
import Store
import Workflow

// What the API's resources look like as JSON.

extension Project {
  var json: JSON {
    [
      "id": .string(id.text), "name": .string(name), "state": .string(state.rawValue),
      "version": .count(version), "plan": PlanNotation.json(plan),
      "workforce": .string(workforce.rawValue), "created_at": .time(createdAt),
    ]
  }
}

extension ProjectContent {
  var members: [JSON.Member] {
    [
      .init("ontology", OntologyNotation.json(ontology)),
      .init("instructions", .string(instructions)),
    ] + (rules.map { [.init("prelabel_rules", $0.json)] } ?? [])
  }
}

extension Batch.Counts {
  var json: JSON {
    [
      "tasks": .count(tasks), "open": .count(open), "in_review": .count(inReview),
      "completed": .count(completed), "canceled": .count(canceled), "failed": .count(failed),
      "answers": .count(answers),
    ]
  }
}

extension Batch {
  var json: JSON {
    [
      "id": .string(id.text), "project": .string(project.text), "name": .string(name),
      "state": .string(state.rawValue), "priority": .count(priority),
      "plan": plan.map(PlanNotation.json) ?? .null, "counts": counts.json,
      "created_at": .time(createdAt), "calibration": .optional(calibration?.rawValue),
    ]
  }
}

extension TaskRow {
  var json: JSON {
    [
      "id": .string(id.text), "project": .string(project.text), "batch": .string(batch.text),
      "status": .string(lifecycle.state.rawValue), "priority": .count(priority),
      "unique_id": .optional(uniqueID), "gold": .optional(gold?.rawValue),
      "answers": .count(lifecycle.counted), "leased": .count(lifecycle.leased),
      "wanted": .count(lifecycle.wanted), "confidence": .optional(confidence),
      "ontology_version": .count(version), "created_at": .time(createdAt),
      "ended_at": .optionalTime(endedAt),
      "review": lifecycle.state == .inReview ? lifecycle.review.json : .null,
    ]
  }
}

extension ReviewLifecycle {
  fileprivate var json: JSON {
    [
      "stage": .count(stage), "desk": .string(desk.rawValue), "wanted": .count(wanted),
      "given": .count(given),
    ]
  }
}

extension AnswerRow {
  func json(_ ontology: Ontology) -> JSON {
    [
      "id": .string(id.text), "annotator": .string(worker), "stage": .string(stage.rawValue),
      "standing": .string(standing.rawValue), "revision": .count(revision),
      "active_seconds": .double(Double(activeMilliseconds) / 1000),
      "submitted_at": .time(submittedAt),
      "annotations": AnnotationNotation.json(annotations, ontology: ontology, style: .names),
    ]
  }
}

extension ConsensusRow {
  func json(_ ontology: Ontology) -> JSON {
    [
      "annotations": AnnotationNotation.json(annotations, ontology: ontology, style: .names),
      "confidence": .double(confidence), "method": .string(method), "version": .count(version),
      "answers": .count(answers), "settled_at": .time(createdAt),
    ]
  }
}

extension Tasks.Detail {
  var json: JSON {
    let stored = { (json: JSON?) -> JSON in
      guard let json,
        let annotations = try? AnnotationNotation.annotations(from: json, ontology: ontology)
      else { return .null }
      return AnnotationNotation.json(annotations, ontology: ontology, style: .names)
    }
    return row.json.adding([
      .init("params", content.params), .init("metadata", content.metadata),
      .init("prelabels", stored(content.prelabels)), .init("expected", stored(content.expected)),
      .init("answer_list", .array(answers.map { $0.json(ontology) })),
      .init("consensus", consensus?.json(ontology) ?? .null),
      .init("failure", content.failure ?? .null),
    ])
  }
}

extension ImportReport {
  var json: JSON {
    [
      "id": .string(id.text), "project": .string(project.text),
      "status": .string(isCompleted ? "completed" : "refused"), "lines": .count(lines),
      "created": .count(created), "refused": .count(refused), "replayed": .bool(isReplay),
      "problems": .array(
        problems.map {
          [
            "line": .count($0.line), "column": .optional($0.column), "reason": .string($0.reason),
          ]
        }),
    ]
  }
}

extension Assets.Asset {
  var json: JSON {
    [
      "id": .string(id.text), "name": .string(name), "type": .string(type), "size": .count(size),
      "width": .optional(imageSize?.width), "height": .optional(imageSize?.height),
      "created_at": .time(createdAt),
    ]
  }
}

extension Exports.Export {
  var json: JSON {
    [
      "id": .string(id.text), "project": .string(project.text),
      "format": .string(format.rawValue), "state": .string(state.rawValue),
      "size": .optional(size), "tasks": .count(tasks), "problem": .optional(problem),
      "losses": .array(losses.map(\.json)), "created_at": .time(createdAt),
    ]
  }
}

extension AnnotatorRecord {
  var json: JSON {
    [
      "annotator": .string(worker), "answers": .count(answers), "agreed": .count(agreed),
      "judged": .count(judged), "accuracy": .double(accuracy), "skipped": .count(skipped),
      "active_seconds": .double(Double(activeMilliseconds) / 1000),
    ]
  }
}

extension Quality.Report {
  var json: JSON {
    [
      "tasks_measured": .count(tasksMeasured), "answers_measured": .count(answersMeasured),
      "answers_at_maximum": .count(answersAtMaximum),
      "mean_confidence": .optional(meanConfidence),
      "agreement": .array(agreements.map(\.json)),
      "annotators": .array(annotators.map(\.json)), "reviewers": .array(reviewers.map(\.json)),
    ]
  }
}

extension ReviewerRecord {
  fileprivate var json: JSON {
    [
      "reviewer": .string(worker), "reviews": .count(reviews), "accepted": .count(accepted),
      "fixed": .count(fixed), "rejected": .count(rejected), "judged": .count(judged),
      "agreed": .count(agreed), "accuracy": .double(accuracy),
      "active_seconds": .double(Double(activeMilliseconds) / 1000),
    ]
  }
}

extension Quality.Agreement {
  fileprivate var json: JSON {
    [
      "class": .string(name), "measure": .string(measure), "value": .double(value),
      "tasks": .count(units),
      "interval": interval.map { [.double($0.lowerBound), .double($0.upperBound)] } ?? .null,
      "percent": .optional(nominal?.percent), "fleiss_kappa": .optional(nominal?.fleissKappa),
      "gwet_ac1": .optional(nominal?.gwetAC1), "icc": .optional(intraclass),
      "cohen_kappa": .optional(nominal?.meanCohenKappa), "alpha": .optional(alpha?.value),
      "alpha_interval": alpha?.interval.map { [.double($0.lowerBound), .double($0.upperBound)] }
        ?? .null,
      "mean_iou": .optional(overlap?.iou), "mean_dice": .optional(overlap?.dice),
      "word_error_rate": .optional(errors?.word), "character_error_rate": .optional(errors?.character),
    ]
  }
}

extension Answers.Receipt {
  /// - Parameter task: what its annotator knows it by.
  func json(task: String) -> JSON {
    let receipt: JSON = [
      "id": .string(answer.text), "task": .string(task), "hash": .string(hash),
      "standing": .string(standing.rawValue), "revision": .count(revision),
    ]
    return lesson.map { receipt.adding([.init("lesson", $0.json)]) } ?? receipt
  }
}
