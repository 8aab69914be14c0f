import HTTPTypes
import Hummingbird
import Notation
import Platform
import Store
import Vault

/// A client's people: how they come, what they may be, and which work is theirs.
enum TeamRoutes {
  static let all: [Route] = members + invitations + projects + groups + batches

  private static let members: [Route] = [
    Route(.get, "/api/members", .clientAdmins, "Lists the client's people.") { call in
      let client = try call.clientID()
      let people = try await Users(call.engine, actor: call.who().actor).members(of: client)
      return .json(.page(people.map(\.json), next: nil))
    },
    Route(.post, "/api/members", .clientAdmins, "Makes a member of the client.",
      body: [
        .string("email", isRequired: true), .string("password", isRequired: true),
        .choice("role", Role.self, isRequired: true),
      ]
    ) { call in
      let fields = try await call.fields()
      guard let role = try fields.optionalChoice("role", Role.self), role.isOfClient else {
        throw Refusal.invalid(
          path: "role", problem: "must be admin, manager, reviewer or labeler")
      }
      let user = try await Users(call.engine, actor: call.who().actor).create(
        email: fields.string("email"), password: fields.string("password"), role: role,
        client: call.clientID())
      return .json(Users.Member(user: user, role: role).json, status: .created)
    },
    Route(.patch, "/api/members/{member}", .clientAdmins, "Changes a member's role.",
      body: [.choice("role", Role.self, isRequired: true)]
    ) { call in
      let fields = try await call.fields()
      guard let role = try fields.optionalChoice("role", Role.self) else {
        throw Refusal.invalid(path: "role", problem: "is missing")
      }
      try await Users(call.engine, actor: call.who().actor).setRole(
        role, of: [call.id("member", .user)], in: call.clientID())
      // What only managers open to others is closed with their role.
      if !Role.managing.contains(role) {
        try await call.inVault { try await endLinks(of: call.id("member", .user), $0, by: $1) }
      }
      return .noContent
    },
    Route(.delete, "/api/members/{member}", .clientAdmins, "Takes somebody out of the team.") {
      call in
      let member: UserID = try call.id("member", .user)
      // Before it, so that a failure leaves a member to ask it of again, and after it for what came between.
      try await call.inVault { try await endLinks(of: member, $0, by: $1) }
      try await Users(call.engine, actor: call.who().actor).remove(member, from: call.clientID())
      try await call.inVault { try await endLinks(of: member, $0, by: $1) }
      return .noContent
    },
  ]

  /// Ends the addresses of releases that somebody made.
  static func endLinks(of user: UserID, _ vault: ClientVault, by actor: Actor) async throws {
    _ = try await Releases(vault, actor: actor).endLinks(madeBy: .user(user))
  }

  private static let invitations: [Route] = [
    Route(
      .post, "/api/members/invitations", .clientAdmins,
      "Invites addresses to the team; each link is shown once and lasts a week.",
      body: [.strings("emails", isRequired: true), .choice("role", Role.self, isRequired: true)]
    ) { call in
      let fields = try await call.fields()
      guard let role = try fields.optionalChoice("role", Role.self) else {
        throw Refusal.invalid(path: "role", problem: "is missing")
      }
      let invited = try await Invitations(call.engine, actor: call.who().actor).invite(
        fields.strings("emails"), as: role, to: call.clientID())
      return .json(.page(invited.map(\.json), next: nil), status: .created)
    },
    Route(.get, "/api/invitations/{invitation}", .anyone, "Says whose invitation it is.") { call in
      let email = try await Invitations(call.engine, actor: .system).address(
        of: call.parameters.get("invitation") ?? "")
      return .json(["email": .string(email)])
    },
    Route(
      .post, "/api/invitations/{invitation}", .anyone,
      "Takes an invitation up with a password of one's own.",
      body: [.string("password", isRequired: true)]
    ) { call in
      let fields = try await call.fields()
      try await Invitations(call.engine, actor: .system).accept(
        call.parameters.get("invitation") ?? "", password: fields.string("password"))
      return .noContent
    },
  ]

  private static let projects: [Route] = [
    Route(
      .get, "/api/projects/{project}/members", .managers,
      "Lists who is assigned to a project; with nobody it is open to the whole team."
    ) { call in
      let client = try call.clientID()
      let who = try call.who().actor
      let users = try await ProjectMembers(call.engine, of: client, actor: who).members(
        of: try await project(call))
      let people = try await Users(call.engine, actor: who).members(of: client)
      return .json(.page(people.filter { users.contains($0.user.id) }.map(\.json), next: nil))
    },
    assignment(.put, "Assigns a member to a project.") { try await $0.assign([$1], to: [$2]) },
    assignment(.delete, "Takes a member off a project.") {
      try await $0.withdraw([$1], from: [$2])
    },
  ]

  private static func assignment(
    _ method: HTTPRequest.Method, _ summary: String,
    _ body: @escaping @Sendable (ProjectMembers, UserID, ProjectID) async throws -> Void
  ) -> Route {
    Route(method, "/api/projects/{project}/members/{member}", .managers, summary) { call in
      let members = ProjectMembers(
        call.engine, of: try call.clientID(), actor: try call.who().actor)
      try await body(members, call.id("member", .user), try await project(call))
      return .noContent
    }
  }

  /// The project of the path, which must be the client's.
  private static func project(_ call: Call) async throws -> ProjectID {
    let id: ProjectID = try call.id("project", .project)
    return try await call.inVault { try await Projects($0, actor: $1).get(id).id }
  }

