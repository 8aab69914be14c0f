import Consensus
import Formats
import Foundation
import Labels
import Notation
import Store
import Synchronization
import Vault
import Workflow

/// A task ready to be stored. A reference: it goes through many hands and changes in none.
final class PreparedTask: Sendable {
  let draft: TaskDraft
  init(_ draft: TaskDraft) { self.draft = draft }
}

/// What a line of an import has come to so far.
struct TaskDraft: Sendable {
  var line: Int
  var id: TaskID
  var uniqueID: String?
  var priority: Int
  var gold: TaskRow.Gold?
  /// Of its known answer.
  var goldClasses = ""
  var asset: AssetID?
  var size: ImageSize?
  /// Unicode scalars of the text, where spans of it are asked for.
  var textLength: Int?
  /// What must fit the asset's size once it is known, each with its path.
  var unchecked: [(path: String, annotations: [Annotation])] = []
  var sealed: Data
  var lifecycle: TaskLifecycle
  var answers: [PreparedAnswer] = []
  /// Where it goes to review at once.
  var reviewCause: ReviewCause?
  var consensus: PreparedConsensus?

  var consensusVersion: Int64? {
    guard let consensus else { return nil }
    if case .single = consensus.source { return Int64(ConsensusRow.single) }
    return 1
  }
}

struct PreparedAnswer: Sendable {
  var row: NewAnswer
  var sealed: Data
}

struct PreparedConsensus: Sendable {
  var method: String
  var confidence: Double
  var answers: Int
  var source: Source

  enum Source: Sendable {
    /// The task's only answer.
    case single
    /// The answer at that place says just this.
    case answer(Int)
    /// None of them does.
    case sealed(Data)
  }
}

/// Turns one line of JSON into a task: a pure step that many lines can take at once.
///
/// ```json
/// {"text": "…", "unique_id": "a-1", "priority": 5, "metadata": {}, "prelabels": [],
///  "gold": {"kind": "evaluation", "annotations": [], "explanation": "…"},
///  "answers": [{"annotator": "ann", "active_seconds": 4.2, "annotations": []}]}
/// ```
/// `text`, `image`, `width` and `height` may stand at the top or in `params` with whatever else
/// the annotator shall see.
struct ImportLineReader: Sendable {
  let vault: ClientVault
  let ontology: Ontology
  let plan: QualityPlan
  /// Whether the batch is on offer already.
  let isOpen: Bool
  let now: Int64
  let annotators: ImportedAnnotators
  /// The request of an API that one task came through.
  var request: JSON?

  static let known: Set<String> = [
    "text", "image", "width", "height", "params", "unique_id", "priority", "metadata",
    "prelabels", "gold", "answers",
  ]
  /// Characters of a unique id.
  static let uniqueIDLimit = 500
  /// Answers one imported task may bring.
  static let answerLimit = 1_000

  typealias Outcome = Result<PreparedTask, ImportProblem>

  /// Reads a portion. Its tasks get ids that follow each other from a random one on, so that they
  /// lie together in the index of ids: spread over it, each portion would write most of it anew.
  func read(_ portion: ArraySlice<NumberedLine>) -> [Outcome] {
    let first: TaskID = vault.environment.newID()
    return zip(portion, first.run(of: portion.count)).map { read($0, id: $1) }
  }

  /// Reads a single task that is JSON already.
  func read(_ json: JSON, id: TaskID) -> Outcome {
    do {
      let line = NumberedLine(number: 0, line: .text([]))
      return .success(PreparedTask(try task(json, line, id)))
    } catch let problem as ImportProblem {
      return .failure(problem)
    } catch {
      return .failure(ImportProblem(line: 0, reason: .invalid(path: "", problem: "\(error)")))
    }
  }

  private func read(_ numbered: NumberedLine, id: TaskID) -> Outcome {
    do {
      switch numbered.line {
      case .tooLong(let bytes):
        throw fault(numbered, .tooLong(bytes: bytes, limit: Imports.lineLimit))
      case .text(let bytes):
        return .success(PreparedTask(try task(try json(bytes, numbered), numbered, id)))
      }
    } catch let problem as ImportProblem {
      return .failure(problem)
    } catch {
      return .failure(fault(numbered, .invalid(path: "", problem: "\(error)")))
    }
  }

  private func json(_ bytes: [UInt8], _ numbered: NumberedLine) throws -> JSON {
    if numbered.number == 1, bytes.first == UInt8(ascii: "[") {
      throw fault(numbered, .looksLikeArray)
    }
    do {
      return try JSON(parsing: bytes)
    } catch {
      throw ImportProblem(
        line: numbered.number, column: error.offset + 1, reason: .notJSON(error))
    }
  }

