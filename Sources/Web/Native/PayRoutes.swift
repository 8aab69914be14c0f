import Formats
import Foundation
import Hummingbird
import NIOCore
import Notation
import Platform
import Store
import Workforce

/// What the operator pays: rates, books, payouts.
enum PayRoutes {
  static let all: [Route] = rates + eligibility + books + payouts

  private static let rates: [Route] = [
    Route(.get, "/api/pay", .desk, "Lists the projects open to workers, and what they pay.") {
      call in
      let listings = try await Directory(call.engine).operated()
      let all = try await Clients(call.engine, actor: .system).list()
      let clients = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0.name) })
      var items: [JSON] = []
      for listing in listings {
        let plan = try await plan(listing, call)
        items.append([
          "project": .string(listing.project.text), "client": .string(listing.client.text),
          "client_name": .optional(clients[listing.client]), "name": .string(listing.name),
          "state": .string(listing.state.rawValue), "pay_version": .optional(listing.pay?.version),
          "pay": plan.map(PayNotation.json) ?? .null,
          "eligibility": EligibilityNotation.json(
            try await EligibilityRules(call.engine, actor: .system).get(listing.project)),
        ])
      }
      return .json(.page(items, next: nil))
    },
    Route(
      .get, "/api/pay/{project}", .payroll, "The versions of what a project pays, newest first."
    ) { call in
      let versions = try await PayPlans(call.engine, actor: call.who().actor).versions(
        of: call.id("project", .project))
      return .json(.page(versions.map(\.json), next: nil))
    },
    Route(
      .put, "/api/pay/{project}", .payroll,
      "Pays by these rates what is handed out from now on; what was handed out keeps its price.",
      body: [.objects("rates", isRequired: true), .object("difficulty")]
    ) { call in
      let fields = try await call.fields()
      let plan = try PayNotation.plan(from: fields.json)
      let version = try await PayPlans(call.engine, actor: call.who().actor).set(
        plan, for: call.id("project", .project))
      return .json(version?.json ?? .null)
    },
    Route(
      .delete, "/api/pay/{project}", .payroll, "Pays nothing for what is handed out from now on."
    ) { call in
      try await PayPlans(call.engine, actor: call.who().actor).set(
        nil, for: call.id("project", .project))
      return .noContent
    },
  ]

  private static let eligibility: [Route] = [
    Route(
      .get, "/api/eligibility/{project}", .leads,
      "Who of the workforce may work on a project, and how many that are now."
    ) { call in
      let rules = EligibilityRules(call.engine, actor: try call.who().actor)
      let rule = try await rules.get(call.id("project", .project))
      return .json(try await preview(rule, rules))
    },
    Route(
      .put, "/api/eligibility/{project}", .leads,
      "Says who may work on a project from now on; an empty rule admits everybody.",
      body: ruleMembers
    ) { call in
      let rules = EligibilityRules(call.engine, actor: try call.who().actor)
      let rule = try EligibilityNotation.rule(from: try await call.fields().json)
      try await rules.set(rule, for: call.id("project", .project))
      return .json(try await preview(rule, rules))
    },
    Route(
      .post, "/api/eligibility-previews", .leads, "How many workers a rule would admit now.",
      body: ruleMembers
    ) { call in
      let rule = try EligibilityNotation.rule(from: try await call.fields().json)
      return .json(
        try await preview(rule, EligibilityRules(call.engine, actor: call.who().actor)))
    },
  ]

  private static let ruleMembers: [BodyMember] = [
    .object("languages"), .strings("skills"), .strings("countries"), .strings("countries_denied"),
  ]

  private static func preview(
    _ rule: Eligibility, _ rules: EligibilityRules
  ) async throws -> JSON {
    let found = try await rules.preview(rule)
    return EligibilityNotation.json(rule).adding([
      .init("admitted", .count(found.admitted)), .init("workers", .count(found.workers)),
    ])
  }

  private static func plan(_ listing: Directory.Listing, _ call: Call) async throws -> PayPlan? {
    guard let terms = listing.pay else { return nil }
    return try await PayPlans(call.engine, actor: .system).rate(terms, in: listing.project)?.plan
  }

  private static let books: [Route] = [
    Route(
      .get, "/api/ledger", .payroll,
      "What accounts hold: by kind, which come to 0 in each currency, or those that begin with `prefix`.",
      query: [.text("prefix", "What names of accounts begin with.")]
    ) { call in
      let ledger = Ledger(call.engine)
      let prefix = call.query("prefix")
      let balances =
        if let prefix { try await ledger.balances(prefix: prefix) } else {
          try await ledger.trialBalance()
        }
      return .json(.page(balances.map(\.json), next: nil))
    },
    Route(
      .get, "/api/ledger/entries", .payroll, "Reads the books, oldest first, after a number.",
      query: [.integer("after", "The number of an entry."), .limit]
    ) { call in
      let limit = try call.pageLimit()
      let entries = try await Ledger(call.engine).entries(
        after: call.query("after").flatMap { Int64($0) } ?? 0, limit: limit)
      return .json(
        .page(
          entries.map(\.json),
          next: entries.count == limit ? entries.last.map { "\($0.number)" } : nil))
    },
    Route(.get, "/api/ledger/faults", .payroll, "Adds everything up anew; an empty list is well.") {
      call in
      let faults = try await Ledger(call.engine).faults()
      return .json(.page(faults.map(\.json), next: nil))
    },
  ]

  private static let payouts: [Route] = [
    Route(
      .get, "/api/payouts", .payroll, "Lists payout runs, the newest first.",
      query: [.limit]
    ) { call in
      let runs = try await Payouts(call.engine, actor: call.who().actor).list(
        limit: call.pageLimit())
      return .json(.page(runs.map(\.json), next: nil))
    },
    Route(
      .post, "/api/payouts", .payroll,
      "Orders a payment of all that is settled in a currency; the same `key` gets the same run.",
      body: [.string("currency", isRequired: true), .string("minimum"), .string("key")]
    ) { call in
      let fields = try await call.fields()
      let currency = try PayNotation.currency(fields["currency"], "currency")
      let minimum = try fields["minimum"].map { json throws(Refusal) in
        try PayNotation.micros(json, "minimum")
      }
      let (run, leftOut) = try await Payouts(call.engine, actor: call.who().actor).order(
        in: currency, minimum: minimum ?? 0, key: fields.optionalString("key"))
      let left = leftOut.map { one -> JSON in
        [
          "worker": .string(one.user.text), "amount": .string(one.amount.decimal),
          "reason": .string(one.reason.rawValue),
        ]
      }
      return .json(run.json.adding([.init("left_out", .array(left))]), status: .created)
    },
    Route(.get, "/api/payouts/{payout}", .payroll, "A run with its payments.") { call in
      let (run, payments) = try await Payouts(call.engine, actor: call.who().actor).get(
        call.id("payout", .payout))
      return .json(run.json.adding([.init("items", .array(payments.map(\.json)))]))
    },
    Route(
      .get, "/api/payouts/{payout}/file", .payroll,
      "The run as a file: `format=csv`, or `format=pain.001` for a bank, paid by the payer.",
      query: [.word("format", ["csv", "pain.001"], "Of the file.")]
    ) { call in
      let payouts = Payouts(call.engine, actor: try call.who().actor)
      let (run, payments) = try await payouts.get(call.id("payout", .payout))
      let file = PayoutFile(run, payments)
      switch call.query("format") ?? "csv" {
      case "csv":
        return .download(Data(file.csv), "text/csv; charset=utf-8", "payout-\(run.id).csv")
      case "pain.001":
        guard let payer = try await payouts.payer() else {
          throw Refusal.invalid(
            path: "format", problem: "needs to know who pays: say so with PUT /api/payer first")
        }
        return .download(
          Data(file.creditTransfer(from: payer).utf8), "application/xml", "payout-\(run.id).xml")
      default:
        throw Refusal.invalid(path: "format", problem: "must be csv or pain.001")
      }
    },
    Route(
      .post, "/api/payouts/{payout}/confirmation", .payroll,
      "The bank's word: all are paid but those `returned`, by worker with a reason.",
      body: [.object("returned")]
    ) { call in
      let fields = try await call.fields()
      var returned: [UserID: String] = [:]
      guard let members = (fields["returned"] ?? [:]).members else {
        throw Refusal.invalid(path: "returned", problem: "must be an object of reasons by worker")
      }
      for member in members {
        guard let user = UserID(member.name), let reason = member.value.string else {
          throw Refusal.invalid(
            path: "returned.\(member.name)", problem: "must be a worker's id with a reason")
        }
        returned[user] = reason
      }
      return .json(
        try await Payouts(call.engine, actor: call.who().actor).confirm(
          call.id("payout", .payout), returned: returned
        ).json)
    },
    Route(.get, "/api/payer", .payroll, "Whose account payouts are paid from.") { call in
      .json(
        try await Payouts(call.engine, actor: call.who().actor).payer()?.json
          ?? ["name": .null, "account": .null, "bic": .null])
    },
    Route(
      .put, "/api/payer", .payroll, "Says whose account payouts are paid from.",
      body: [
        .string("name", isRequired: true), .string("account", isRequired: true), .string("bic"),
      ]
    ) { call in
      let fields = try await call.fields()
      return .json(
        try await Payouts(call.engine, actor: call.who().actor).setPayer(from: fields.json).json)
    },
  ]
}

