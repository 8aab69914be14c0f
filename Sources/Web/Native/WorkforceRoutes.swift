import Formats
import Foundation
import Hummingbird
import NIOCore
import Notation
import Platform
import Store
import Workforce

/// The team as a whole: who works, how much, what they are told, and what keeps them well.
enum WorkforceRoutes {
  static let all: [Route] = board + forecasts + messages + limits

  private static let forecasts: [Route] = [
    Route(
      .get, "/api/forecast/{project}", .leads,
      "When each batch will be done and what its work will cost, in 1 case of 10, in 5 and in 9."
    ) { call in
      let listing = try await call.operatedProject()
      let cost = try await Earnings(call.engine).cost(of: listing.project)
      return try await call.engine.vaults.with(listing.client) { vault in
        let found = try await Forecasts(vault).make(for: listing.project, cost: cost)
        return .json(.page(found.map { $0.json(cost?.currency) }, next: nil))
      }
    },
    Route(
      .get, "/api/projects/{project}/forecast", .managers,
      "When each batch of a project will be done."
    ) { call in
      try await call.inVault { vault, _ in
        let found = try await Forecasts(vault).make(for: call.id("project", .project), cost: nil)
        return .json(.page(found.map { $0.json(nil) }, next: nil))
      }
    },
    Route(
      .put, "/api/batches/{batch}/deadline", .managers,
      "Says by which day a batch must be done; null for no day.", body: [.string("day")]
    ) { call in
      let day = try await call.fields().optionalString("day")
      let number = try day.map { text throws(Refusal) -> Int64 in
        guard let number = Timestamp.day(text) else {
          throw .invalid(path: "day", problem: "must be a day like 2026-11-23")
        }
        return number
      }
      return try await call.inVault { vault, actor in
        // By the end of that day.
        let dueAt = number.map { ($0 + 1) * WorkDays.dayMilliseconds }
        try await Forecasts(vault).setDue(dueAt, for: call.id("batch", .batch), by: actor)
        return .json(["due_at": .optionalTime(dueAt)])
      }
    },
  ]

  private static let board: [Route] = [
    Route(.get, "/api/team-board", .leads, "Who is at work now, on what; no content.") { call in
      let places = try await TeamBoard(call.engine).live()
      return .json(.page(places.map(\.json), next: nil))
    },
    Route(
      .get, "/api/team-report", .leads,
      "What everybody did: `from`, `to`, `worker`, `project`, `client`, `search`, `format=csv`.",
      query: [
        .day("from", "The first day."), .day("to", "The last day."),
        .id("worker", "Of one worker."), .id("project", "On one project."),
        .id("client", "For one client."), .text("search", "A part of the address."),
        .word("format", ["json", "csv"], "Of the answer."),
      ]
    ) { call in
      let lines = try await TeamBoard(call.engine).report(
        days(call),
        .init(
          user: call.queryID("worker"), project: call.queryID("project"),
          client: call.queryID("client"), search: call.query("search")))
      switch call.query("format") ?? "json" {
      case "json": return .json(.page(lines.map(\.json), next: nil))
      case "csv": return table(lines)
      default: throw Refusal.invalid(path: "format", problem: "must be json or csv")
      }
    },
  ]

  /// From `from` to `to`, days like 2026-11-23; the last 28 where nothing is said.
  static func days(_ call: Call) throws -> ClosedRange<Int64> {
    func day(_ name: String, _ standard: Int64) throws -> Int64 {
      guard let text = call.query(name) else { return standard }
      guard let day = Timestamp.day(text) else {
        throw Refusal.invalid(path: name, problem: "must be a day like 2026-11-23")
      }
      return day
    }
    let today = call.engine.environment.now() / WorkDays.dayMilliseconds
    let last = try day("to", today)
    let first = try day("from", last - 27)
    guard first <= last else {
      throw Refusal.invalid(path: "from", problem: "must not lie after to")
    }
    return first...last
  }

  private static func table(_ lines: [TeamBoard.Line]) -> Response {
    var writer = CSVWriter()
    writer.row([
      "worker", "email", "project", "project_name", "days", "answers", "accepted_answers",
      "active_seconds", "earned",
    ])
    for line in lines {
      let earned = line.earned.map { "\($0.decimal) \($0.currency.code)" }.joined(separator: " + ")
      writer.row([
        line.user.text, line.email, line.project.text, line.projectName, "\(line.days)",
        "\(line.answers)", "\(line.acceptedAnswers)", "\(line.activeMilliseconds / 1000)", earned,
      ])
    }
    return .download(Data(writer.bytes), "text/csv; charset=utf-8", "team.csv")
  }

