import Formats
import Foundation
import Hummingbird
import Labels
import NIOCore
import Notation
import Platform
import Store
import Vault
import Workflow

/// What annotators and reviewers do all day.
enum WorkRoutes {
  static let all: [Route] = work + FeedbackRoutes.all

  private static let work: [Route] = [
    Route(
      .get, "/api/work", .signedIn,
      "Lists the projects one can work on, and as `closed` those one lacks something for."
    ) { call in
      let who = try call.who()
      var items: [JSON] = []
      var closed: [JSON] = []
      for listing in try await Directory(call.engine).open(to: who) {
        guard listing.missing.isEmpty else {
          closed.append([
            "project": .string(listing.project.text), "name": .string(listing.name),
            "missing": .array(listing.missing.map(EligibilityNotation.json)),
          ])
          continue
        }
        let (counts, feedback, answered) = try await call.engine.vaults.with(listing.client) {
          vault in
          let worker = vault.key.pseudonym(of: who.workerName)
          return (
            try await Batches(vault, actor: who.actor).counts(of: listing.project),
            try await Feedback(vault, worker: worker, project: listing.project).newCount(),
            try await Answers(vault, worker: worker, project: listing.project).count()
          )
        }
        let role = who.role(in: listing.client)
        let isOwn = role != nil && role != .labeler
        // A count that stands still after an answer would say that it was gold.
        let progress = isOwn ? counts : nil
        items.append([
          "project": .string(listing.project.text), "name": .string(listing.name),
          "open": .count(progress?.open ?? min(1, counts.open)),
          "in_review": .optional(
            progress?.inReview ?? (listing.isReviewer ? min(1, counts.inReview) : nil)),
          "completed": .optional(progress?.completed), "tasks": .optional(progress?.tasks),
          "answered": .count(answered), "may_review": .bool(isOwn || listing.isReviewer),
          "feedback": .count(feedback),
          "pay": try await call.price(listing.pay, in: listing.project),
          "qualification": ExamCourse.summary(listing),
          "exposure": RoutingNotation.json(listing.routing)["exposure"] ?? .null,
        ])
      }
      return .json(
        JSON.page(items, next: nil).adding([
          .init("closed", .array(closed)), .init("is_worker", .bool(who.isWorker)),
        ]))
    },
    Route(
      .get, "/api/work/{project}", .work,
      "The ontology and instructions of a version of the project, or of a form of its tasks.",
      query: [.integer("version", "Of the project."), .integer("form", "Of its tasks.")]
    ) { call in
      try await call.atWork { vault, project, worker in
        // Whoever holds a task of it may finish that.
        if try await call.settledListing().missing.isEmpty == false,
          try await Dispatch(vault, worker: worker).held(in: project).isEmpty
        {
          try await call.checkEligibility()
        }
        let projects = Projects(vault, actor: .worker(worker))
        let version = call.query("version").flatMap { Int($0) }
        let form = call.query("form").flatMap { Int64($0) }
        let content = try await projects.content(of: project, version: version, form: form)
        let row = try await projects.get(project)
        return .json(
          ([
            "project": .string(project.text), "name": .string(row.name),
            "version": .count(version ?? row.version),
            "exposure": .optional(call.listing?.routing.exposure?.warning),
          ] as JSON).adding(content.members))
      }
    },
    Route(
      .post, "/api/work/{project}/leases", .work,
      "Leases the next tasks: `count`, `reserve` for prefetching, `stage`; `task` to review just that one.",
      body: [
        .integer("count"), .bool("reserve"), .choice("stage", AnswerRow.Stage.self),
        .string("task"),
      ]
    ) { call in
      let fields = try await call.fields()
      let stage = try stage(fields)
      let count = try fields.optionalInt("count") ?? 1
      guard (1...Dispatch.leaseLimit).contains(count) else {
        throw Refusal.invalid(path: "count", problem: "must lie in 1…\(Dispatch.leaseLimit)")
      }
      let listing = try await call.checkEligibility()
      let task = try fields.optionalString("task").map { text throws(Refusal) in
        guard let id = TaskID(text), stage == .review else { throw .unknown(.task, text) }
        return id
      }
      return try await call.atWork(reviewing: stage == .review) { vault, _, worker in
        let asked = HandOut(
          stage: stage, count: count, isReserve: try fields.optionalBool("reserve") ?? false,
          task: task)
        switch try await asked.lease(listing, vault, worker, call) {
        case .nothing(let nothing): return .json(nothing.json)
        case .leased(let tasks):
          return .json(["leases": .array(try await WorkRoutes.json(tasks, vault, call))])
        }
      }
    },
    Route(
      .post, "/api/work/next", .workers,
      "Leases the next tasks of whichever project has its turn: `count`.", body: [.integer("count")]
    ) { call in
      let count = try await call.fields().optionalInt("count") ?? 1
      guard (1...Dispatch.leaseLimit).contains(count) else {
        throw Refusal.invalid(path: "count", problem: "must lie in 1…\(Dispatch.leaseLimit)")
      }
      return try await next(count, call)
    },
    Route(
      .get, "/api/work/{project}/leases", .work, "The leases one holds, with their drafts."
    ) { call in
      return try await call.atWork { vault, project, worker in
        let held = try await Dispatch(vault, worker: worker).held(in: project)
        return .json(["leases": .array(try await json(held, vault, call))])
      }
    },
    Route(
      .get, "/api/work/{project}/leases/{lease}/image", .work,
      "The image of a leased task that names a URL, fetched once and kept."
    ) { call in
      try await onImage(call) { asset, vault, worker in
        try await AssetRoutes.shown(asset, vault, worker, call)
      }
    },
    Route(
      .get, "/api/work/{project}/leases/{lease}/image/tiles", .work,
      "How that image is cut into tiles, where it is very large."
    ) { call in
      try await onImage(call) { asset, vault, _ in
        try await AssetRoutes.tiles(of: asset, vault, call)
      }
    },
    Route(
      .get, "/api/work/{project}/leases/{lease}/attachments/{attachment}", .work,
      "A picture beside a leased task that names a URL, by its place, fetched once and kept."
    ) { call in
      let text = call.parameters.get("attachment") ?? ""
      guard let place = Int(text) else { throw Refusal.unknown(.asset, text) }
      return try await onImage(call, attachment: place) { asset, vault, worker in
        try await AssetRoutes.shown(asset, vault, worker, call)
      }
    },
    Route(
      .post, "/api/work/{project}/leases/{lease}/heartbeat", .work,
      "Renews a lease, and says how long one has been at work under the seal of the time before.",
      body: [.number("active_seconds"), .string("seal")]
    ) { call in
      let fields = try await call.fields()
      let seal = try fields.optionalString("seal")
      let seconds = try fields.optionalNumber("active_seconds") ?? 0
      return try await call.atWork { vault, project, worker in
        let lease = try await Leases(vault, worker: worker, project: project).heartbeat(
          call.id("lease", .lease), seal.map { .init(claimed: milliseconds(seconds), seal: $0) })
        return .json(["deadline": .time(lease.lifecycle.deadline), "clock": clock(lease, vault)])
      }
    },
    Route(
      .put, "/api/work/{project}/leases/{lease}/draft", .work, "Keeps what there is so far."
    ) { call in
      let body = try await call.bytes(limit: Leases.draftLimit)
      return try await onLease(call) { leases, id in
        try await leases.saveDraft(Array(body.readableBytesView), of: id)
        return .noContent
      }
    },
    Route(
      .post, "/api/work/{project}/leases/{lease}/edits", .work,
      "Keeps what is being edited, edit by edit; `reset` begins anew from the first of them.",
      body: [
        .integer("first", isRequired: true), .objects("edits", isRequired: true), .bool("reset"),
      ]
    ) { call in
      let fields = try await call.fields()
      guard let first = try fields.optionalInt("first"), let edits = fields["edits"]?.array else {
        throw Refusal.invalid(path: "edits", problem: "must be an array, and first a number")
      }
      let isReset = try fields.optionalBool("reset") ?? false
      return try await onLease(call) { leases, id in
        let next = try await leases.append(edits, first: first, isReset: isReset, to: id)
        return .json(["next": .count(next)])
      }
    },
    Route(
      .post, "/api/work/{project}/leases/{lease}/skip", .work, "Leaves the task to others.",
      body: [.string("reason")]
    ) { call in
      let fields = try await call.fields()
      return try await onLease(call) { leases, id in
        try await leases.skip(id, reason: fields.optionalString("reason") ?? "")
        try call.noteSeen()
        return .noContent
      }
    },
    Route(
      .post, "/api/work/{project}/leases/{lease}/unreadable", .work,
      "Says that the task's image cannot be decoded; the task fails once that is sure."
    ) { call in
      try await onLease(call) { leases, id in
        let hasFailed = try await leases.reportUnreadable(id, by: call.services.fetcher)
        return .json(["failed": .bool(hasFailed)])
      }
    },
    Route(
      .delete, "/api/work/{project}/leases/{lease}", .work, "Gives the task back."
    ) { call in
      try await onLease(call) { leases, id in
        try await leases.release(id)
        try call.noteSeen()
        return .noContent
      }
    },
    Route(
      .post, "/api/work/{project}/leases/{lease}/answer", .work,
      "Submits the answer; the same again gets the same receipt.",
      body: [.annotations("annotations", isRequired: true), .number("active_seconds")]
    ) { call in
      let fields = try await call.fields()
      let seconds = try fields.optionalNumber("active_seconds") ?? 0
      return try await call.atWork { vault, project, worker in
        let active = milliseconds(seconds)
        let counts = try call.listing.map(call.isOperatorsWork) ?? false
        let user = counts ? try call.worker() : nil
        let lease: LeaseID = try call.id("lease", .lease)
        let receipt = try await Answers(vault, worker: worker, project: project).submit(
          fields["annotations"] ?? [], for: lease, activeMilliseconds: active
        ) {
          if let user { WorkDays(call.engine).worked(user, on: project, claimed: active) }
        }
        let json = receipt.json(task: name(of: receipt.task, for: worker, vault))
        let isExamined = call.listing?.qualification != nil
        let progress =
          try await isExamined
          ? ExamCourse(call, call.settledListing(), vault).progress(after: lease) : nil
        return .json(json.adding(progress.map { [.init("qualification", $0)] } ?? []))
      }
    },
    Route(
      .put, "/api/work/{project}/leases/{lease}/answer", .work,
      "Writes a new revision of one's own answer while the task is open.",
      body: [.annotations("annotations", isRequired: true)]
    ) { call in
      let fields = try await call.fields()
      return try await call.atWork { vault, project, worker in
        let receipt = try await Answers(vault, worker: worker, project: project).revise(
          call.id("lease", .lease), fields["annotations"] ?? [])
        return .json(receipt.json(task: name(of: receipt.task, for: worker, vault)))
      }
    },
    Route(
      .post, "/api/work/{project}/leases/{lease}/verdict", .work,
      "A reviewer's verdict: `accept`, `fix` with annotations, or `reject` with a reason.",
      body: [
        .choice("verdict", TaskLifecycle.ReviewVerdict.self, isRequired: true),
        .annotations("annotations"), .string("reason"), .object("place"), .number("active_seconds"),
      ]
    ) { call in
      let fields = try await call.fields()
      guard
        let kind = try fields.optionalString("verdict").flatMap(
          TaskLifecycle.ReviewVerdict.init)
      else { throw Refusal.invalid(path: "verdict", problem: "must be accept, fix or reject") }
      let verdict = Reviews.Verdict(
        kind: kind, annotations: fields["annotations"],
        reason: try fields.optionalString("reason"), place: fields["place"])
      let seconds = try fields.optionalNumber("active_seconds") ?? 0
      return try await call.atWork(reviewing: true) { vault, project, worker in
        let task = try await Reviews(
          vault, reviewer: worker, project: project,
          decidesEscalations: try call.decidesEscalations
        ).submit(
          verdict, for: call.id("lease", .lease), activeMilliseconds: milliseconds(seconds))
        return .json([
          "task": .string(task.id.text), "status": .string(task.lifecycle.state.rawValue),
        ])
      }
    },
  ]

