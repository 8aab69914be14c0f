import Notation
import Platform
import Store
import Workforce

/// Course and examination of a worker, on the way to a project's live work.
struct ExamCourse {
  private let call: Call
  private let listing: Directory.Listing
  private let vault: ClientVault

  init(_ call: Call, _ listing: Directory.Listing, _ vault: ClientVault) {
    (self.call, self.listing, self.vault) = (call, listing, vault)
  }

  /// What is to be done before live work; nil for who has qualified or need not.
  ///
  /// - Throws: `.notEligible` where the examination ended just now and was not passed.
  func entry() async throws -> ExamEntry? {
    guard let step = try await step() else { return nil }
    switch step.standing {
    case .qualified: return nil
    case .learning: return step.entry
    case .waiting(let until): throw Refusal.notEligible([.examination(after: until)])
    case .exhausted: throw Refusal.notEligible([.examination(after: nil)])
    }
  }

  private func step() async throws -> Qualifications.Step? {
    guard let plan = listing.qualification, let standing = listing.standing, standing != .qualified,
      case .user(let user, _) = try call.who().identity
    else { return nil }
    return try await Qualifications(call.engine).step(
      of: user, in: listing.project, of: vault, under: plan)
  }

  /// How far somebody is after an answer: of the course, of the examination, or what it came to. nil for
  /// live work.
  ///
  /// - Parameter lease: of the task that was answered.
  func progress(after lease: LeaseID) async throws -> JSON? {
    guard let plan = listing.qualification, case .user(let user, _) = try call.who().identity else {
      return nil
    }
    let (project, worker) = (listing.project, vault.key.pseudonym(of: user.text))
    let step = try await step()
    let attempt = try await vault.database.read {
      try Examination.attempt(of: lease, by: worker, in: project, $0)
    }
    if let attempt,
      let ended = try await Qualifications(call.engine).outcome(
        of: attempt, by: user, in: project, under: plan)
    {
      return ended.json.adding(Self.next(step?.standing ?? .qualified))
    }
    if let entry = step?.entry {
      let progress = try await vault.database.read {
        try Examination(project: project, worker: worker, entry: entry).progress($0)
      }
      return [
        "state": "learning", "attempt": .count(entry.attempt),
        "lessons": .count(progress.lessonsPlanned), "lessons_done": .count(progress.lessons),
        "questions": .count(progress.questionsPlanned), "questions_done": .count(progress.asked),
      ]
    }
    return nil
  }

  /// What a project asks before its live work, and how far the caller is; null where nothing is asked.
  static func summary(_ listing: Directory.Listing) -> JSON {
    guard let plan = listing.qualification, let standing = listing.standing else { return .null }
    let state = standing == .qualified ? "passed" : "learning"
    return QualificationNotation.json(plan).adding([.init("state", .string(state))])
  }

  private static func next(_ standing: Qualification.Standing) -> [JSON.Member] {
    switch standing {
    case .waiting(let until): [.init("again_after", .time(until)), .init("tries_left", true)]
    case .learning: [.init("tries_left", true)]
    case .exhausted: [.init("tries_left", false)]
    case .qualified: []
    }
  }
}

extension Qualification {
  var json: JSON {
    [
      "state": .string(state.rawValue), "attempt": .count(attempt), "right": .optional(right),
      "asked": .optional(asked), "at": .time(at),
    ]
  }
}