  private static let messages: [Route] = [
    Route(
      .post, "/api/messages", .leads,
      "Writes to `workers` by their ids, or to all of the workforce where none are named.",
      body: [.string("text", isRequired: true), .strings("workers")]
    ) { call in
      let fields = try await call.fields()
      var named: [UserID]?
      if fields["workers"] != nil {
        named = try fields.strings("workers").map { text throws(Refusal) -> UserID in
          guard let id = UserID(text) else { throw .unknown(.user, text) }
          return id
        }
      }
      let count = try await Messages(call.engine).send(
        fields.string("text"), to: named, by: call.who().actor)
      return .json(["sent": .count(count)], status: .created)
    },
    Route(
      .get, "/api/me/messages", .workers, "What the operator wrote to one, the newest first.",
      query: [.limit]
    ) {
      call in
      let found = try await Messages(call.engine).list(of: call.worker(), limit: call.pageLimit())
      let new = try await Messages(call.engine).newCount(of: call.worker())
      return .json(JSON.page(found.map(\.json), next: nil).adding([.init("new", .count(new))]))
    },
    Route(.post, "/api/me/messages/read", .workers, "Notes that one has read them.") { call in
      try await Messages(call.engine).markRead(by: call.worker())
      return .noContent
    },
  ]

  private static let limits: [Route] = [
    Route(
      .get, "/api/me/quality", .workers,
      "How often one agreed with what turned out right, by project and week, until yesterday."
    ) { call in
      let who = try call.who()
      var items: [JSON] = []
      for listing in try await Directory(call.engine).open(to: who)
      where try call.isOperatorsWork(listing) {
        let quality = try await call.engine.vaults.with(listing.client) { vault in
          try await OwnQuality(vault).measure(
            vault.key.pseudonym(of: who.workerName), in: listing.project)
        }
        guard quality.judged > 0 else { continue }
        items.append(
          quality.json.adding([
            .init("project", .string(listing.project.text)), .init("name", .string(listing.name)),
          ]))
      }
      return .json(.page(items, next: nil))
    },
    Route(.get, "/api/limits", .leads, "How long anybody may work in a day.") { call in
      .json(["daily_minutes": .optional(try await WorkDays(call.engine).dailyMinutes())])
    },
    Route(
      .put, "/api/limits", .leads, "Sets how long anybody may work in a day; null for no limit.",
      body: [.integer("daily_minutes")]
    ) { call in
      let minutes = try await call.fields().optionalInt("daily_minutes")
      try await WorkDays(call.engine).setDailyMinutes(minutes, by: call.who().actor)
      return .json(["daily_minutes": .optional(minutes)])
    },
    Route(
      .put, "/api/me/opt-ins/{project}", .workers,
      "Says that one will see a project's content though it may harm."
    ) { call in
      try await WorkDays(call.engine).optIn(call.worker(), to: call.operatedProject().project)
      return .noContent
    },
    Route(.delete, "/api/me/opt-ins/{project}", .workers, "Takes that back.") { call in
      try await WorkDays(call.engine).optOut(call.worker(), of: call.operatedProject().project)
      return .noContent
    },
  ]
}

extension Forecasts.BatchForecast {
  /// - Parameter currency: of the cost, where there is one.
  func json(_ currency: Currency?) -> JSON {
    func range(_ range: WorkForecast.Range?, _ value: (Int64) -> JSON) -> JSON {
      range.map { ["low": value($0.low), "likely": value($0.likely), "high": value($0.high)] }
        ?? .null
    }
    return [
      "batch": .string(batch.id.text), "name": .string(batch.name), "due_at": .optionalTime(dueAt),
      "alarm": .optional(alarm?.rawValue), "answers": range(forecast.answers) { .int($0) },
      "done_at": range(forecast.hours) { .time(now + $0 * 3_600_000) },
      "cost": range(currency == nil ? nil : forecast.cost) { micros in
        currency.map { Money.json(micros, $0) } ?? .null
      }, "currency": .optional(currency?.code),
    ]
  }
}

extension TeamBoard.Place {
  var json: JSON {
    [
      "worker": .string(user.text), "email": .string(email), "project": .string(project.text),
      "project_name": .string(projectName), "last_at": .time(lastAt),
      "answers_today": .int(answersToday),
      "active_seconds_today": .int(activeMillisecondsToday / 1000),
    ]
  }
}

extension TeamBoard.Line {
  var json: JSON {
    [
      "worker": .string(user.text), "email": .string(email), "project": .string(project.text),
      "project_name": .string(projectName), "days": .int(days), "answers": .int(answers),
      "accepted_answers": .int(acceptedAnswers), "active_seconds": .int(activeMilliseconds / 1000),
      "earned": .array(
        earned.map { ["currency": .string($0.currency.code), "amount": .string($0.decimal)] }),
    ]
  }
}

extension OwnQuality.Measure {
  var json: JSON {
    [
      "judged": .int(judged), "share": .double(share),
      "interval": [.double(interval.lowerBound), .double(interval.upperBound)],
      "weeks": .array(
        weeks.map {
          [
            "from": .time($0.day * WorkDays.dayMilliseconds), "judged": .int($0.judged),
            "share": .double($0.share),
          ]
        }),
    ]
  }
}

extension Messages.Message {
  var json: JSON {
    ["number": .int(number), "at": .time(at), "text": .string(text), "read": .bool(isRead)]
  }
}