  /// What an annotator knows a task by: ids follow each other in an import, and one out of its order would
  /// give gold away.
  private static func name(of task: TaskID, for worker: String, _ vault: ClientVault) -> String {
    vault.key.pseudonym(of: "task/\(worker)/\(task)")
  }

  private static func milliseconds(_ seconds: Double) -> Int64 {
    seconds.isFinite ? Int64(min(max(0, seconds), 86_400) * 1000) : 0
  }

  /// What the server has seen of the time at work, under the seal that the next heartbeat brings back.
  private static func clock(_ lease: LeaseRow, _ vault: ClientVault) -> JSON {
    [
      "active_seconds": .double(Double(lease.seen.milliseconds) / 1000),
      "seal": .string(Leases.seal(lease, vault)),
    ]
  }

  private static func stage(_ fields: Fields) throws(Refusal) -> AnswerRow.Stage {
    guard let text = try fields.optionalString("stage") else { return .label }
    guard let stage = AnswerRow.Stage(rawValue: text) else {
      throw .invalid(path: "stage", problem: "must be label or review")
    }
    return stage
  }

  /// An image of a leased task, fetched where it is not here yet.
  private static func onImage(
    _ call: Call, attachment: Int? = nil,
    _ body: (Assets.Asset, ClientVault, Actor) async throws -> Response
  ) async throws -> Response {
    try await call.atWork { vault, project, worker in
      let asset = try await Leases(vault, worker: worker, project: project).image(
        call.id("lease", .lease), attachment: attachment, by: call.services.fetcher)
      return try await body(asset, vault, .worker(worker))
    }
  }

