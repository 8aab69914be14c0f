import Consensus
import Foundation
import Labels
import Notation
import Store
import Vault
import Workforce

/// Measures how everybody works on a project, by their newest answers.
struct ConductCollection {
  let vault: ClientVault

  /// Newest answers of the vault that are looked at.
  static let window: Int64 = 20_000
  /// Of the median time at work on an answer, where fewer are known nothing is said.
  static let leastTimes = 5
  private static let day: Int64 = 24 * 3_600_000
  /// Gold that was given out longer ago says nothing of somebody any more.
  static let goldMilliseconds: Int64 = 60 * day

  /// One answer, and what its task's known answer is.
  private struct Entry {
    var task: Int64
    var answer: AnswerRow
    var known: [Annotation]?
  }

  /// By pseudonym. What depends on who somebody is beyond this vault is not in it.
  ///
  /// - Complexity: O(`window` × answers a task)
  ///
  /// - Parameter judgedSince: from when on gold counts for somebody, in milliseconds since 1970, where it is
  ///   not from `goldMilliseconds` ago.
  func conducts(
    in projectID: ProjectID, judgedSince: [String: Int64] = [:]
  ) async throws -> [String: Conduct] {
    let now = vault.environment.now()
    return try await vault.database.read { connection in
      let project = try Projects.get(projectID, connection)
      let union = try vault.union(of: project, connection)
      let entries = try entries(in: project, union, connection)
      var conducts = Self.simple(entries, now)
      Self.addSpeeds(entries, to: &conducts)
      Self.addEvidence(entries, union.ontology, to: &conducts)
      Self.addRepetitions(entries, union.ontology, to: &conducts)
      try addRecords(of: projectID, to: &conducts, connection)
      try addGold(of: projectID, to: &conducts, now, judgedSince, connection)
      return conducts
    }
  }

  /// The number of the newest answer in the vault: where it stands still, nothing is new.
  func newest() async throws -> Int64 {
    try await vault.database.read { try NewAnswer.lastSeq($0) }
  }

  private func entries(
    in project: Project, _ union: OntologyUnion, _ connection: any Connection
  ) throws -> [Entry] {
    let readings = try vault.readings(of: project.id, connection)
    let first = try NewAnswer.lastSeq(connection) - Self.window
    var known: [Int64: [Annotation]?] = [:]
    var entries: [Entry] = []
    try connection.forEach(
      """
      SELECT \(TaskRow.columns), \(AnswerRow.columns) FROM answers a JOIN tasks t ON t.seq = a.task
      WHERE a.seq > ? AND a.stage = 'label' AND t.project_id = ?
        AND NOT (t.gold IS NOT NULL AND EXISTS (SELECT 1 FROM gold_seen s
          WHERE s.task = t.seq AND s.worker = a.worker AND s.exam IS NOT NULL))
      ORDER BY a.seq
      """, [.int(first), project.id.sql]
    ) { row in
      let task = TaskRow.row(row)
      let reading = try readings.reading(of: task, connection)
      var answer = try AnswerRow.row(OffsetRow(row: row, offset: TaskRow.columnCount), reading, vault)
      if task.form != nil {
        answer.annotations = union.annotations(answer.annotations, of: reading.ontology)
      }
      if task.gold != nil, known[task.seq] == nil {
        known[task.seq] = try TaskContent.of(task, vault, connection).expected.map {
          try reading.annotations(from: $0)
        }
      }
      entries.append(Entry(task: task.seq, answer: answer, known: known[task.seq] ?? nil))
      return true
    }
    return entries
  }

  private static func simple(_ entries: [Entry], _ now: Int64) -> [String: Conduct] {
    Dictionary(grouping: entries, by: \.answer.worker).mapValues { entries in
      let today = entries.count { $0.answer.submittedAt > now - day }
      return Conduct([.answers: Double(entries.count), .answersToday: Double(today)])
    }
  }

