import Consensus
import Workforce

/// People who answer choices, honest and not, in virtual time: what a screening is tried on.
///
/// Groups of as many as a task has answers work through tasks together; a ring works as one group where it
/// fits. Everybody's time at work is drawn too, so that rules on speed can be tried.
struct SimulatedCrowd {
  enum Kind: Hashable {
    // Honest.
    case able, weak, slow, fast
    /// Reads part of the tasks in another way, always the same one.
    case minority
    // Planted.
    /// Any answer, at random.
    case random
    /// Always the same.
    case constant
    /// As often as the crowd says it.
    case habit
    /// Works well at first.
    case sleeper
    /// Says what the head of its ring says.
    case copier(head: Int)

    var isPlanted: Bool {
      switch self {
      case .able, .weak, .slow, .fast, .minority: false
      case .random, .constant, .habit, .sleeper, .copier: true
      }
    }

    var name: String {
      if case .copier = self { return "copier" }
      return "\(self)"
    }
  }

  enum Mix: String, CaseIterable {
    /// A fifth who do not look: at random, always the same, by habit.
    case spammers
    /// A fifth in rings of four: one answers at random, three take it over.
    case colluders
    /// A quarter: bots that answer at once, sleepers, copiers of careless people.
    case mixed

    func kind(_ place: Int) -> Kind {
      switch self {
      case .spammers: [.random, .constant, .habit][place % 3]
      case .colluders: place % 4 == 0 ? .random : .copier(head: place - place % 4)
      case .mixed:
        switch place % 8 {
        case 0, 1, 2: .random
        case 3: .constant
        case 4: .sleeper
        case 5: .habit
        default: .copier(head: place - place % 8)
        }
      }
    }

    var share: Double { self == .mixed ? 0.25 : 0.2 }
  }

  let kinds: [Kind]
  private let classes: Int
  private let answersPerTask: Int
  private let goldRate: Double
  private let prior: [Double]
  private var random: SeededGenerator
  private var abilities: [Double] = []
  private var seconds: [Double] = []
  private(set) var answers: [CrowdAnswers.Answer] = []
  private(set) var known: [Int: Int] = [:]
  private(set) var counts: [Int]
  private var times: [[Double]]
  private var tasks = 0

  init(workers: Int, classes: Int, answersPerTask: Int, goldRate: Double, mix: Mix, seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let planted = Int(Double(workers) * mix.share)
    kinds = (0..<workers).map { worker in
      if worker < planted { return mix.kind(worker) }
      switch random.unit() {
      case ..<0.6: return .able
      case ..<0.7: return .weak
      case ..<0.8: return .slow
      case ..<0.9: return .fast
      default: return .minority
      }
    }
    let weights = (0..<classes).map { 1 / Double($0 + 1) }
    prior = weights.map { $0 / weights.reduce(0, +) }
    for kind in kinds {
      abilities.append(kind == .weak ? 0.7 + 0.08 * random.unit() : 0.78 + 0.19 * random.unit())
      let base = 12 + 12 * random.unit()
      switch kind {
      case .slow: seconds.append(base * 3)
      case .fast: seconds.append(base * 0.4)
      // Two of three click at once; the third waits, so as not to be seen.
      case _ where kind.isPlanted: seconds.append(random.unit() < 0.67 ? 2 + 3 * random.unit() : base)
      default: seconds.append(base)
      }
    }
    (self.classes, self.answersPerTask, self.goldRate) = (classes, answersPerTask, goldRate)
    self.random = random
    counts = [Int](repeating: 0, count: workers)
    times = [[Double]](repeating: [], count: workers)
  }

  /// Everybody who is left answers so many tasks.
  mutating func work(_ count: Int, without out: Set<Int>) {
    for group in groups(without: out) {
      for _ in 0..<count { answer(group) }
    }
  }

  private mutating func groups(without out: Set<Int>) -> [[Int]] {
    var units: [Int: [Int]] = [:]
    for worker in kinds.indices where !out.contains(worker) {
      if case .copier(let head) = kinds[worker] { units[head, default: []].append(worker) } else {
        units[worker, default: []].insert(worker, at: 0)
      }
    }
    var groups: [[Int]] = []
    var current: [Int] = []
    for head in units.keys.sorted().shuffled(using: &random) {
      let unit = units[head] ?? []
      if current.count + unit.count > answersPerTask, !current.isEmpty {
        groups.append(current)
        current = []
      }
      current += unit
    }
    return groups + (current.isEmpty ? [] : [current])
  }

  private mutating func answer(_ group: [Int]) {
    let truth = draw()
    let isOdd = random.unit() < 0.2
    if random.unit() < goldRate { known[tasks] = truth }
    var said: [Int: Int] = [:]
    for worker in group {
      let label = label(of: worker, truth, isOdd: isOdd, said)
      said[worker] = label
      answers.append(.init(task: tasks, worker: worker, label: label))
      counts[worker] += 1
      times[worker].append(seconds[worker] * (0.6 + 0.8 * random.unit()))
    }
    tasks += 1
  }

  private mutating func label(of worker: Int, _ truth: Int, isOdd: Bool, _ said: [Int: Int]) -> Int {
    switch kinds[worker] {
    case .able, .weak, .slow, .fast: return able(worker, truth)
    case .minority: return isOdd && random.unit() < 0.9 ? (truth + 1) % classes : able(worker, truth)
    case .random: return Int.random(in: 0..<classes, using: &random)
    case .constant: return worker % classes
    case .habit: return draw()
    case .sleeper where counts[worker] < 15: return able(worker, truth)
    case .sleeper: return Int.random(in: 0..<classes, using: &random)
    case .copier(let head):
      let copied = random.unit() < 0.95 ? said[head] : nil
      return copied ?? Int.random(in: 0..<classes, using: &random)
    }
  }

  private mutating func able(_ worker: Int, _ truth: Int) -> Int {
    if random.unit() < abilities[worker] { return truth }
    return (truth + 1 + Int.random(in: 0..<(classes - 1), using: &random)) % classes
  }

  private mutating func draw() -> Int {
    var rest = random.unit()
    for (label, share) in prior.enumerated() {
      rest -= share
      if rest < 0 { return label }
    }
    return classes - 1
  }

  /// What the engine would know of everybody.
  func conducts() -> [Conduct] {
    let findings = CrowdScreening(
      CrowdAnswers(answers, known: known, workerCount: kinds.count, labelCount: classes)
    ).findings
    let medians = times.map { $0.sorted().dropFirst($0.count / 2).first ?? 0 }
    return kinds.indices.map { worker in
      var conduct = Conduct([
        .answers: Double(counts[worker]), .chance: findings[worker].chance,
        .speedPercentile: Conduct.percentile(of: medians[worker], among: medians),
        .medianSeconds: medians[worker],
      ])
      conduct[.copying] = findings[worker].copying?.strength
      return conduct
    }
  }
}
