import Foundation
import Hummingbird
import NIOCore
import Notation
import Platform
import Store
import Workforce

/// What workers say of themselves, and see of their pay.
enum EarningRoutes {
  static let all: [Route] = [
    Route(
      .get, "/api/me/profile", .workers,
      "What one said of oneself, and the currencies that one's projects pay in."
    ) { call in
      let profile = try await WorkerProfiles(call.engine).get(call.worker())
      let currencies = try await currencies(of: profile, call)
      return .json(profile.json.adding([.init("currencies", .array(currencies))]))
    },
    Route(
      .put, "/api/me/profile", .workers,
      "Says how one is called, where money goes, in which currency, and what one can do.",
      body: [
        .string("name"), .string("account"), .string("bic"), .string("currency"),
        .string("country"), .objects("languages"), .strings("skills"), .string("accessibility"),
      ]
    ) { call in
      let fields = try await call.fields()
      let user = try call.worker()
      let profile = try WorkerProfile(from: fields.json)
      try await WorkerProfiles(call.engine).set(profile, of: user)
      return .json(profile.json)
    },
    Route(
      .get, "/api/me/earnings", .workers,
      "Sums by currency, and what each answer earned, the newest first.", query: statementQuery
    ) { call in
      let user = try call.worker()
      return .json(try await statement(of: user, call))
    },
    Route(
      .get, "/api/me/earnings.csv", .workers, "What each answer earned, as a table."
    ) { call in
      try await table(of: call.worker(), call)
    },
    Route(
      .put, "/api/me/earnings/{answer}/appeal", .workers,
      "Says why one's pay for an answer should not be held or taken back.",
      body: [.string("text", isRequired: true)]
    ) { call in
      let text = try await call.fields().string("text")
      return .json(
        try await Appeals(call.engine).make(
          text, on: call.id("answer", .earning) as AnswerID, by: call.worker()
        ).json, status: .created)
    },
    Route(
      .get, "/api/appeals", .desk, "Lists the appeals that wait, the oldest first.",
      query: [.limit]
    ) { call in
      let items = try await Appeals(call.engine).waiting(
        limit: call.pageLimit(), for: Set(call.who().grants.filter { $0.client == nil }.map(\.role))
      )
      return .json(
        .page(items.map { $0.json.adding([.init("worker", .string($0.user.text))]) }, next: nil))
    },
    Route(
      .post, "/api/appeals/{subject}/decision", .desk,
      "Grants an appeal, which gives back what was taken or held and lifts what was decided, or declines it.",
      body: [.bool("granted", isRequired: true), .string("reply", isRequired: true)]
    ) { call in
      let fields = try await call.fields()
      guard let isGranted = try fields.optionalBool("granted") else {
        throw Refusal.invalid(path: "granted", problem: "is missing")
      }
      let subject = call.parameters.get("subject") ?? ""
      let about = try await Appeals(call.engine).subject(subject)
      guard try call.who().isStaff(in: about.deciders) else { throw Denial.forbidden }
      try await Appeals(call.engine).decide(
        subject, isGranted: isGranted, reply: fields.string("reply"),
        by: call.who().actor)
      return .noContent
    },
    Route(
      .get, "/api/workers/{worker}/earnings", .payroll, "What a worker sees of their pay.",
      query: statementQuery
    ) { call in
      .json(try await statement(of: call.id("worker", .user), call))
    },
    Route(
      .post, "/api/workers/{worker}/adjustments", .payroll,
      "A bonus, or below 0 a correction; `key` makes sure that it is made once.",
      body: [
        .string("amount", isRequired: true), .string("currency", isRequired: true),
        .string("reason", isRequired: true), .string("key", isRequired: true),
      ]
    ) { call in
      let fields = try await call.fields()
      let currency = try PayNotation.currency(fields["currency"], "currency")
      let micros = try PayNotation.micros(fields["amount"] ?? .null, "amount")
      let isNew = try await Earnings(call.engine).adjust(
        call.id("worker", .user), by: Money(micros: micros, currency),
        reason: fields.string("reason"), key: fields.string("key"), actor: call.who().actor)
      return .json(["new": .bool(isNew)], status: isNew ? .created : .ok)
    },
    Route(
      .put, "/api/earnings/{answer}/hold", .payroll,
      "Keeps what an answer earned from being settled; the worker is told why.",
      body: [.string("reason", isRequired: true)]
    ) { call in
      let reason = try await call.fields().string("reason")
      return .json(
        try await Earnings(call.engine).hold(
          call.id("answer", .earning), reason: reason, by: call.who().actor
        ).json)
    },
    Route(
      .delete, "/api/earnings/{answer}/hold", .payroll, "Lets it be settled after all."
    ) { call in
      .json(
        try await Earnings(call.engine).release(
          call.id("answer", .earning), by: call.who().actor
        ).json)
    },
  ]

  private static func currencies(of profile: WorkerProfile, _ call: Call) async throws -> [JSON] {
    var codes = Set(profile.currency.map { [$0.code] } ?? [])
    for listing in try await Directory(call.engine).open(to: call.who()) {
      guard let terms = listing.pay,
        let found = try await PayPlans(call.engine, actor: .system).rate(terms, in: listing.project)
      else { continue }
      codes.formUnion(found.plan.rates.map(\.currency.code))
    }
    return codes.sorted().map { .string($0) }
  }

