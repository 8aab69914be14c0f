import AsyncHTTPClient
import Consensus
import Foundation
import NIOHTTP1
import Notation
import Synchronization

/// Workers who sign in, take tasks over HTTP and answer them, as a browser would.
struct Crowd: Sendable {
  /// Signed-in workers.
  var workers: [APIClient]
  var project: String
  /// Annotations of worker `index` for a leased task; nil skips it.
  var answer: @Sendable (_ task: JSON, _ index: Int) -> JSON?

  struct Outcome: Sendable {
    var answers = 0
    var skipped = 0
    var problems = 0
    var seconds = 0.0
  }

  /// Works until nobody gets a task, or `limit` answers are in.
  func run(limit: Int = .max, progress: @escaping @Sendable (Int) -> Void) async throws -> Outcome {
    let start = ContinuousClock.now
    let tally = Tally(limit: limit)
    let outcome = try await withThrowingTaskGroup(of: Outcome.self) { group in
      for (index, client) in workers.enumerated() {
        group.addTask {
          try await work(client, index) {
            guard let count = tally.next() else { return false }
            progress(count)
            return true
          }
        }
      }
      var sum = Outcome()
      for try await part in group {
        sum.answers += part.answers
        sum.skipped += part.skipped
        sum.problems += part.problems
      }
      return sum
    }
    var result = outcome
    let elapsed = start.duration(to: .now).components
    result.seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
    return result
  }

  private func work(
    _ client: APIClient, _ index: Int, _ mayGoOn: @Sendable () -> Bool
  ) async throws -> Outcome {
    var outcome = Outcome()
    let base = "/api/work/\(project)/leases"
    while mayGoOn() {
      let found = try await client.send(.POST, base, [:])
      guard let lease = found["leases"]?.array?.first, let id = lease["id"]?.string,
        let task = lease["task"]
      else {
        // Others may still give something back, or an answer may ask for one more.
        if found["reason"]?["code"]?.string == "allLeased" {
          try await Task.sleep(for: .milliseconds(20))
          continue
        }
        return outcome
      }
      guard let annotations = answer(task, index) else {
        try await client.send(
          .POST, "\(base)/\(id)/skip", ["reason": "The recording has no answer left"])
        outcome.skipped += 1
        continue
      }
      do {
        try await client.send(
          .POST, "\(base)/\(id)/answer",
          ["annotations": annotations, "active_seconds": .double(2 + Double(index % 7))])
        outcome.answers += 1
      } catch let problem as APIClient.Problem where problem.status == 409 {
        outcome.problems += 1
      }
    }
    return outcome
  }
}

/// Counts up to a limit, for many at once.
private final class Tally: Sendable {
  private let limit: Int
  private let count = Mutex(0)

  init(limit: Int) { self.limit = limit }

  func next() -> Int? {
    count.withLock { count in
      guard count < limit else { return nil }
      count += 1
      return count
    }
  }
}

extension SeededGenerator {
  /// A generator for one thing among many, named by a text.
  init(seed: UInt64, _ name: String) {
    // FNV-1a, so that neighbouring names start far apart.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    self.init(seed: seed ^ hash)
  }
}

/// Invents answers: a seeded truth for each task, and workers who find it more or less often.
struct InventedAnswers: Sendable {
  var seed: UInt64
  var classes: [JSON]
  /// Chance that worker `index` is right; those at the end of a crowd are the worse ones.
  var accuracy: @Sendable (Int) -> Double

  func annotations(_ task: JSON, _ index: Int) -> JSON? {
    let name = task["id"]?.string ?? ""
    let key = task["params"]?["image"]?.string ?? task["params"]?["text"]?.string ?? name
    var truth = SeededGenerator(seed: seed, key)
    var worker = SeededGenerator(seed: seed &+ UInt64(index) &* 7919, name)
    let isRight = Double.random(in: 0..<1, using: &worker) < accuracy(index)
    var result: [JSON] = []
    for labelClass in classes where labelClass["kind"]?.string != "box" {
      if let value = value(labelClass, isRight, &truth, &worker) { result.append(value) }
    }
    result += boxes(task, isRight, &truth, &worker)
    return .array(result)
  }

