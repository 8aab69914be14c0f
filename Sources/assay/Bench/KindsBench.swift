import ArgumentParser
import Consensus
import Foundation
import Geometry
import Labels
import Notation

/// How right results are that are no single choices: texts, spans, tag sequences, boxes, numbers.
struct KindsBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kinds",
    abstract: "Measure consensus of texts, spans, sequences, boxes, numbers and pairs.",
    discussion: """
      Reads every folder in DATA whose README says `kind: text`, `spans`, `sequence`, `boxes`, \
      `numeric` or `pairwise`. Texts: word error rate, lower case, the mean over texts (less is better). \
      Spans: F1 \
      of characters. Sequences: F1 of entities that agree in both ends and kind. Boxes: F1 at an \
      overlap of 0.5, on images that have some. Numbers: mean absolute error and root of the mean \
      square. Pairs: votes set aside, a fifth at a time. Truth is used to measure only.
      """)

  @Option(help: "A folder of sets.") var data: String
  @OptionGroup var output: OutputOptions

  struct Result {
    var set: String
    var method: String
    var measure: String
    var value: Double
  }

  func run() async throws {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: data) else {
      throw Failure("\(data) cannot be read", remedy: "Give a folder of sets with --data.")
    }
    var results: [Result] = []
    for name in names.sorted() {
      let path = "\(data)/\(name)"
      switch SetFile.kind(path) {
      case "text": results += try KindSets.texts(path, name)
      case "spans": results += try KindSets.spans(path, name)
      case "sequence": results += try KindSets.sequences(path, name)
      case "boxes": results += try KindSets.boxes(path, name)
      case "numeric": results += try KindSets.numbers(path, name)
      case "pairwise": results += try KindSets.pairs(path, name)
      default: continue
      }
    }
    guard !results.isEmpty else {
      throw Failure(
        "\(data) holds no sets of these kinds",
        remedy: "A set is a folder with answers.csv, truth.csv and a README that says `kind: text`."
      )
    }
    var table = TextTable("set, method, measure", columns: ["value"], nameWidth: 60)
    for result in results {
      table.add(
        "\(result.set), \(result.method), \(result.measure)", [TextTable.number(result.value, 4)])
    }
    output.print(
      .array(
        results.map {
          [
            "set": .string($0.set), "method": .string($0.method), "measure": .string($0.measure),
            "value": .double($0.value),
          ]
        }), table.text)
  }
}

/// Reads and measures a set of each kind.
enum KindSets {
  private typealias Result = KindsBench.Result

  private static func rows(_ path: String, _ header: [String]) throws -> [[String]] {
    guard let rows = try SetFile.rows(path, header) else {
      throw Failure("\(path) must have the columns \(header.joined(separator: ", "))")
    }
    return rows
  }

  private static func number(_ text: String, _ path: String) throws -> Double {
    guard let number = Double(text), number.isFinite else {
      throw Failure("\(path): “\(text)” is no number")
    }
    return number
  }

  /// Of what is found against what is there, over all tasks with truth.
  private static func f1<T: Hashable>(_ found: [Set<T>], _ truth: [Int: Set<T>]) -> Double {
    var (both, own, all) = (0, 0, 0)
    for (task, right) in truth where task < found.count {
      both += found[task].intersection(right).count
      own += found[task].count
      all += right.count
    }
    return own + all > 0 ? 2 * Double(both) / Double(own + all) : 0
  }

  static func texts(_ path: String, _ name: String) throws -> [KindsBench.Result] {
    var tasks = Numbering<String>()
    var versions: [[String]] = []
    for row in try rows(path + "/answers.csv", ["task", "worker", "text"]) {
      let task = tasks.number(row[0])
      if task == versions.count { versions.append([]) }
      versions[task].append(row[2])
    }
    var sums = (rover: 0.0, medoid: 0.0, count: 0.0)
    for row in try rows(path + "/truth.csv", ["task", "text"]) {
      let task = tasks.number(row[0])
      guard task < versions.count else { continue }
      let truth = ROVER.words(row[1].lowercased())
      func errors(_ words: [String]) -> Double {
        Double(TextMedoid.editDistance(words.map { $0.lowercased() }, truth))
          / Double(max(1, truth.count))
      }
      sums.rover += errors(ROVER.combine(versions[task]))
      if let medoid = TextMedoid.find(versions[task]) {
        sums.medoid += errors(ROVER.words(versions[task][medoid.index]))
      }
      sums.count += 1
    }
    return [
      Result(
        set: name, method: "medoid", measure: "word error rate", value: sums.medoid / sums.count),
      Result(
        set: name, method: "rover", measure: "word error rate", value: sums.rover / sums.count),
    ]
  }

  static func spans(_ path: String, _ name: String) throws -> [KindsBench.Result] {
    var (tasks, workers) = (Numbering<String>(), Numbering<String>())
    var marks: [[Int: [Range<Int>]]] = []
    func open(_ row: [String]) -> (task: Int, worker: Int) {
      let place = (task: tasks.number(row[0]), worker: workers.number(row[1]))
      if place.task == marks.count { marks.append([:]) }
      return place
    }
    for row in try rows(path + "/assignments.csv", ["task", "worker"]) {
      let (task, worker) = open(row)
      marks[task][worker] = []
    }
    for row in try rows(path + "/answers.csv", ["task", "worker", "start", "end"]) {
      let (task, worker) = open(row)
      guard let start = Int(row[2]), let end = Int(row[3]), start < end else {
        throw Failure("\(path)/answers.csv: \(row[2])–\(row[3]) is no span")
      }
      marks[task][worker, default: []].append(start..<end)
    }
    let texts = marks.map { readers in
      readers.sorted { $0.key < $1.key }.map { SpanVote.Reading(worker: $0.key, spans: $0.value) }
    }
    var truth: [Int: Set<Int>] = [:]
    for row in try rows(path + "/truth.csv", ["task", "start", "end"]) {
      guard let start = Int(row[1]), let end = Int(row[2]), start <= end else { continue }
      truth[tasks.number(row[0]), default: []].formUnion(start..<end)
    }
    func score(_ found: [[Range<Int>]]) -> Double { f1(found.map { Set($0.joined()) }, truth) }
    let alike = texts.map { SpanVote([$0], workerCount: workers.count, quorum: 0.5).spans[0] }
    let found = SpanVote(texts, workerCount: workers.count).spans
    return [
      Result(
        set: name, method: "half of the readers", measure: "F1 of characters", value: score(alike)),
      Result(set: name, method: "span_vote", measure: "F1 of characters", value: score(found)),
    ]
  }

