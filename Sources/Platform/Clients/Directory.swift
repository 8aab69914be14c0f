import Store
import Workforce

/// Which project is whose, across vaults: what a worker's queue needs before any vault is opened.
package struct Directory: Sendable {
  private let engine: DataEngine

  package init(_ engine: DataEngine) { self.engine = engine }

  package struct Listing: Hashable, Sendable {
    package var project: ProjectID
    package var client: ClientID
    package var name: String
    package var workforce: Project.Workforce
    package var state: Project.State
    /// By what the operator's workers are paid; nil where they are not.
    package var pay: PayTerms?
    /// Who of them may work on it, as it is stored.
    var eligibility = ""
    /// What they do before its live work; nil for nothing.
    package var qualification: QualificationPlan?
    /// How far the principal is with that it was read for; nil where nothing is asked of them.
    package var standing: Qualification.Standing?
    package var routing = ProjectRouting()
    /// What the principal it was read for lacks to work on it.
    package var missing: [Eligibility.Missing] = []
    /// Whether the principal it was read for reviews it for the operator.
    package var isReviewer = false
  }

  package func find(_ project: ProjectID) async throws -> Listing? {
    try await engine.control.read { connection in
      try connection.first(
        Self.select + " WHERE project_id = ?", [project.sql], listing)
    }
  }

  /// The projects somebody can work on: those open to the operator's workforce for its workers,
  /// and their own clients' for members. Those that a worker lacks something for say what.
  package func open(to principal: Principal) async throws -> [Listing] {
    try await engine.control.read { connection in
      var listings: [Listing] = []
      if principal.isWorker {
        listings += try connection.all(
          Self.select + " WHERE workforce = 'operator' AND state = 'active' ORDER BY project_id",
          [], listing)
      }
      for grant in principal.grants {
        guard let client = grant.client else { continue }
        let own = try connection.all(
          Self.select + " WHERE client_id = ? AND state = 'active' ORDER BY project_id",
          [client.sql], listing)
        for listing in own where !listings.contains(listing) {
          if try Self.isOpen(listing, to: principal, connection) { listings.append(listing) }
        }
      }
      return try settled(listings, for: principal, connection)
    }
  }

  /// The projects open to the operator's workforce, whether or not they are worked on now.
  package func operated() async throws -> [Listing] {
    try await engine.control.read { connection in
      try connection.all(
        Self.select + " WHERE workforce = 'operator' AND state <> 'archived' ORDER BY project_id",
        [],
        listing)
    }
  }

  /// A client's own, those that are archived too.
  package func projects(of client: ClientID) async throws -> [Listing] {
    try await engine.control.read { connection in
      try connection.all(
        Self.select + " WHERE client_id = ? ORDER BY project_id", [client.sql], listing)
    }
  }

  /// The projects that the operator's workers can work on now.
  package func offered() async throws -> [Listing] {
    try await engine.control.read { connection in
      try connection.all(
        Self.select + " WHERE workforce = 'operator' AND state = 'active' ORDER BY project_id", [],
        listing)
    }
  }

  /// Those of the projects that a principal lacks nothing for.
  package func admitting(_ principal: Principal, among listings: [Listing]) async throws
    -> [Listing]
  {
    try await engine.control.read { connection in
      try settled(listings, for: principal, connection).filter(\.missing.isEmpty)
    }
  }

  /// The clients with a project that pays or did, or is charged for.
  package func paying() async throws -> [ClientID] {
    try await engine.control.read { connection in
      try connection.all(
        """
        SELECT DISTINCT client_id FROM project_directory d WHERE price_version IS NOT NULL
          OR EXISTS (SELECT 1 FROM pay_plans p WHERE p.project_id = d.project_id)
        """
      ) { $0.id(0) }
    }
  }

  /// The project, where a principal may take work from it; what they lack for new work is not looked for.
  package func find(_ project: ProjectID, for principal: Principal) async throws -> Listing? {
    try await engine.control.read { connection in
      let listing = try connection.first(
        Self.select + " WHERE project_id = ?", [project.sql], listing)
      guard let listing, try Self.isOpen(listing, to: principal, connection) else { return nil }
      return listing
    }
  }

  /// With what a principal lacks for new work on it, and by what they are paid.
  package func settled(_ listing: Listing, for principal: Principal) async throws -> Listing {
    try await engine.control.read { connection in
      try settled([listing], for: principal, connection)[0]
    }
  }

  /// The operator says who of its workers may work on what, and pays them, in the currency they chose, on
  /// projects that are open to them, whatever a client makes them besides; a client's own people are not its
  /// to choose or to pay.
  private func settled(
    _ listings: [Listing], for principal: Principal, _ connection: any Connection
  ) throws -> [Listing] {
    let ours = Set(
      listings.filter { principal.isWorker && $0.workforce == .operator }.map(\.project))
    let known = try WorkerStanding(
      of: principal, on: listings.filter { ours.contains($0.project) }, engine, connection)
    let now = engine.environment.now()
    return try listings.map { listing in
      var listing = listing
      guard ours.contains(listing.project) else {
        (listing.pay, listing.qualification) = (nil, nil)
        return listing
      }
      listing.pay = listing.pay.map { PayTerms(version: $0.version, currency: known.currency) }
      listing.isReviewer = known.reviews.contains(listing.project)
      let rule = try engine.eligibility(stored: listing.eligibility)
      listing.standing = listing.qualification.map { plan in
        known.qualifications[listing.project]?.standing(under: plan, at: now)
          ?? .learning(attempt: 1)
      }
      listing.missing =
        known.missing(for: listing, listing.standing) + rule.missing(of: known.traits)
      return listing
    }
  }

  /// A labeler works on the projects they are assigned to, and on those that nobody is assigned
  /// to; other members on all of their client's.
  private static func isOpen(
    _ listing: Listing, to principal: Principal, _ connection: any Connection
  ) throws -> Bool {
    if principal.isWorker && listing.workforce == .operator { return true }
    guard let role = principal.role(in: listing.client) else { return false }
    guard role == .labeler, case .user(let user, _) = principal.identity else { return true }
    return try ProjectMembers.admits(user, to: listing.project, connection)
  }

  package func put(_ project: Project, of client: ClientID) async throws {
    try await engine.control.write(.flushed) { connection in
      try connection.run(
        """
        INSERT INTO project_directory
          (project_id, client_id, public_name, workforce, state, created_at)
        VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (project_id) DO UPDATE SET
          public_name = excluded.public_name, workforce = excluded.workforce,
          state = excluded.state
        """,
        [
          project.id.sql, client.sql, .text(project.name), .text(project.workforce.rawValue),
          .text(project.state.rawValue), .int(project.createdAt),
        ])
    }
    WorkQueue(engine).forget()
  }

  private static let select =
    """
    SELECT project_id, client_id, public_name, workforce, state, pay_version,
      coalesce(eligibility, ''), coalesce(qualification, ''), coalesce(routing, '')
    FROM project_directory
    """

  private func listing(_ row: any Row) throws -> Listing {
    Listing(
      project: row.id(0), client: row.id(1), name: row.text(2),
      workforce: Project.Workforce(rawValue: row.text(3)) ?? .team,
      state: Project.State(rawValue: row.text(4)) ?? .archived,
      pay: row.optionalInt(5).map { PayTerms(version: Int($0), currency: nil) },
      eligibility: row.text(6), qualification: try engine.qualificationPlan(stored: row.text(7)),
      routing: try engine.routing(stored: row.text(8)))
  }
}
