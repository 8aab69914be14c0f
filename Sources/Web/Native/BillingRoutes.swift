import Foundation
import Hummingbird
import Notation
import Platform
import Store
import Workforce

/// What clients pay: prices, budgets, invoices.
enum BillingRoutes {
  static let all: [Route] = prices + invoices

  private static let prices: [Route] = [
    Route(
      .get, "/api/prices/{project}", .payroll,
      "What a project's client pays for a task, the budget, and what was charged."
    ) { call in
      let project: ProjectID = try call.id("project", .project)
      return .json(try await price(of: project, call))
    },
    Route(
      .put, "/api/prices/{project}", .payroll,
      "Charges this for every task that ends from now on; once the budget is spent, no more is handed out.",
      body: [
        .string("currency", isRequired: true), .string("per_task", isRequired: true),
        .string("budget"),
      ]
    ) { call in
      let fields = try await call.fields()
      let project: ProjectID = try call.id("project", .project)
      let currency = try PayNotation.currency(fields["currency"], "currency")
      let perTask = try PayNotation.micros(fields["per_task"] ?? .null, "per_task")
      let budget = try fields["budget"].map { json throws(Refusal) in
        try PayNotation.micros(json, "budget")
      }
      _ = try await Charges(call.engine).setPrice(
        Money(micros: perTask, currency), budget: budget, for: project, by: call.who().actor)
      return .json(try await price(of: project, call))
    },
    Route(
      .post, "/api/prices/{project}/credits", .payroll,
      "Takes back something that was charged, or below 0 charges more; `key` makes sure that it is once.",
      body: [
        .string("amount", isRequired: true), .string("currency", isRequired: true),
        .string("reason", isRequired: true), .string("key", isRequired: true),
      ]
    ) { call in
      let fields = try await call.fields()
      let currency = try PayNotation.currency(fields["currency"], "currency")
      let micros = try PayNotation.micros(fields["amount"] ?? .null, "amount")
      let isNew = try await Charges(call.engine).credit(
        Money(micros: micros, currency), on: call.id("project", .project),
        reason: fields.string("reason"), key: fields.string("key"), by: call.who().actor)
      return .json(["new": .bool(isNew)], status: isNew ? .created : .ok)
    },
  ]

  private static func price(of project: ProjectID, _ call: Call) async throws -> JSON {
    guard try await Directory(call.engine).find(project) != nil else {
      throw Refusal.unknown(.project, project.text)
    }
    guard let price = try await Charges(call.engine).price(of: project) else {
      return ["version": .null]
    }
    let currency = price.perTask.currency
    let charged = try await Charges(call.engine).charged(project, currency)
    return [
      "version": .count(price.version), "made_at": .time(price.madeAt),
      "currency": .string(currency.code),
      "per_task": .string(price.perTask.decimal),
      "budget": price.budget.map { Money.json($0, currency) } ?? .null,
      "charged": Money.json(charged, currency),
    ]
  }

  private static let invoices: [Route] = [
    Route(
      .get, "/api/invoices", .payroll, "Lists invoices, the newest first; of one `client`.",
      query: [.id("client", "Of one client."), .limit]
    ) {
      call in
      let found = try await Invoices(call.engine).list(
        of: call.queryID("client"), limit: call.pageLimit())
      return .json(.page(found.map(\.json), next: nil))
    },
    Route(
      .post, "/api/invoices", .payroll,
      "Asks a client for all that was charged since its last invoice in a currency.",
      body: [.string("client", isRequired: true), .string("currency", isRequired: true)]
    ) { call in
      let fields = try await call.fields()
      let name = try fields.string("client")
      guard let client = ClientID(name) else { throw Refusal.unknown(.client, name) }
      let currency = try PayNotation.currency(fields["currency"], "currency")
      return .json(
        try await Invoices(call.engine).make(for: client, in: currency, by: call.who().actor).json,
        status: .created)
    },
    Route(
      .get, "/api/invoices/{invoice}/file", .payroll,
      "An invoice as a file: `format=pdf` or `format=csv`.", query: fileQuery
    ) { call in
      try await file(Invoices(call.engine).get(number(call)), call)
    },
    Route(
      .put, "/api/invoices/{invoice}/payment", .payroll, "Notes that an invoice was paid; once."
    ) { call in
      .json(try await Invoices(call.engine).markPaid(number(call), by: call.who().actor).json)
    },
    Route(
      .get, "/api/account", .clientAdmins,
      "What the client's projects cost: price of a task, budget, what was charged so far."
    ) { call in
      let client = try call.clientID()
      var items: [JSON] = []
      for listing in try await Directory(call.engine).projects(of: client) {
        let price = try await price(of: listing.project, call)
        guard price["version"] != .null else { continue }
        items.append(
          price.adding([
            .init("project", .string(listing.project.text)), .init("name", .string(listing.name)),
          ]))
      }
      return .json(.page(items, next: nil))
    },
    Route(
      .get, "/api/account/invoices/{invoice}/file", .clientAdmins,
      "One of the client's own invoices as a file: `format=pdf` or `format=csv`.", query: fileQuery
    ) { call in
      let invoice = try await Invoices(call.engine).get(number(call))
      guard invoice.client == (try call.clientID()) else {
        throw Refusal.unknown(.invoice, "\(invoice.number)")
      }
      return try await file(invoice, call)
    },
    Route(
      .get, "/api/account/invoices", .clientAdmins, "The client's own invoices, the newest first.",
      query: [.limit]
    ) { call in
      let found = try await Invoices(call.engine).list(of: call.clientID(), limit: call.pageLimit())
      return .json(.page(found.map(\.json), next: nil))
    },
  ]

  private static let fileQuery = [
    QueryMember.word("format", ["pdf", "csv"], "Of the file.")
  ]

  private static func file(_ invoice: Invoices.Invoice, _ call: Call) async throws -> Response {
    let payer = try await Payouts(call.engine, actor: call.who().actor).payer()
    let file = InvoiceFile(invoice, from: payer)
    let name = "invoice-\(invoice.number)"
    switch call.query("format") ?? "pdf" {
    case "pdf": return .download(Data(file.pdf), "application/pdf", name + ".pdf")
    case "csv": return .download(Data(file.csv), "text/csv; charset=utf-8", name + ".csv")
    default: throw Refusal.invalid(path: "format", problem: "must be pdf or csv")
    }
  }

  private static func number(_ call: Call) throws -> Int64 {
    let text = call.parameters.get("invoice") ?? ""
    guard let number = Int64(text) else { throw Refusal.unknown(.invoice, text) }
    return number
  }
}

extension Invoices.Invoice {
  var json: JSON {
    let currency = total.currency
    return [
      "number": .int(number), "client": .string(client.text), "client_name": .string(clientName),
      "made_at": .time(madeAt), "paid_at": .optionalTime(paidAt),
      "currency": .string(currency.code),
      "total": .string(total.decimal), "carried": Money.json(carried, currency),
      "lines": .array(
        lines.map {
          [
            "project": .string($0.project), "entries": .int($0.entries),
            "amount": Money.json($0.micros, currency),
          ]
        }),
    ]
  }
}