  private static let groups: [Route] = [
    Route(.get, "/api/projects/{project}/groups", .managers, "Lists groups of annotators.") { call in
      let people = try await people(call)
      return try await call.inVault { vault, actor in
        let groups = try await WorkerGroups(vault, actor: actor).list(
          in: call.id("project", .project))
        return .json(.page(groups.map { $0.json(people, vault) }, next: nil))
      }
    },
    Route(
      .post, "/api/projects/{project}/groups", .managers, "Makes a group of members by their ids.",
      body: [.string("name", isRequired: true), .strings("members")]
    ) { call in
      let fields = try await call.fields()
      let people = try await people(call)
      return try await call.inVault { vault, actor in
        let group = try await WorkerGroups(vault, actor: actor).create(
          fields.string("name"), in: call.id("project", .project),
          workers: try workers(fields, "members", people, vault))
        return .json(group.json(people, vault), status: .created)
      }
    },
    Route(
      .patch, "/api/projects/{project}/groups/{group}", .managers,
      "Adds members to a group and removes some.",
      body: [.strings("add"), .strings("remove")]
    ) { call in
      let fields = try await call.fields()
      let people = try await people(call)
      return try await call.inVault { vault, actor in
        let group = try await WorkerGroups(vault, actor: actor).change(
          call.id("group", .group), adding: try workers(fields, "add", people, vault),
          removing: try workers(fields, "remove", people, vault))
        return .json(group.json(people, vault))
      }
    },
    Route(.delete, "/api/projects/{project}/groups/{group}", .managers, "Removes a group.") {
      call in
      try await call.inVault { vault, actor in
        try await WorkerGroups(vault, actor: actor).remove(call.id("group", .group))
        return .noContent
      }
    },
  ]

  private static let batches: [Route] = [
    Route(.get, "/api/batches/{batch}/groups", .managers, "Lists whom a batch is kept for.") { call in
      let people = try await people(call)
      return try await call.inVault { vault, actor in
        let groups = try await WorkerGroups(vault, actor: actor).groups(of: call.id("batch", .batch))
        return .json(.page(groups.map { $0.json(people, vault) }, next: nil))
      }
    },
    Route(
      .put, "/api/batches/{batch}/groups", .managers,
      "Keeps a batch for groups and members by their ids; with none it is open to all.",
      body: [.strings("groups"), .strings("members")]
    ) { call in
      let fields = try await call.fields()
      let groups = try fields.strings("groups").map { text throws(Refusal) -> GroupID in
        guard let id = GroupID(text) else { throw .unknown(.group, text) }
        return id
      }
      let people = try await people(call)
      return try await call.inVault { vault, actor in
        try await WorkerGroups(vault, actor: actor).keep(
          call.id("batch", .batch), for: groups,
          workers: try workers(fields, "members", people, vault))
        return .noContent
      }
    },
    Route(
      .get, "/api/batch-order", .managers, "Lists pending batches in the order of their tasks."
    ) { call in
      try await call.inVault { vault, actor in
        .json(.page(try await Batches(vault, actor: actor).pending().map(\.json), next: nil))
      }
    },
    Route(
      .put, "/api/batch-order", .managers, "Orders pending batches by their ids, the first first.",
      body: [.strings("batches", isRequired: true)]
    ) { call in
      let fields = try await call.fields()
      let order = try fields.strings("batches").map { text throws(Refusal) -> BatchID in
        guard let id = BatchID(text) else { throw .unknown(.batch, text) }
        return id
      }
      return try await call.inVault { vault, actor in
        try await Batches(vault, actor: actor).setOrder(order)
        return .noContent
      }
    },
  ]

  // MARK: People of the vault

  private static func people(_ call: Call) async throws -> [Users.Member] {
    try await Users(call.engine, actor: call.who().actor).members(of: call.clientID())
  }

  private static func workers(
    _ fields: Fields, _ name: String, _ people: [Users.Member], _ vault: ClientVault
  ) throws(Refusal) -> [String] {
    try fields.strings(name).map { text throws(Refusal) in
      guard people.contains(where: { $0.user.id.text == text }) else {
        throw .unknown(.user, text)
      }
      return vault.key.pseudonym(of: text)
    }
  }
}

extension Users.Member {
  var json: JSON {
    [
      "id": .string(user.id.text), "email": .string(user.email), "role": .string(role.rawValue),
      "suspended": .bool(user.isSuspended), "invited": .bool(user.isInvited),
      "created_at": .time(user.createdAt),
    ]
  }
}

extension Invitations.Invited {
  /// With the link to join by, where there is one to give.
  var json: JSON {
    member.json.adding(secret.map { [.init("invitation", .string("/#/join/\($0)"))] } ?? [])
  }
}

extension WorkerGroups.Group {
  /// - Parameter people: of the client, to say who its workers are.
  func members(_ people: [Users.Member], _ vault: ClientVault) -> [Users.Member] {
    people.filter { workers.contains(vault.key.pseudonym(of: $0.user.id.text)) }
  }

  func json(_ people: [Users.Member], _ vault: ClientVault) -> JSON {
    let members = members(people, vault)
    let name = isSingleton ? members.first?.user.email ?? name : name
    return [
      "id": .string(id.text), "name": .string(name), "singleton": .bool(isSingleton),
      "members": .array(
        members.map { ["id": .string($0.user.id.text), "email": .string($0.user.email)] }),
    ]
  }
}