  private static func addSpeeds(_ entries: [Entry], to conducts: inout [String: Conduct]) {
    let times = Dictionary(grouping: entries.filter { $0.answer.activeMilliseconds > 0 }, by: \.answer.worker)
      .mapValues { $0.map(\.answer.activeMilliseconds).sorted() }
      .filter { $0.value.count >= leastTimes }
    let medians = times.mapValues { Double($0[$0.count / 2]) / 1000 }
    for (worker, median) in medians {
      conducts[worker]?[.medianSeconds] = median
      conducts[worker]?[.speedPercentile] = Conduct.percentile(of: median, among: medians.values)
    }
  }

  // MARK: Evidence

  private static func addEvidence(
    _ entries: [Entry], _ ontology: Ontology, to conducts: inout [String: Conduct]
  ) {
    var workers = Numbering<String>()
    for entry in entries { _ = workers.number(entry.answer.worker) }
    var chance = [Double](repeating: 0, count: workers.names.count)
    var copying = [Double?](repeating: nil, count: workers.names.count)
    for labelClass in ontology.classes {
      guard let crowd = crowd(entries, labelClass, &workers) else { continue }
      for (worker, finding) in CrowdScreening(crowd).findings.enumerated() {
        chance[worker] += finding.chance
        if let strength = finding.copying?.strength {
          copying[worker] = max(copying[worker] ?? strength, strength)
        }
      }
    }
    let drawn = Ontology(classes: ontology.classes.filter { !isChoice($0.kind) })
    if !drawn.classes.isEmpty {
      for (worker, strength) in disagreements(entries, drawn, &workers) { chance[worker] += strength }
    }
    for (place, name) in workers.names.enumerated() {
      conducts[name]?[.chance] = chance[place]
      conducts[name]?[.copying] = copying[place]
    }
  }

  private static func isChoice(_ kind: LabelClass.Kind) -> Bool {
    switch kind {
    case .category, .boolean: true
    default: false
    }
  }

  /// What was answered to one question of a choice.
  private static func crowd(
    _ entries: [Entry], _ labelClass: LabelClass, _ workers: inout Numbering<String>
  ) -> CrowdAnswers? {
    guard let label = labels(of: labelClass) else { return nil }
    var tasks = Numbering<Int64>()
    var known: [Int: Int] = [:]
    var answers: [CrowdAnswers.Answer] = []
    for entry in entries {
      guard let said = label.read(entry.answer.annotations) else { continue }
      let task = tasks.number(entry.task)
      answers.append(.init(task: task, worker: workers.number(entry.answer.worker), label: said))
      if let truth = entry.known.flatMap(label.read) { known[task] = truth }
    }
    guard !answers.isEmpty else { return nil }
    return CrowdAnswers(
      answers, known: known, workerCount: workers.names.count, labelCount: label.count)
  }

  /// How many labels a question has, and which one an answer gives.
  private static func labels(
    of labelClass: LabelClass
  ) -> (count: Int, read: ([Annotation]) -> Int?)? {
    func value(_ annotations: [Annotation]) -> Annotation.Value? {
      annotations.first { $0.classID == labelClass.id }?.value
    }
    switch labelClass.kind {
    case .category(let options):
      let places = Dictionary(uniqueKeysWithValues: options.enumerated().map { ($1.id, $0) })
      return (
        max(2, options.count),
        { annotations in
          if case .category(let option)? = value(annotations) { places[option] } else { nil }
        }
      )
    case .boolean:
      return (
        2,
        { annotations in
          if case .boolean(let isTrue)? = value(annotations) { isTrue ? 1 : 0 } else { nil }
        }
      )
    default: return nil
    }
  }