  private func task(
    _ json: JSON, _ numbered: NumberedLine, _ id: TaskID
  ) throws -> TaskDraft {
    guard let members = json.members else {
      throw invalid(numbered, "", "must be an object, not \(json.kindName)")
    }
    for member in members where !Self.known.contains(member.name) {
      throw invalid(
        numbered, member.name, "is not known here; put it into metadata, or into params to show it")
    }
    let params = try params(json, numbered)
    let size = try size(params, numbered)
    let image = params["image"]?.string
    var task = TaskDraft(
      line: numbered.number, id: id,
      uniqueID: try uniqueID(json, numbered), priority: try priority(json, numbered),
      asset: image.flatMap { AssetID($0) }, size: size, sealed: Data(),
      lifecycle: TaskLifecycle(state: isOpen ? .open : .staged, wanted: plan.answers.min))
    var content = TaskContent(
      params: params, metadata: json["metadata"] ?? [:], request: request)
    if ontology.hasSpans { task.textLength = content.text?.unicodeScalars.count }
    guard content.metadata.members != nil else {
      throw invalid(numbered, "metadata", "must be an object")
    }
    if let prelabels = json["prelabels"] {
      let annotations = try checked(prelabels, "prelabels", &task, numbered, isPartial: true)
      content.prelabels = AnnotationNotation.json(
        annotations, ontology: ontology, style: .numbers)
    }
    if let gold = json["gold"] { try read(gold, &task, &content, numbered) }
    if let answers = json["answers"] { try read(answers, &task, numbered) }
    if task.gold != nil { settleGold(&task, content) }
    task.sealed = vault.key.seal(content.stored, table: "tasks", row: task.id)
    return task
  }

  private func params(_ json: JSON, _ numbered: NumberedLine) throws -> JSON {
    let given = json["params"] ?? [:]
    guard var members = given.members else {
      throw invalid(numbered, "params", "must be an object, not \(given.kindName)")
    }
    for name in ["text", "image", "width", "height"] {
      if let value = json[name] { members.append(.init(name, value)) }
    }
    let params = JSON.object(members)
    for name in ["text", "image"] {
      if let value = params[name], value.string == nil {
        throw invalid(numbered, name, "must be a string, not \(value.kindName)")
      }
    }
    guard !members.isEmpty else {
      throw invalid(numbered, "", "there is nothing to show: give text, image or params")
    }
    return params
  }

  private func size(_ params: JSON, _ numbered: NumberedLine) throws -> ImageSize? {
    guard params["width"] != nil || params["height"] != nil else { return nil }
    guard let width = params["width"]?.integer, let height = params["height"]?.integer,
      (1...1_000_000).contains(width), (1...1_000_000).contains(height)
    else { throw invalid(numbered, "width", "and height must be whole numbers of pixels") }
    return ImageSize(width: Int(width), height: Int(height))
  }

  private func uniqueID(_ json: JSON, _ numbered: NumberedLine) throws -> String? {
    guard let value = json["unique_id"], value != .null else { return nil }
    guard let text = value.string, (1...Self.uniqueIDLimit).contains(text.unicodeScalars.count)
    else {
      throw invalid(
        numbered, "unique_id", "must be a string of 1 to \(Self.uniqueIDLimit) characters")
    }
    return text
  }

  private func priority(_ json: JSON, _ numbered: NumberedLine) throws -> Int {
    guard let value = json["priority"] else { return 0 }
    guard let number = value.integer, (0...Int64(TaskRow.priorityLimit)).contains(number) else {
      throw invalid(
        numbered, "priority", "must be a whole number of 0…\(TaskRow.priorityLimit)")
    }
    return Int(number)
  }

  // MARK: Labels that come with the task

  private func checked(
    _ json: JSON, _ path: @autoclosure () -> String, _ task: inout TaskDraft,
    _ numbered: NumberedLine, isPartial: Bool = false
  ) throws -> [Annotation] {
    let annotations: [Annotation]
    do {
      annotations = try AnnotationNotation.annotations(from: json, ontology: ontology)
    } catch {
      let place = error.path.replacing("annotations", with: path(), maxReplacements: 1)
      throw invalid(numbered, place, error.problem)
    }
    do {
      try ontology.validate(
        annotations, imageSize: task.size, textLength: task.textLength, isPartial: isPartial)
    } catch {
      throw fault(numbered, .annotation(path: path(), error))
    }
    if task.asset != nil { task.unchecked.append((path(), annotations)) }
    return annotations
  }

  private func read(
    _ gold: JSON, _ task: inout TaskDraft, _ content: inout TaskContent,
    _ numbered: NumberedLine
  ) throws {
    guard let kind = (gold["kind"]?.string).flatMap(TaskRow.Gold.init) else {
      throw invalid(numbered, "gold.kind", "must be training or evaluation")
    }
    let annotations = try checked(
      gold["annotations"] ?? .null, "gold.annotations", &task, numbered)
    task.gold = kind
    task.goldClasses = GoldRow.classes(annotations)
    content.expected = AnnotationNotation.json(annotations, ontology: ontology, style: .numbers)
    if let text = gold["explanation"], text != .null {
      guard let words = text.string, words.unicodeScalars.count <= GoldTasks.explanationLimit else {
        throw invalid(
          numbered, "gold.explanation",
          "must be a string of at most \(GoldTasks.explanationLimit) characters")
      }
      content.explanation = words
    }
  }

