import Store
import Vault

/// Groups of workers in a project, by the pseudonyms this vault knows them by; a batch can be kept
/// for some of them.
package struct WorkerGroups: Sendable {
  let vault: ClientVault
  let actor: Actor

  package init(_ vault: ClientVault, actor: Actor) {
    self.vault = vault
    self.actor = actor
  }

  package struct Group: Hashable, Sendable {
    package var id: GroupID
    package var project: ProjectID
    /// Of a singleton the worker's pseudonym.
    package var name: String
    /// One worker, made by naming them where a group is asked for.
    package var isSingleton: Bool
    package var workers: [String]
  }

  package func create(
    _ name: String, in project: ProjectID, workers: [String]
  ) async throws -> Group {
    let name = try Naming.checked(name, limit: 200)
    let record = vault.record(by: actor)
    let id: GroupID = vault.environment.newID()
    return try await vault.database.write(.flushed) { connection in
      _ = try Projects.get(project, connection)
      guard try Self.find(name, in: project, connection) == nil else {
        throw Refusal.taken(.group, name)
      }
      try insert(id, project, name, isSingleton: false, at: record.at, connection)
      try add(workers, to: id, connection)
      try record.append(connection, "group.created", id.text)
      return try Self.get(id, connection)
    }
  }

  package func change(
    _ id: GroupID, adding: [String], removing: [String]
  ) async throws -> Group {
    let record = vault.record(by: actor)
    return try await vault.database.write(.flushed) { connection in
      let group = try Self.get(id, connection)
      guard !group.isSingleton else { throw Refusal.unknown(.group, id.text) }
      try add(adding, to: id, connection)
      for worker in removing {
        try connection.run(
          "DELETE FROM worker_group_members WHERE group_id = ? AND worker = ?",
          [id.sql, .text(worker)])
      }
      try record.append(connection, "group.changed", id.text)
      return try Self.get(id, connection)
    }
  }

  /// Removes a group; batches kept for it alone are open to everybody again.
  package func remove(_ id: GroupID) async throws {
    let record = vault.record(by: actor)
    try await vault.database.write(.flushed) { connection in
      _ = try Self.get(id, connection)
      for table in ["batch_groups", "worker_group_members"] {
        try connection.run("DELETE FROM \(table) WHERE group_id = ?", [id.sql])
      }
      try connection.run("DELETE FROM worker_groups WHERE id = ?", [id.sql])
      try record.append(connection, "group.removed", id.text)
    }
  }

  /// The groups of a project that were made by name, oldest first.
  package func list(in project: ProjectID) async throws -> [Group] {
    try await vault.database.read { connection in
      _ = try Projects.get(project, connection)
      return try Self.all(
        "project_id = ? AND is_singleton = 0", [project.sql], connection)
    }
  }

  package func get(_ id: GroupID) async throws -> Group {
    try await vault.database.read { try Self.get(id, $0) }
  }

  package func find(_ name: String, in project: ProjectID) async throws -> Group {
    let found = try await vault.database.read { try Self.find(name, in: project, $0) }
    guard let found else { throw Refusal.unknown(.group, name) }
    return found
  }

  // MARK: Batches

  /// The groups a batch is kept for; none: it is open to every worker of its project.
  package func groups(of batch: BatchID) async throws -> [Group] {
    try await vault.database.read { connection in
      try Self.all(
        "id IN (SELECT group_id FROM batch_groups WHERE batch_id = ?)", [batch.sql], connection)
    }
  }

  /// Keeps a batch for these groups and workers, in place of those before.
  package func keep(
    _ batch: BatchID, for groups: [GroupID], workers: [String]
  ) async throws {
    let record = vault.record(by: actor)
    let ids = workers.map { (worker: $0, id: vault.environment.newID() as GroupID) }
    try await vault.database.write(.flushed) { connection in
      let project = try Batches.get(batch, connection).project
      var all: [GroupID] = []
      for group in groups {
        guard try Self.get(group, connection).project == project else {
          throw Refusal.unknown(.group, group.text)
        }
        all.append(group)
      }
      for (worker, id) in ids {
        if let known = try Self.find(worker, in: project, connection) {
          all.append(known.id)
        } else {
          try insert(id, project, worker, isSingleton: true, at: record.at, connection)
          try add([worker], to: id, connection)
          all.append(id)
        }
      }
      try connection.run("DELETE FROM batch_groups WHERE batch_id = ?", [batch.sql])
      for id in all {
        try connection.run(
          "INSERT INTO batch_groups VALUES (?, ?) ON CONFLICT DO NOTHING", [batch.sql, id.sql])
      }
      try record.append(
        connection, "batch.kept", batch.text, ["groups": .int(Int64(all.count))])
    }
  }

  /// Whether batch `b` is open to a worker: a clause with the worker's pseudonym once.
  static let admits = """
    (NOT EXISTS (SELECT 1 FROM batch_groups k WHERE k.batch_id = b.id)
      OR EXISTS (SELECT 1 FROM batch_groups k JOIN worker_group_members m
        ON m.group_id = k.group_id WHERE k.batch_id = b.id AND m.worker = ?))
    """

  // MARK: Rows

  private func insert(
    _ id: GroupID, _ project: ProjectID, _ name: String, isSingleton: Bool, at: Int64,
    _ connection: any Connection
  ) throws {
    try connection.run(
      "INSERT INTO worker_groups VALUES (?, ?, ?, ?, ?)",
      [id.sql, project.sql, .text(name), .int(isSingleton ? 1 : 0), .int(at)])
  }

  private func add(
    _ workers: [String], to id: GroupID, _ connection: any Connection
  ) throws {
    for worker in workers {
      try connection.run(
        "INSERT INTO worker_group_members VALUES (?, ?) ON CONFLICT DO NOTHING",
        [.text(worker), id.sql])
    }
  }

  private static func get(_ id: GroupID, _ connection: any Connection) throws -> Group {
    guard let group = try all("id = ?", [id.sql], connection).first else {
      throw Refusal.unknown(.group, id.text)
    }
    return group
  }

  private static func find(
    _ name: String, in project: ProjectID, _ connection: any Connection
  ) throws -> Group? {
    try all("project_id = ? AND name = ?", [project.sql, .text(name)], connection).first
  }

  private static func all(
    _ clause: String, _ arguments: [SQLValue], _ connection: any Connection
  ) throws -> [Group] {
    let groups = try connection.all(
      "SELECT id, project_id, name, is_singleton FROM worker_groups WHERE \(clause) ORDER BY id",
      arguments
    ) {
      Group(
        id: $0.id(0), project: $0.id(1), name: $0.text(2), isSingleton: $0.int(3) == 1,
        workers: [])
    }
    return try groups.map { group in
      var group = group
      group.workers = try connection.all(
        "SELECT worker FROM worker_group_members WHERE group_id = ? ORDER BY worker",
        [group.id.sql]
      ) { $0.text(0) }
      return group
    }
  }
}