  private static let statementQuery: [QueryMember] = [
    .text("before", "`next` of the page before."), .limit,
  ]

  private static func statement(of user: UserID, _ call: Call) async throws -> JSON {
    let statement = PayStatement(call.engine, of: user)
    let limit = try call.pageLimit()
    let items = try await statement.items(before: call.query("before"), limit: limit)
    let next = items.count == limit ? items.last.map(PayStatement.mark) : nil
    let page = JSON.page(items.map(\.json), next: next)
    guard call.query("before") == nil else { return page }
    let sums: JSON = [
      "totals": .array(try await statement.totals().map(\.json)),
      "payments": .array(
        try await statement.payments(limit: 100).map {
          [
            "at": .time($0.at), "amount": .string($0.amount.decimal),
            "currency": .string($0.amount.currency.code), "state": .string($0.state.rawValue),
            "reason": .optional($0.reason),
          ]
        }),
      "adjustments": .array(
        try await statement.adjustments(limit: 100).map {
          [
            "at": .time($0.at), "amount": .string($0.amount.decimal),
            "currency": .string($0.amount.currency.code), "reason": .string($0.reason),
          ]
        }),
    ]
    return page.adding(sums.members ?? [])
  }

  private static func table(of user: UserID, _ call: Call) async throws -> Response {
    let statement = PayStatement(call.engine, of: user)
    let body = ResponseBody { writer in
      var mark: String?
      try await writer.write(ByteBuffer(bytes: PayTable.header))
      while true {
        let items = try await statement.items(before: mark, limit: 1000)
        try await writer.write(ByteBuffer(bytes: PayTable.rows(items)))
        guard items.count == 1000, let last = items.last else { break }
        mark = PayStatement.mark(last)
      }
      try await writer.finish(nil)
    }
    var response = Response(status: .ok, body: body)
    response.headers[.contentType] = "text/csv; charset=utf-8"
    response.headers[.contentDisposition] = "attachment; filename=\"earnings.csv\""
    return response
  }
}

extension Call {
  /// The operator's worker who asks.
  func worker() throws -> UserID {
    guard case .user(let id, _) = try who().identity, try who().isWorker else {
      throw Denial.forbidden
    }
    return id
  }
}

extension Call {
  /// What is paid by terms, as workers are shown it; null for work that is not paid.
  ///
  /// - Parameter batch: whose difficulty counts; nil for all of the project.
  func price(_ terms: PayTerms?, in project: ProjectID, batch: String? = nil) async throws -> JSON {
    guard let terms,
      let (rate, plan) = try await PayPlans(engine, actor: .system).rate(terms, in: project)
    else { return .null }
    let price = PayNotation.json(rate)
    guard let batch else { return price }
    return price.adding([.init("difficulty_percent", .int(plan.difficulty(of: batch)))])
  }
}

extension Money {
  static func json(_ micros: Int64, _ currency: Currency) -> JSON {
    .string(Money(micros: micros, currency).decimal)
  }
}

extension PayStatement.Total {
  var json: JSON {
    func amount(_ micros: Int64) -> JSON { Money.json(micros, currency) }
    return [
      "currency": .string(currency.code), "pending": amount(pending), "held": amount(held),
      "settled": amount(settled), "ordered": amount(ordered), "paid": amount(paid),
      "answers": .int(answers), "active_seconds": .int(activeMilliseconds / 1000),
    ]
  }
}

extension Earnings.Item {
  var json: JSON {
    func amount(_ micros: Int64) -> JSON { Money.json(micros, self.amount.currency) }
    return [
      "answer": .string(answer.text), "project": .string(project.text),
      "project_name": .string(projectName), "pay_version": .count(terms.version),
      "currency": .string(self.amount.currency.code), "amount": amount(self.amount.micros),
      "taken_back": amount(takenBack),
      "lines": .array(
        lines.map {
          [
            "kind": .string($0.kind.rawValue), "quantity": .int($0.quantity),
            "amount": amount($0.micros),
          ]
        }),
      "claimed_seconds": .double(Double(claimedMilliseconds) / 1000),
      "active_seconds": .double(Double(activeMilliseconds) / 1000),
      "submitted_at": .time(submittedAt), "settles_at": .time(settlesAt),
      "state": .string(state.rawValue), "reason": .optional(reason),
      "review": .bool(isReview), "time_disputable": .bool(isTimeDisputable),
      "appeal": appeal?.json ?? .null,
    ]
  }
}

extension Appeals.Subject {
  var json: JSON {
    switch self {
    case .earning(let item): item.json.adding([.init("about", "earning")])
    case .decision(let decision): decision.json.adding([.init("about", "decision")])
    }
  }
}

extension Appeals.Appeal {
  var json: JSON {
    [
      "at": .time(at), "text": .string(text), "state": .string(state.rawValue),
      "reply": .optional(reply),
    ]
  }
}
