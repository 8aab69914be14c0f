import Formats
import Foundation
import Labels
import Notation

/// One row a task: the result, a column for each question, and the objects as JSON.
struct CSVExport {
  private var writer = CSVWriter()
  private let ontology: Ontology

  init(ontology: Ontology) {
    self.ontology = ontology
    var header = [
      "task_id", "unique_id", "batch", "status", "text", "image", "answers", "active_seconds",
      "confidence", "method",
    ]
    header += ontology.questions.map(\.name)
    if !ontology.objects.isEmpty {
      header.append(ontology.objects.allSatisfy { $0.kind == .box } ? "boxes" : "objects")
    }
    writer.row(header)
  }

  var bytes: [UInt8] { writer.bytes }
  mutating func removeAll() { writer.removeAll() }

  mutating func add(_ task: ExportedTask) {
    let active = task.answers.reduce(0) { $0 + $1.activeMilliseconds }
    let consensus = task.consensus
    var fields = [
      task.row.id.text, task.row.uniqueID ?? "", task.batch, task.row.lifecycle.state.rawValue,
      task.content.params["text"]?.string ?? "", task.content.image ?? "",
      "\(task.answers.filter { $0.standing == .counted }.count)", "\(Double(active) / 1000)",
      consensus.map { "\($0.confidence)" } ?? "", consensus?.method ?? "",
    ]
    for labelClass in ontology.questions {
      let value = consensus?.annotations.first { $0.classID == labelClass.id }?.value
      fields.append(value.map { Self.text($0, labelClass) } ?? "")
    }
    if !ontology.objects.isEmpty {
      // Relations name places in the whole answer.
      let hasRelations = !ontology.relations.isEmpty
      let objects = consensus?.annotations.filter { hasRelations || $0.isObject } ?? []
      fields.append(
        consensus == nil
          ? "" : AnnotationNotation.json(objects, ontology: ontology, style: .names).text)
    }
    writer.row(fields)
  }

  private static func text(_ value: Annotation.Value, _ labelClass: LabelClass) -> String {
    func name(_ id: OptionID) -> String {
      labelClass.options.first { $0.id == id }?.name ?? "\(id.number)"
    }
    return switch value {
    case .shape, .span, .relation: ""
    case .category(let id): name(id)
    case .multiLabel(let ids): ids.map(name).joined(separator: "; ")
    case .rating(let number), .number(let number): "\(number)"
    case .boolean(let isTrue): isTrue ? "true" : "false"
    case .text(let text): text
    case .files(let files): files.joined(separator: "; ")
    }
  }
}
