import Consensus
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Notation

/// Words, each with ten real people's ratings: imported, replayed, settled, measured.
struct RatingsDemo: Sendable {
  let people: DemoPeople
  let source: String
  let data: String
  let limit: Int?

  static let projectName = "How do these words feel?"
  static let plan: JSON = [
    "answers": ["min": 4, "max": 10, "targetConfidence": 0.8, "method": "majority"]
  ]

  struct Word: Sendable {
    var text: String
    var ratings: [Double]
  }

  func run() async throws -> JSON {
    let (words, isReal) = try load()
    Console.say(
      "1. Ratings: \(words.count) words with \(words.reduce(0) { $0 + $1.ratings.count }) ratings "
        + (isReal ? "by real people (vaderSentiment)" : "that were made up (no real data here)"))
    let project = try await makeProject()
    let report = try await people.manager.send(
      .POST, "/api/projects/\(project)/imports", body: .bytes(ByteBuffer(bytes: lines(words))))
    Console.say("   imported \(report["created"]?.integer ?? 0) tasks")
    let outcome = try await replay(words, project)
    Console.say(
      "   \(people.workers.count) workers gave \(outcome.answers) answers over HTTP in "
        + "\(Int(outcome.seconds)) s (\(Int(Double(outcome.answers) / outcome.seconds)) a second)")
    let quality = try await people.manager.send(.GET, "/api/projects/\(project)/quality")
    let path = data + "/exports/ratings.jsonl"
    try await DemoExport.save(people.manager, project, "jsonl", path)
    try await DemoExport.save(people.manager, project, "csv", data + "/exports/ratings.csv")
    let alpha = quality["agreement"]?.array?.first?["value"]?.number ?? 0
    Console.say("   agreement: Krippendorff α (ordinal) \(rounded(alpha, 3))")
    let measured = try AdaptiveReport(words: words, export: path)
    Console.say(measured.sentences.map { "   " + $0 }.joined(separator: "\n"))
    return measured.json.adding(alpha: alpha, answers: outcome.answers)
  }

  private func makeProject() async throws -> String {
    let project = try await people.manager.send(
      .POST, "/api/projects",
      [
        "name": .string(Self.projectName),
        "instructions": """
        How does this word, emoticon or piece of slang feel?

        - **−4** extremely negative
        - **0** neutral
        - **+4** extremely positive
        """,
        "ontology": [
          "classes": [
            [
              "name": "feeling", "kind": "rating", "min": -4, "max": 4, "step": 1,
              "required": true,
            ]
          ]
        ], "plan": Self.plan,
      ])
    return project["id"]?.string ?? ""
  }

  private func lines(_ words: [Word]) -> [UInt8] {
    var writer = JSONWriter()
    for word in words {
      writer.value(["text": .string(word.text)] as JSON)
      writer.newline()
    }
    return writer.bytes
  }

  private func replay(_ words: [Word], _ project: String) async throws -> Crowd.Outcome {
    let recording = Recording(
      Dictionary(
        words.map { word in
          (word.text, word.ratings.map { [["class": "feeling", "rating": .double($0)]] as JSON })
        }, uniquingKeysWith: { first, _ in first }))
    let outcome = try await Crowd(workers: people.workers, project: project) { task, _ in
      recording.next(task)
    }.run { _ in }
    return outcome
  }

  /// `vader_lexicon.txt`: token, mean, deviation and a list of ten ratings, by tabs.
  private func load() throws -> (words: [Word], isReal: Bool) {
    guard let data = FileManager.default.contents(atPath: source + "/vader_lexicon.txt") else {
      return (invented(), false)
    }
    var seen: Set<String> = []
    var words: [Word] = []
    for line in String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard fields.count >= 4, !fields[0].isEmpty, seen.insert(String(fields[0])).inserted,
        let ratings = (try? JSON(parsing: String(fields[3])))?.array?.compactMap(\.number),
        ratings.count == 10
      else { continue }
      words.append(Word(text: String(fields[0]), ratings: ratings))
    }
    guard !words.isEmpty else {
      throw Failure("\(source)/vader_lexicon.txt holds no ratings: fetch it anew")
    }
    return (Array(words.prefix(limit ?? .max)), true)
  }

  private func invented() -> [Word] {
    (0..<(limit ?? 500)).map { index in
      var generator = SeededGenerator(seed: 7, "word \(index)")
      let centre = Double.random(in: -3.5...3.5, using: &generator)
      let ratings = (0..<10).map { _ in
        min(4, max(-4, (centre + Double.random(in: -1.5...1.5, using: &generator)).rounded()))
      }
      return Word(text: "word-\(index)", ratings: ratings)
    }
  }
}