  static func sequences(_ path: String, _ name: String) throws -> [KindsBench.Result] {
    var (tasks, workers) = (Numbering<String>(), Numbering<String>())
    var entities = Numbering<String>()
    func tags(_ text: String) throws -> [Int] {
      try text.split(separator: " ").map { tag in
        if tag == "O" { return 0 }
        guard tag.hasPrefix("B-") || tag.hasPrefix("I-") else {
          throw Failure("\(path): “\(tag)” is no BIO tag")
        }
        return 2 * entities.number(String(tag.dropFirst(2))) + (tag.hasPrefix("B") ? 1 : 2)
      }
    }
    var (lengths, readings): ([Int], [[SequenceTable.Reading]]) = ([], [])
    for row in try rows(path + "/answers.csv", ["task", "worker", "labels"]) {
      let task = tasks.number(row[0])
      let found = try tags(row[2])
      if task == lengths.count {
        lengths.append(found.count)
        readings.append([])
      }
      guard found.count == lengths[task] else {
        throw Failure("\(path)/answers.csv: readings of \(row[0]) differ in length")
      }
      readings[task].append(.init(worker: workers.number(row[1]), tags: found))
    }
    var truth: [Int: Set<TaggedSpan>] = [:]
    for row in try rows(path + "/truth.csv", ["task", "labels", "part", "document"]) {
      truth[tasks.number(row[0])] = TaggedSpan.spans(try tags(row[1]))
    }
    let table = SequenceTable(
      lengths: lengths, readings: readings, workerCount: workers.count,
      entityCount: entities.count)
    func score(_ found: [[Int]]) -> Double { f1(found.map(TaggedSpan.spans), truth) }
    let votes = zip(lengths, readings).map { length, readings in
      (0..<length).map { token -> Int in
        var counts = [Int](repeating: 0, count: table.tagCount)
        for reading in readings { counts[reading.tags[token]] += 1 }
        return counts.firstIndex(of: counts.max() ?? 0) ?? 0
      }
    }
    let settled = SpanConsensus(
      readings.map { readings in
        readings.map { reading in
          .init(
            worker: reading.worker,
            spans: TaggedSpan.spans(reading.tags).map {
              .init(kind: $0.entity, range: $0.start..<$0.end)
            })
        }
      }, workerCount: workers.count, kindCount: entities.count)
    let spans = (settled?.results ?? []).map { result in
      Set(
        (result?.spans ?? []).map {
          TaggedSpan(start: $0.range.lowerBound, end: $0.range.upperBound, entity: $0.kind)
        })
    }
    return [
      Result(set: name, method: "token vote", measure: "F1 of entities", value: score(votes)),
      Result(
        set: name, method: "sequence", measure: "F1 of entities",
        value: score(SequenceConsensus(table).tags)),
      Result(
        set: name, method: "spans, as projects do", measure: "F1 of entities",
        value: f1(spans, truth)),
    ]
  }

  static func numbers(_ path: String, _ name: String) throws -> [KindsBench.Result] {
    var (tasks, workers) = (Numbering<String>(), Numbering<String>())
    var values: [[Double]] = []
    var all: [NumericReadings.Reading] = []
    for row in try rows(path + "/answers.csv", ["task", "worker", "label"]) {
      let task = tasks.number(row[0])
      if task == values.count { values.append([]) }
      values[task].append(try number(row[2], path))
      all.append(
        .init(task: task, worker: workers.number(row[1]), value: try number(row[2], path)))
    }
    let answered = values.count
    var truth: [(task: Int, value: Double)] = []
    for row in try rows(path + "/truth.csv", ["task", "label"]) {
      let task = tasks.number(row[0])
      if task < answered { truth.append((task, try number(row[1], path))) }
    }
    guard let readings = NumericReadings(all, taskCount: answered, workerCount: workers.count)
    else { throw Failure("\(path)/answers.csv cannot be read") }
    let estimates: [(String, [Double])] = [
      ("mean", values.map { $0.mean ?? 0 }), ("median", values.map { $0.median ?? 0 }),
      ("worker_bias", WorkerBias(readings).values), ("catd", CATD.fit(readings)),
      ("crh", CRH.fit(readings)),
    ]
    return estimates.flatMap { method, estimate -> [KindsBench.Result] in
      let errors = truth.map { estimate[$0.task] - $0.value }
      let count = Double(max(1, errors.count))
      let squares = errors.reduce(0) { $0 + $1 * $1 }
      return [
        Result(
          set: name, method: method, measure: "mean absolute error",
          value: errors.reduce(0) { $0 + abs($1) } / count),
        Result(
          set: name, method: method, measure: "root mean square",
          value: (squares / count).squareRoot()),
      ]
    }
  }
}