  /// Of objects, texts and ratings: who agrees with nobody.
  private static func disagreements(
    _ entries: [Entry], _ ontology: Ontology, _ workers: inout Numbering<String>
  ) -> [Int: Double] {
    let ids = Set(ontology.classes.map(\.id))
    var verdicts: [(worker: Int, agrees: Bool)] = []
    for (_, group) in Dictionary(grouping: entries, by: \.task).sorted(by: { $0.key < $1.key }) {
      let said = group.map { entry in entry.answer.annotations.filter { ids.contains($0.classID) } }
      let truth = group.first?.known.map { $0.filter { ids.contains($0.classID) } }
      for (place, own) in said.enumerated() {
        let others =
          truth.map { [$0] }
          ?? said.indices.filter { group[$0].answer.worker != group[place].answer.worker }.map { said[$0] }
        guard !others.isEmpty else { continue }
        let agrees = others.contains {
          AnswerAgreement.share(own, $0, ontology: ontology) >= Settlement.agreeingShare
        }
        verdicts.append((workers.number(group[place].answer.worker), agrees))
      }
    }
    guard !verdicts.isEmpty else { return [:] }
    let rate = Double(verdicts.count(where: \.agrees)) / Double(verdicts.count)
    var evidence: [Int: DisagreementEvidence] = [:]
    for verdict in verdicts {
      evidence[verdict.worker, default: DisagreementEvidence(rate: rate)].add(agrees: verdict.agrees)
    }
    return evidence.mapValues(\.strength)
  }

  // MARK: Repetitions

  private static func addRepetitions(
    _ entries: [Entry], _ ontology: Ontology, to conducts: inout [String: Conduct]
  ) {
    var screening = TextScreening()
    var drawings: [String: [[Annotation]: Int64]] = [:]
    var counts: [String: (repeated: Int, texts: Int, modelLike: Int)] = [:]
    for entry in entries {
      let worker = entry.answer.worker
      var count = counts[worker] ?? (0, 0, 0)
      let objects = entry.answer.annotations.filter(\.isObject)
      if !objects.isEmpty {
        let known = drawings[worker, default: [:]].updateValue(entry.task, forKey: objects)
        if let known, known != entry.task { count.repeated += 1 }
      }
      for annotation in entry.answer.annotations {
        guard case .text(let text) = annotation.value else { continue }
        if screening.isRepeated(text, by: worker, of: entry.task) { count.texts += 1 }
        if TextScreening.isModelLike(text) { count.modelLike += 1 }
      }
      counts[worker] = count
    }
    for (worker, count) in counts {
      conducts[worker]?[.repeatedAnswers] = Double(count.repeated)
      conducts[worker]?[.duplicateTexts] = Double(count.texts)
      conducts[worker]?[.modelLikeTexts] = Double(count.modelLike)
    }
  }

  // MARK: Records

  private func addRecords(
    of project: ProjectID, to conducts: inout [String: Conduct], _ connection: any Connection
  ) throws {
    for (worker, record) in try AnnotatorRecord.of(Array(conducts.keys), in: project, connection) {
      conducts[worker]?[.skipsInARow] = Double(record.skipsInARow)
      if record.judged > 0 {
        conducts[worker]?[.agreement] = Double(record.agreed) / Double(record.judged)
      }
    }
  }

  /// Whoever fails an examination is no cheat: only live work counts.
  private func addGold(
    of project: ProjectID, to conducts: inout [String: Conduct], _ now: Int64,
    _ judgedSince: [String: Int64], _ connection: any Connection
  ) throws {
    var sums: [String: (judged: Double, agreed: Double)] = [:]
    try connection.forEach(
      """
      SELECT worker, at, agreed FROM gold_seen
      WHERE project_id = ? AND agreed IS NOT NULL AND exam IS NULL AND at > ?
      """, [project.sql, .int(now - Self.goldMilliseconds)]
    ) { row in
      let worker = row.text(0)
      guard row.int(1) > judgedSince[worker] ?? 0 else { return true }
      sums[worker, default: (0, 0)].judged += 1
      sums[worker, default: (0, 0)].agreed += Double(row.int(2))
      return true
    }
    for (worker, sum) in sums {
      conducts[worker]?[.goldJudged] = sum.judged
      conducts[worker]?[.goldRate] = sum.agreed / sum.judged
    }
  }
}
