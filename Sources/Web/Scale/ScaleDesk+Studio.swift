import Notation
import Platform
import Store
import Vault
import Wire

/// A client's own people and what they work on.
extension ScaleDesk {
  private var users: Users { Users(services.engine, actor: actor) }
  private var members: ProjectMembers {
    ProjectMembers(services.engine, of: vault.clientID, actor: actor)
  }
  private var workerGroups: WorkerGroups { WorkerGroups(vault, actor: actor) }

  // MARK: Teams

  func teammates() async throws -> JSON { try await teammates(invited: [:]) }

  /// - Parameter links: to join by, for those who were just invited.
  private func teammates(invited links: [UserID: String]) async throws -> JSON {
    .array(
      try await users.members(of: vault.clientID).map { member in
        let head: JSON = [
          "email": .string(member.user.email), "role": .string(Self.name(of: member.role)),
          "isStudioLabeler": .bool(member.role == .labeler),
        ]
        return links[member.user.id].map {
          head.merged(with: ["invitation": .string("/#/join/\($0)")])
        } ?? head
      })
  }

  func invite(_ body: JSON) async throws -> JSON {
    let emails = try Self.texts("emails", of: body)
    let invited = try await Invitations(services.engine, actor: actor).invite(
      emails, as: try Self.role(body), to: vault.clientID)
    return try await teammates(
      invited: Dictionary(
        invited.compactMap { one in one.secret.map { (one.member.user.id, $0) } },
        uniquingKeysWith: { _, last in last }))
  }

  func setRole(_ body: JSON) async throws -> JSON {
    let role = try Self.role(body)
    let people = try await people(try Self.texts("emails", of: body))
    try await users.setRole(role, of: people.map(\.user.id), in: vault.clientID)
    if !Role.managing.contains(role) {
      for one in people { try await TeamRoutes.endLinks(of: one.user.id, vault, by: actor) }
    }
    return try await teammates()
  }

  /// Scale's members see projects and do not change them: our reviewers.
  private static let roles: [(name: String, role: Role)] = [
    ("labeler", .labeler), ("member", .reviewer), ("manager", .manager), ("admin", .admin),
  ]

  private static func name(of role: Role) -> String {
    roles.first { $0.role == role }?.name ?? role.rawValue
  }

  private static func role(_ body: JSON) throws(ScaleFault) -> Role {
    let name = body["team_role"]?.string
    guard let role = roles.first(where: { $0.name == name })?.role else {
      throw ScaleFault(
        "team_role must be one of " + roles.map(\.name).joined(separator: ", ") + ".")
    }
    return role
  }

  static func texts(_ name: String, of body: JSON) throws(ScaleFault) -> [String] {
    let texts = body[name]?.array?.compactMap(\.string)
    guard let texts, texts.count == body[name]?.array?.count else {
      throw ScaleFault("\(name) must be an array of strings.")
    }
    return texts
  }

  private func people(_ emails: [String]) async throws -> [Users.Member] {
    do {
      return try await users.members(emails, of: vault.clientID)
    } catch Refusal.unknown(.user, let email) {
      throw ScaleFault("\(email.prefix(254)) is not in your team.")
    }
  }

  // MARK: Assignments

  /// Every teammate's projects, by address.
  func assignments() async throws -> JSON {
    let assigned = try await members.all()
    var names: [ProjectID: String] = [:]
    for project in Set(assigned.values.joined()) {
      names[project] = try await projects.get(project).name
    }
    return .object(
      try await users.members(of: vault.clientID).map { member in
        let own = (assigned[member.user.id] ?? []).compactMap { names[$0] }
        return .init(member.user.email, .array(own.map { .string($0) }))
      })
  }

  func assign(
    _ body: JSON, _ change: (ProjectMembers, [UserID], [ProjectID]) async throws -> Void
  ) async throws -> JSON {
    let people = try await people(try Self.texts("emails", of: body))
    var ids: [ProjectID] = []
    for name in try Self.texts("projects", of: body) { ids.append(try await projects.find(name).id) }
    try await change(members, people.map(\.user.id), ids)
    return try await assignments()
  }

  // MARK: Groups

  func groups(of name: String) async throws -> JSON {
    let project = try await projects.find(name)
    let people = try await users.members(of: vault.clientID)
    return .array(try await workerGroups.list(in: project.id).map { json($0, people) })
  }

  func createGroup(_ body: JSON, in name: String) async throws -> JSON {
    let project = try await projects.find(name)
    let workers = try await workers(try Self.texts("emails", of: body), of: project)
    let group = try await workerGroups.create(
      try Self.required("name", of: body), in: project.id, workers: workers)
    return json(group, try await users.members(of: vault.clientID))
  }