  private static func onLease(
    _ call: Call, _ body: (Leases, LeaseID) async throws -> Response
  ) async throws -> Response {
    try await call.atWork { vault, project, worker in
      try await body(
        Leases(vault, worker: worker, project: project), call.id("lease", .lease))
    }
  }

  /// Projects that one request tries, in portions of `WorkQueue.tries`.
  private static let nextLimit = 64

  /// Asks the projects open to the caller in their turn. One that cannot be asked is passed over, as one is
  /// that has nothing.
  private static func next(_ count: Int, _ call: Call) async throws -> Response {
    let who = try call.who()
    let queue = WorkQueue(call.engine)
    var tried = 0
    while tried < nextLimit {
      let candidates = try await queue.candidates(for: who)
      guard !candidates.isEmpty else { break }
      for project in candidates {
        tried += 1
        if let leases = try? await lease(project, count, call) {
          return .json(["project": .string(project.text), "leases": .array(leases)])
        }
        try Task.checkCancellation()
        queue.hadNothing(project, for: who)
      }
    }
    return .json(["project": .null, "leases": []])
  }

  /// - Returns: nil where the project has nothing for the caller.
  private static func lease(
    _ project: ProjectID, _ count: Int, _ call: Call
  ) async throws -> [JSON]? {
    let who = try call.who()
    guard let found = try await Directory(call.engine).find(project, for: who) else { return nil }
    let listing = try await Directory(call.engine).settled(found, for: who)
    guard listing.missing.isEmpty else { return nil }
    return try await call.engine.vaults.with(listing.client) { vault in
      let asked = HandOut(stage: .label, count: count)
      let worker = vault.key.pseudonym(of: who.workerName)
      guard case .leased(let tasks) = try await asked.lease(listing, vault, worker, call) else {
        return nil
      }
      return try await json(tasks, vault, call)
    }
  }