  private func value(
    _ labelClass: JSON, _ isRight: Bool, _ truth: inout SeededGenerator,
    _ worker: inout SeededGenerator
  ) -> JSON? {
    guard let id = labelClass["id"] else { return nil }
    let options = labelClass["options"]?.array ?? []
    switch labelClass["kind"]?.string {
    case "category":
      let right = Int.random(in: 0..<options.count, using: &truth)
      let said = isRight ? right : Int.random(in: 0..<options.count, using: &worker)
      return ["class": id, "option": options[said]["id"] ?? .null]
    case "multiLabel":
      let right = options.filter { _ in Bool.random(using: &truth) }
      let said = isRight ? right : options.filter { _ in Bool.random(using: &worker) }
      return ["class": id, "options": .array(said.compactMap { $0["id"] })]
    case "rating":
      let low = labelClass["min"]?.number ?? 0
      let step = labelClass["step"]?.number ?? 1
      let count = Int(((labelClass["max"]?.number ?? 0) - low) / step + 1e-9)
      let right = Int.random(in: 0...count, using: &truth)
      let said =
        isRight
        ? min(count, max(0, right + Int.random(in: -1...1, using: &worker)))
        : Int.random(in: 0...count, using: &worker)
      return ["class": id, "rating": .double(low + Double(said) * step)]
    case "text":
      return ["class": id, "text": .string(isRight ? "as seen" : "unsure \(worker.next() % 100)")]
    default: return nil
    }
  }

  /// One to three objects in an image, drawn a few pixels off; a careless worker leaves one out.
  private func boxes(
    _ task: JSON, _ isRight: Bool, _ truth: inout SeededGenerator,
    _ worker: inout SeededGenerator
  ) -> [JSON] {
    let drawn = classes.filter { $0["kind"]?.string == "box" }
    guard !drawn.isEmpty, let width = task["width"]?.number, let height = task["height"]?.number
    else { return [] }
    var result: [JSON] = []
    for _ in 0..<Int.random(in: 1...3, using: &truth) {
      let labelClass = drawn[Int.random(in: 0..<drawn.count, using: &truth)]
      let w = Double.random(in: 0.2...0.5, using: &truth) * width
      let h = Double.random(in: 0.2...0.5, using: &truth) * height
      let x = Double.random(in: 0...(width - w), using: &truth)
      let y = Double.random(in: 0...(height - h), using: &truth)
      let blur = isRight ? 0.02 : 0.12
      func off(_ size: Double) -> Double {
        Double.random(in: -blur...blur, using: &worker) * size
      }
      let left = min(max(0, x + off(w)), width - 2)
      let top = min(max(0, y + off(h)), height - 2)
      let right = max(left + 1, min(width, x + w + off(w)))
      let bottom = max(top + 1, min(height, y + h + off(h)))
      if !isRight, Double.random(in: 0..<1, using: &worker) < 0.3 { continue }
      result.append([
        "class": labelClass["id"] ?? .null,
        "box": [
          .double(left.rounded()), .double(top.rounded()),
          .double(max(1, (right - left).rounded(.down))),
          .double(max(1, (bottom - top).rounded(.down))),
        ],
      ])
    }
    return result
  }
}

/// Recorded answers, handed out once each, by the text or image they were given to.
final class Recording: Sendable {
  private let left: Mutex<[String: [JSON]]>

  init(_ answers: [String: [JSON]]) { left = Mutex(answers) }

  /// Lines like `{"text": "…", "answers": [[annotation, …], …]}`.
  convenience init(file: String) throws {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw Failure("\(file) cannot be read")
    }
    var answers: [String: [JSON]] = [:]
    for (index, line) in data.split(separator: 0x0A).enumerated() {
      guard let json = try? JSON(parsing: [UInt8](line)),
        let key = json["image"]?.string ?? json["text"]?.string,
        let list = json["answers"]?.array
      else { throw Failure("\(file):\(index + 1): needs text or image, and answers") }
      answers[key] = list
    }
    self.init(answers)
  }

  func next(_ task: JSON) -> JSON? {
    let params = task["params"]
    guard let key = params?["image"]?.string ?? params?["text"]?.string else { return nil }
    return left.withLock { left in
      guard left[key]?.isEmpty == false else { return nil }
      return left[key]?.removeFirst()
    }
  }
}