extension Response {
  /// A file to be kept.
  static func download(_ bytes: Data, _ type: String, _ name: String) -> Response {
    var response = Response(status: .ok, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    response.headers[.contentType] = type
    response.headers[.contentDisposition] = "attachment; filename=\"\(name)\""
    return response
  }
}

extension PayPlans.Version {
  var json: JSON {
    let head: JSON = ["version": .count(number), "made_at": .time(madeAt)]
    return head.adding(PayNotation.json(plan).members ?? [])
  }
}

extension Ledger.Balance {
  var json: JSON {
    [
      "account": .string(account), "currency": .string(currency.code),
      "balance": Money.json(micros, currency),
    ]
  }
}

extension Ledger.Entry {
  var json: JSON {
    [
      "number": .int(number), "key": .string(key), "kind": .string(kind.rawValue), "at": .time(at),
      "currency": .string(currency.code), "reason": .optional(reason),
      "postings": .array(
        postings.map {
          ["account": .string($0.account), "amount": Money.json($0.micros, currency)]
        }),
    ]
  }
}

extension Ledger.Fault {
  var json: JSON {
    switch self {
    case .unbalancedEntry(let entry, let micros):
      ["fault": "unbalanced entry", "entry": .int(entry), "micros": .int(micros)]
    case .wrongBalance(let account, let currency, let held, let posted):
      [
        "fault": "wrong balance", "account": .string(account), "currency": .string(currency),
        "held_micros": .int(held), "posted_micros": .int(posted),
      ]
    }
  }
}

extension Payouts.Run {
  var json: JSON {
    [
      "id": .string(id.text), "currency": .string(currency.code), "made_at": .time(madeAt),
      "confirmed_at": .optionalTime(confirmedAt), "payments": .count(payments),
      "amount": Money.json(micros, currency), "returned": .count(returned),
    ]
  }
}

extension Payouts.Payment {
  var json: JSON {
    [
      "worker": .string(user.text), "name": .string(name), "account": .string(account.text),
      "bic": .optional(bic), "amount": .string(amount.decimal), "state": .string(state.rawValue),
      "reason": .optional(reason),
    ]
  }
}

extension CreditTransfer.Party {
  var json: JSON {
    let account =
      switch self.account {
      case .iban(let text), .other(let text): text
      }
    return ["name": .string(name), "account": .string(account), "bic": .optional(bic)]
  }
}