  func changeGroup(_ name: String, in projectName: String, _ body: JSON) async throws -> JSON {
    let project = try await projects.find(projectName)
    let group = try await workerGroups.find(name, in: project.id)
    let body = (["add_emails": [], "remove_emails": []] as JSON).merged(with: body)
    let added = try await workers(try Self.texts("add_emails", of: body), of: project)
    let removed = try await people(try Self.texts("remove_emails", of: body))
    let changed = try await workerGroups.change(
      group.id, adding: added, removing: removed.map(pseudonym))
    return json(changed, try await users.members(of: vault.clientID))
  }

  private func pseudonym(_ member: Users.Member) -> String {
    vault.key.pseudonym(of: member.user.id.text)
  }

  /// Whoever labels in a group must be assigned to its project, where anybody is.
  private func workers(_ emails: [String], of project: Project) async throws -> [String] {
    let people = try await people(emails)
    let assigned = try await members.members(of: project.id)
    let stranger = people.first {
      $0.role == .labeler && !assigned.isEmpty && !assigned.contains($0.user.id)
    }
    if let stranger {
      throw ScaleFault(
        "\(stranger.user.email) is not assigned to the project \"\(project.name)\".")
    }
    return people.map(pseudonym)
  }

  private func json(_ group: WorkerGroups.Group, _ people: [Users.Member]) -> JSON {
    let members = group.members(people, vault)
    return [
      "id": .string(group.id.text),
      "name": .string(group.isSingleton ? members.first?.user.email ?? group.name : group.name),
      "numWorkers": .int(Int64(group.workers.count)), "isSingleton": .bool(group.isSingleton),
      "workers": .array(
        members.map { ["id": .string($0.user.id.text), "email": .string($0.user.email)] }),
    ]
  }

  // MARK: Batches

  func studioBatches() async throws -> JSON {
    let people = try await users.members(of: vault.clientID)
    var shown: [JSON] = []
    for (place, batch) in try await batches.pending().enumerated() {
      shown.append(try await studioJSON(batch, place: place + 1, people))
    }
    return .array(shown)
  }

  private func studioJSON(
    _ batch: Batch, place: Int?, _ people: [Users.Member]
  ) async throws -> JSON {
    let isCalibration =
      try await batches.request(of: batch.id)["calibration_batch"]?.bool == true
    let groups = try await workerGroups.groups(of: batch.id).map { json($0, people) }
    let head: JSON = [
      "id": .string(batch.id.text), "name": .string(batch.name),
      "projectId": .string(batch.project.text),
      "projectName": .string(try await projects.get(batch.project).name),
      "batchType": isCalibration ? "Calibration" : "Production",
      "total": .int(Int64(batch.counts.tasks)),
      "completed": .int(Int64(batch.counts.completed)), "groups": .array(groups),
    ]
    return place.map { head.merged(with: ["studioPriority": .int(Int64($0))]) } ?? head
  }

  /// - Parameter body: `groups` are names of groups, or addresses of single people.
  func keep(_ name: String, _ body: JSON) async throws -> JSON {
    let batch = try await batches.find(name)
    let project = try await projects.get(batch.project)
    let known = try await workerGroups.list(in: project.id)
    var groups: [GroupID] = []
    var singles: [String] = []
    for name in try Self.texts("groups", of: body) {
      if let group = known.first(where: { $0.name == name }) {
        groups.append(group.id)
      } else if name.contains("@") {
        singles += try await workers([name], of: project)
      } else {
        throw Refusal.unknown(.group, name)
      }
    }
    try await workerGroups.keep(batch.id, for: groups, workers: singles)
    let place = try await batches.pending().firstIndex { $0.id == batch.id }
    return try await studioJSON(
      batch, place: place.map { $0 + 1 }, try await users.members(of: vault.clientID))
  }

  /// - Parameter body: `batches` of `{"name"}`; one client's types call them `groups`.
  func setPriorities(_ body: JSON) async throws -> JSON {
    guard let items = (body["batches"] ?? body["groups"])?.array else {
      throw ScaleFault("batches must be an array of {\"name\"}.")
    }
    var order: [BatchID] = []
    for item in items {
      guard let name = item["name"]?.string ?? item.string else {
        throw ScaleFault("batches must be an array of {\"name\"}.")
      }
      order.append(try await batches.find(name).id)
    }
    try await batches.setOrder(order)
    return try await studioBatches()
  }

  /// Calibration batches first, then the oldest.
  func resetPriorities() async throws -> JSON {
    var first: Set<BatchID> = []
    for batch in try await batches.pending()
    where try await batches.request(of: batch.id)["calibration_batch"]?.bool == true {
      first.insert(batch.id)
    }
    try await batches.setOrder(nil) { [first] in first.contains($0.id) }
    return try await studioBatches()
  }
}