private func rounded(_ value: Double, _ digits: Int) -> String {
  String(format: "%.\(digits)f", value)
}

extension JSON {
  fileprivate func adding(alpha: Double, answers: Int) -> JSON {
    .object(
      (members ?? []) + [
        .init("alpha_ordinal", .double(alpha)), .init("answers", .int(Int64(answers))),
      ])
  }
}

/// What the adaptive plan saved: its results against the mean of all ten ratings, and against
/// plans that ask everybody the same number of times.
struct AdaptiveReport {
  var answers = 0
  var words = 0
  /// Mean distance of the result from the mean of all ten ratings, in steps.
  var error = 0.0
  /// Share of words whose result has the sign of that mean.
  var polarity = 0.0
  /// The least fixed number of answers whose error is as small.
  var equalFixed: Int?
  var fixedErrors: [Double] = []

  init(words: [RatingsDemo.Word], export: String) throws {
    let ratings = Dictionary(
      words.map { ($0.text, $0.ratings) }, uniquingKeysWith: { first, _ in first })
    guard let data = FileManager.default.contents(atPath: export) else {
      throw Failure("\(export) cannot be read")
    }
    for line in data.split(separator: 0x0A) {
      let task = try JSON(parsing: [UInt8](line))
      guard let text = task["params"]?["text"]?.string, let all = ratings[text],
        let result = task["consensus"]?["annotations"]?.array?.first?["rating"]?.number
      else { continue }
      let truth = all.reduce(0, +) / Double(all.count)
      self.words += 1
      answers += task["answers"]?.array?.count ?? 0
      error += abs(result - truth)
      polarity += (result > 0) == (truth > 0) && (result < 0) == (truth < 0) ? 1 : 0
    }
    let count = Double(max(1, self.words))
    (error, polarity) = (error / count, polarity / count)
    fixedErrors = (1...10).map { number in
      words.reduce(0) { sum, word in
        let truth = word.ratings.reduce(0, +) / Double(word.ratings.count)
        let some = word.ratings.prefix(number)
        return sum + abs(some.reduce(0, +) / Double(some.count) - truth)
      } / Double(max(1, words.count))
    }
    equalFixed = fixedErrors.firstIndex { $0 <= error }.map { $0 + 1 }
  }

  var sentences: [String] {
    let perWord = Double(answers) / Double(max(1, words))
    var lines = [
      "\(answers) answers settled \(words) words: \(rounded(perWord, 2)) each instead of 10 "
        + "(\(rounded(100 * (1 - perWord / 10), 1)) % saved)",
      "results lie \(rounded(error, 3)) steps from the mean of all ten, on average; "
        + "\(rounded(100 * polarity, 1)) % have its sign",
    ]
    if let equalFixed {
      let saved = 100 * (1 - perWord / Double(equalFixed))
      lines.append(
        "at equal accuracy a fixed plan needs \(equalFixed) answers a word: the adaptive plan "
          + "saves \(rounded(saved, 1)) %")
    }
    return lines
  }

  var json: JSON {
    [
      "words": .int(Int64(words)), "answers_exported": .int(Int64(answers)),
      "mean_error": .double(error), "polarity_agreement": .double(polarity),
      "equal_fixed_answers": equalFixed.map { .int(Int64($0)) } ?? .null,
      "fixed_errors": .array(fixedErrors.map { .double($0) }),
    ]
  }
}

/// Makes an export and saves it.
enum DemoExport {
  static func save(
    _ client: APIClient, _ project: String, _ format: String, _ path: String
  ) async throws {
    let export = try await client.send(
      .POST, "/api/projects/\(project)/exports", ["format": .string(format)])
    _ = try await client.download(
      "/api/exports/\(export["id"]?.string ?? "")/content", to: path
    ) { _ in }
  }
}