  private static func json(
    _ tasks: [LeasedTask], _ vault: ClientVault, _ call: Call
  ) async throws -> [JSON] {
    let reader = try call.who().workerName
    var leases: [JSON] = []
    for task in tasks {
      var json = try json(task, vault, reader)
      if let pay = task.lease.pay {
        let batch = try await Batches(vault, actor: .system).get(pay.batch ?? task.task.batch).name
        let price = try await call.price(pay, in: task.task.project, batch: batch)
        json = json.adding([.init("pay", price)])
      }
      leases.append(json)
    }
    return leases
  }

  /// A worker sees the task and nothing about it: no gold flag, no metadata, no client.
  private static func json(
    _ leased: LeasedTask, _ vault: ClientVault, _ reader: String
  ) throws -> JSON {
    var media: [JSON.Member] = []
    if let image = leased.content.image {
      let own = "/api/work/\(leased.task.project)/leases/\(leased.lease.id)/image"
      func link(_ part: String) -> JSON {
        .string(
          AssetID(image) == nil
            ? own + part : AssetRoutes.link(image, vault, reader: reader, part: part))
      }
      media.append(.init("image", link("")))
      // How large one is that was not fetched yet nobody knows.
      if leased.task.size.map(Pyramids.isTiled) ?? true {
        media.append(.init("tiles", link("/tiles")))
      }
    }
    let attachments = leased.content.attachments.enumerated().map { place, attachment -> JSON in
      let own = "/api/work/\(leased.task.project)/leases/\(leased.lease.id)/attachments/\(place)"
      let source =
        attachment.kind != "image"
        ? attachment.content
        : AssetID(attachment.content) == nil
          ? own : AssetRoutes.link(attachment.content, vault, reader: reader)
      return ["type": .string(attachment.kind), "source": .string(source)]
    }
    if !attachments.isEmpty { media.append(.init("attachments", .array(attachments))) }
    var members: [JSON.Member] = [
      .init("id", .string(leased.lease.id.text)),
      .init("stage", .string(leased.lease.stage.rawValue)),
      .init("state", .string(leased.lease.lifecycle.state.rawValue)),
      .init("deadline", .time(leased.lease.lifecycle.deadline)),
      .init("clock", clock(leased.lease, vault)),
      .init(
        "task",
        [
          "id": .string(
            leased.lease.stage == .review
              ? leased.task.id.text : name(of: leased.task.id, for: leased.lease.worker, vault)),
          "version": .count(leased.lease.version ?? leased.task.version),
          "form": .optional(leased.task.form.map { Int($0) }),
          "params": leased.content.params, "media": .object(media),
          "width": .optional(leased.task.size?.width),
          "height": .optional(leased.task.size?.height),
          "prelabels": leased.content.prelabels ?? .null,
        ]),
    ]
    if !leased.remarks.isEmpty {
      members.append(.init("remarks", .array(leased.remarks.map { $0.json(for: nil) })))
    }
    if let first = leased.edits.first {
      members.append(
        .init(
          "edits",
          ["first": .count(first.number), "edits": .array(leased.edits.map { $0.edit })]))
    }
    if let draft = leased.draft {
      members.append(.init("draft", (try? JSON(parsing: draft)) ?? .null))
    }
    if let review = leased.review { members.append(.init("review", review.json)) }
    return .object(members)
  }
}

