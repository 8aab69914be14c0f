import Hummingbird
import Notation
import Platform
import Store
import Vault

/// Clients, people, keys and the journal.
enum PeopleRoutes {
  static let all: [Route] = [
    Route(.get, "/api/clients", .operators, "Lists clients.") { call in
      let clients = try await Clients(call.engine, actor: call.who().actor).list()
      return .json(.page(clients.map(\.json), next: nil))
    },
    Route(
      .post, "/api/clients", .operators, "Makes a client with a vault of its own.",
      body: [.string("name", isRequired: true)]
    ) { call in
      let fields = try await call.fields()
      let client = try await Clients(call.engine, actor: call.who().actor).create(
        name: fields.string("name"))
      return .json(client.json, status: .created)
    },
    Route(.get, "/api/workers", .desk, "Lists the operator's workers.") { call in
      let people = try await Users(call.engine, actor: call.who().actor).members(of: nil)
      return .json(.page(people.filter { $0.role == .worker }.map(\.json), next: nil))
    },
    Route(
      .post, "/api/workers", .operators, "Makes a worker who can sign in.",
      body: [.string("email", isRequired: true), .string("password", isRequired: true)]
    ) { call in
      let fields = try await call.fields()
      let user = try await Users(call.engine, actor: call.who().actor).create(
        email: fields.string("email"), password: fields.string("password"), role: .worker,
        client: nil)
      return .json(Users.Member(user: user, role: .worker).json, status: .created)
    },
    Route(
      .post, "/api/workers/invitations", .leads,
      "Invites addresses to the workforce; each link is shown once and lasts a week.",
      body: [.strings("emails", isRequired: true)]
    ) { call in
      let fields = try await call.fields()
      let invited = try await Invitations(call.engine, actor: call.who().actor).invite(
        fields.strings("emails"), as: .worker, to: nil)
      return .json(.page(invited.map(\.json), next: nil), status: .created)
    },
    Route(
      .delete, "/api/workers/{worker}", .operators,
      "Erases who a worker was; the books and the statistics stay under their number."
    ) { call in
      try await Erasure(call.engine).erase(call.id("worker", .user), by: call.who().actor)
      return .noContent
    },
    suspension(.put, isSuspended: true, "Puts a worker out; every session ends."),
    suspension(.delete, isSuspended: false, "Lets a worker in again."),
    Route(.get, "/api/keys", .clientAdmins, "Lists the client's API keys.") { call in
      let keys = try await Clients(call.engine, actor: call.who().actor).keys(
        of: call.clientID())
      return .json(.page(keys.map(\.json), next: nil))
    },
    Route(
      .post, "/api/keys", .clientAdmins, "Makes an API key; it is shown once.",
      body: [.bool("test"), .bool("reads_only")]
    ) { call in
      let fields = try await call.fields()
      let made = try await Clients(call.engine, actor: call.who().actor).createKey(
        for: call.clientID(), mode: fields.optionalBool("test") == true ? .test : .live,
        readsOnly: fields.optionalBool("reads_only") ?? false)
      return .json(
        made.key.json.adding([.init("key", .string(made.secret))]), status: .created)
    },
    Route(.delete, "/api/keys/{key}", .clientAdmins, "Revokes an API key.") { call in
      let key = call.parameters.get("key") ?? ""
      try await Clients(call.engine, actor: call.who().actor).revokeKey(key, of: call.clientID())
      // What it opened to others is closed with it.
      if let id = KeyID(key) {
        _ = try await call.inVault { vault, actor in
          try await Releases(vault, actor: actor).endLinks(madeBy: .key(id))
        }
      }
      return .noContent
    },
    Route(
      .get, "/api/journal", .clientAdmins, "Reads the vault's journal, oldest first.",
      query: [.integer("after", "The number of an entry."), .limit]
    ) { call in
      let limit = try call.pageLimit()
      return try await call.inVault { vault, _ in
        let entries = try await Journal(vault.database).entries(
          after: call.query("after").flatMap { Int64($0) } ?? 0, limit: limit)
        let items = entries.map { entry -> JSON in
          [
            "number": .int(entry.number), "at": .time(entry.at), "actor": .string(entry.actor),
            "action": .string(entry.action), "subject": .string(entry.subject),
            "detail": (try? JSON(parsing: entry.detail)) ?? .null,
            "hash": .string(entry.hash.hexadecimal),
          ]
        }
        return .json(
          .page(items, next: entries.count == limit ? entries.last.map { "\($0.number)" } : nil))
      }
    },
  ]

  private static func suspension(
    _ method: HTTPRequest.Method, isSuspended: Bool, _ summary: String
  ) -> Route {
    Route(method, "/api/workers/{worker}/suspension", .leads, summary) { call in
      let users = Users(call.engine, actor: try call.who().actor)
      let id: UserID = try call.id("worker", .user)
      // The operator's own people are not theirs to put out here, nor a client's.
      guard
        try await users.members(of: nil).contains(where: { $0.user.id == id && $0.role == .worker })
      else { throw Refusal.unknown(.user, id.text) }
      if isSuspended, try await users.isMemberSomewhere(id) {
        throw Refusal.notPossible(.user, state: "a client's member too", asked: "being put out")
      }
      try await users.setSuspended(isSuspended, user: id)
      return .noContent
    }
  }
}

extension Clients.Client {
  var json: JSON {
    ["id": .string(id.text), "name": .string(name), "created_at": .time(createdAt)]
  }
}

extension Clients.Key {
  var json: JSON {
    [
      "id": .string(id.text), "mode": .string(mode.rawValue), "hint": .string("…" + hint),
      "reads_only": .bool(readsOnly), "revoked": .bool(isRevoked), "created_at": .time(createdAt),
    ]
  }
}