  /// What is known needs no answers: a gold task is complete from the start, and is handed out beside
  /// the others to whoever is to be measured.
  private func settleGold(_ task: inout TaskDraft, _ content: TaskContent) {
    task.lifecycle.state = .completed
    task.lifecycle.counted = task.answers.count
    task.consensus = PreparedConsensus(
      method: ConsensusRow.gold, confidence: 1, answers: task.answers.count,
      source: .sealed(
        vault.key.seal(
          (content.expected ?? []).utf8, table: "consensus", row: "\(task.id)/1")))
  }

  private func read(
    _ json: JSON, _ task: inout TaskDraft, _ numbered: NumberedLine
  ) throws {
    guard let list = json.array, list.count <= Self.answerLimit else {
      throw invalid(
        numbered, "answers", "must be an array of at most \(Self.answerLimit) answers")
    }
    var opened: [AnswerConsensus.Answer] = []
    for (index, item) in list.enumerated() {
      let annotations = try checked(
        item["annotations"] ?? .null, "answers[\(index)].annotations", &task, numbered)
      opened.append(.init(annotations: annotations, accuracy: AnswerConsensus.priorAccuracy))
      task.answers.append(
        answer(annotations, by: item["annotator"]?.string ?? "\(index)", item))
    }
    settle(&task, opened)
  }

  private func answer(
    _ annotations: [Annotation], by annotator: String, _ json: JSON
  ) -> PreparedAnswer {
    let id: AnswerID = vault.environment.newID()
    let stored = StoredAnnotations.bytes(annotations, ontology)
    let seconds = min(max(0, json["active_seconds"]?.number ?? 0), 86_400)
    return PreparedAnswer(
      row: NewAnswer(
        id: id, lease: nil, worker: annotators.pseudonym(of: annotator),
        stage: .label, standing: .counted, activeMilliseconds: Int64(seconds * 1000),
        submittedAt: now, hash: nil, stored: stored),
      sealed: vault.key.seal(stored, table: "answers", row: id))
  }

  /// Takes the task as far as the plan says, as if the answers had just come in.
  private func settle(_ task: inout TaskDraft, _ answers: [AnswerConsensus.Answer]) {
    task.lifecycle.counted = answers.count
    task.lifecycle.wanted = max(plan.answers.min, answers.count)
    guard isOpen, answers.count >= plan.answers.min else { return }
    let result = AnswerConsensus(
      of: answers, ontology: ontology, weighted: plan.answers.method == .dawidSkene)
    switch plan.decision(
      counted: answers.count, confidence: result.confidence,
      lot: vault.key.lot(of: task.id.text), names: ontology.names(in: result.annotations),
      isWorthIt: { result.isWorthMore(than: $0, limit: $1, accuracies: []) }
    ) {
    case .oneMore: task.lifecycle.wanted = answers.count + 1
    case .review(let cause, let reviewers):
      task.lifecycle.state = .inReview
      task.lifecycle.review = ReviewLifecycle(wanted: reviewers)
      task.reviewCause = ReviewCause(cause)
    case .complete: task.lifecycle.state = .completed
    }
    guard task.lifecycle.state != .open else { return }
    let source: PreparedConsensus.Source
    if let same = answers.firstIndex(where: { $0.annotations == result.annotations }) {
      source = answers.count == 1 ? .single : .answer(same)
    } else {
      source = .sealed(
        vault.key.seal(
          StoredAnnotations.bytes(result.annotations, ontology), table: "consensus",
          row: "\(task.id)/1"))
    }
    task.consensus = PreparedConsensus(
      method: ConsensusRow.firstMethod(plan),
      confidence: result.confidence, answers: answers.count, source: source)
  }

  private func invalid(_ line: NumberedLine, _ path: String, _ problem: String) -> ImportProblem {
    fault(line, .invalid(path: path, problem: problem))
  }

  private func fault(_ line: NumberedLine, _ reason: ImportProblem.Reason) -> ImportProblem {
    ImportProblem(line: line.number, column: nil, reason: reason)
  }
}

/// Pseudonyms of the annotators that an import names, each made once.
final class ImportedAnnotators: Sendable {
  /// Names that are remembered.
  private static let limit = 10_000
  private let key: DataKey
  private let known = Mutex<[String: String]>([:])

  init(_ key: DataKey) { self.key = key }

  func pseudonym(of annotator: String) -> String {
    known.withLock { known in
      if let pseudonym = known[annotator] { return pseudonym }
      let pseudonym = key.pseudonym(of: "import/\(annotator)")
      if known.count < Self.limit { known[annotator] = pseudonym }
      return pseudonym
    }
  }
}

extension ImportProblem: Error {}
