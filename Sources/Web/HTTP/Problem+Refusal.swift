import Hummingbird
import Platform

extension Problem {
  /// Facts become words here.
  static func of(_ refusal: Refusal) -> Problem {
    switch refusal {
    case .unknown(.invitation, _):
      return Problem(
        .notFound, "unknown-invitation", "Not found",
        "The invitation is unknown, has been used, or is over.", remedy: "Ask for a new one.")
    case .unknown(let thing, let id):
      return Problem(
        .notFound, "unknown-\(thing.rawValue.replacing(" ", with: "-"))", "Not found",
        "There is no \(thing.rawValue) “\(shortened(id))” that you can see.")
    case .taken(.import, let key):
      return Problem(
        .conflict, "import-key-reused", "The key is taken",
        "Another body was imported under the key “\(shortened(key))”.", place: "Idempotency-Key",
        remedy: "Use a new key for new content.")
    case .taken(let thing, let name):
      return Problem(
        .conflict, "\(thing.rawValue)-exists", "Exists already",
        "Another \(thing.rawValue) is called “\(shortened(name))”.", remedy: "Choose another name.")
    case .contributedBefore(let name):
      return Problem(
        .conflict, "contributed-before", "Contributed already",
        "The file “\(shortened(name))” was contributed to this project already.",
        remedy: "Contribute one of your own that nobody has sent.")
    case .uniqueIDTaken(let uniqueID, let task):
      return Problem(
        .conflict, "unique-id-exists", "The unique id is taken",
        "The unique_id “\(shortened(uniqueID))” belongs to task \(task).", place: "unique_id")
    case .requestKeyTaken(let key, let task):
      return Problem(
        .conflict, "request-key-reused", "The key is taken",
        "Another request was made under the key “\(shortened(key))” (task \(task)).",
        place: "Idempotency-Key", remedy: "Use a new key for new content.")
    case .invalid(let path, let problem):
      return Problem(
        .unprocessableContent, "invalid", "A value is not right", "\(path) \(problem).",
        place: path)
    case .notJSON(let error):
      return Problem(
        .badRequest, "not-json", "Not JSON", "\(error.explanation), at byte \(error.offset + 1).",
        place: "byte \(error.offset + 1)")
    case .annotation(let fault):
      return Problem(
        .unprocessableContent, "annotation", "The answer does not fit the ontology",
        fault.sentence + ".", place: fault.index.map { "annotations[\($0)]" })
    case .ontology(let fault):
      return Problem(
        .unprocessableContent, "ontology", "The ontology cannot be used", fault.sentence + ".",
        place: "ontology")
    default: return ofState(refusal)
    }
  }

  private static func ofState(_ refusal: Refusal) -> Problem {
    switch refusal {
    case .notPossible(let thing, let state, let asked):
      return Problem(
        .conflict, "not-possible", "Not possible now",
        "The \(thing.rawValue) is \(state), which does not allow \(asked).")
    case .notEligible(let missing):
      let words = missing.map { one in
        switch one {
        case .language(let tag, let level): "the language \(tag), \(level.rawValue)"
        case .skill(let skill): "the skill \(skill)"
        case .country: "another country, or that you say which is yours"
        case .paused: "that a decision to pause you is lifted"
        case .consent(let version): "your consent to version \(version) of the terms"
        case .optIn: "that you say you will see content that may harm"
        case .rest(let minutes): "a rest: you have worked the \(minutes) minutes of today"
        case .examination(let after):
          after == nil
            ? "an examination that you did not pass, and no tries are left"
            : "an examination that you did not pass, and may try again later"
        }
      }
      return Problem(
        .forbidden, "not-eligible", "Not open to you",
        "This project asks for \(words.joined(separator: "; ")).",
        remedy: "Your home page says what decides; what you hold you may finish.")
    case .leaseEnded(let state):
      return Problem(
        .conflict, "lease-ended", "The lease has ended",
        "The lease is \(state). Its task may be in other hands.",
        remedy: "Ask for the next task.")
    case .answeredDifferently(let answer):
      return Problem(
        .conflict, "answered-differently", "Answered already",
        "The lease was answered with other content (answer \(answer)).",
        remedy: "PUT the new answer to the same lease to revise it.")
    case .reworksExhausted(let limit):
      return Problem(
        .conflict, "reworks-exhausted", "No more rework",
        "The task was sent back \(limit) times, the limit.", remedy: "Accept it or fix it.")
    case .leaseLimit(let limit):
      return Problem(
        .conflict, "lease-limit", "Too many tasks in hand",
        "You hold \(limit) leases in this project, the limit.",
        remedy: "Answer or release some.")
    case .alreadyRunning(let thing, let key):
      return Problem(
        .conflict, "already-running", "Running already",
        "This \(thing.rawValue) (\(shortened(key))) is being done now.",
        remedy: "Wait for it to end.")
    default: return ofLimit(refusal)
    }
  }

  private static func ofLimit(_ refusal: Refusal) -> Problem {
    switch refusal {
    case .tooLarge(let what, let limit):
      return Problem(
        .contentTooLarge, "too-large", "Too large", "The limit of \(what) is \(limit).")
    case .unsupportedMedia(let what):
      return Problem(
        .unsupportedMediaType, "unsupported-media", "Not a file that can be used", "\(what).")
    case .egress(let refusal):
      return Problem(
        .unprocessableContent, "egress-refused", "The URL was not fetched",
        refusal.sentence + ".", place: "url")
    case .unknownLink:
      return Problem(
        .notFound, "unknown-link", "Not found", "No release was ever given at this address.",
        remedy: "Copy the whole address, or ask for a new one: assay release link.")
    case .linkEnded(let moment):
      return Problem(
        .gone, "link-ended", "The address has ended",
        "It was good until \(Timestamp.text(moment)), or its release was taken away then.",
        remedy: "Ask whoever gave it for a new one: assay release link.")
    case .wrongPassword:
      return Problem(
        .unauthorized, "wrong-password", "Not signed in",
        "The address and the password do not belong together.")
    case .tooManyAttempts(let seconds):
      var problem = Problem(
        .tooManyRequests, "too-many-attempts", "Too many attempts",
        "Too many failed attempts for this address. Wait \(seconds) seconds.")
      problem.retryAfterSeconds = seconds
      return problem
    case .noSpace:
      return Problem(
        .init(code: 507, reasonPhrase: "Insufficient Storage"), "no-space", "The disk is full",
        "There is no space left. Nothing of this request was kept.",
        remedy: "Free some space and send it again.")
    default:
      return Problem(.internalServerError, "internal", "Something went wrong here", "")
    }
  }

  private static func shortened(_ text: String) -> String {
    text.count > 120 ? String(text.prefix(120)) + "…" : text
  }
}