extension ReviewMaterial {
  var json: JSON {
    [
      "consensus": consensus?.json(ontology) ?? .null,
      "answers": .array(answers.map { $0.json(ontology) }),
      "stage": .count(review.stage), "desk": .string(review.desk.rawValue),
      "verdicts": .array(verdicts.map { .string($0.rawValue) }),
    ]
  }
}

extension Dispatch.Nothing {
  var json: JSON {
    [
      "leases": [],
      "reason": [
        "code": .string(reason.rawValue), "message": .string(message), "leased": .count(leased),
        "next_deadline": .optionalTime(nextDeadline),
      ],
    ]
  }

  private var message: String {
    switch reason {
    case .projectPaused: "The project is paused."
    case .batchesPaused: "What is left is in batches that are paused or still being staged."
    case .allLeased: "What is left is in the hands of others; some of it may come back."
    case .calibrating:
      "The instructions are being tried out by a few before the rest is handed out."
    case .escalated: "What is left waits for a manager's decision."
    case .keptForOthers: "What is left is kept for other groups of annotators."
    case .budgetSpent: "The project's budget is spent."
    case .shareTaken: "You have had your share of what is left; the rest is for others."
    case .examining: "Answer what you have in hand; then it goes on."
    case .noQuestions: "The project has no tasks left to examine you by."
    case .doneByYou: "You have answered or skipped all that is left."
    case .noneLeft: "Every task has been answered."
    case .empty: "The project has no tasks yet."
    }
  }
}
