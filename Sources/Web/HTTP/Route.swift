import HTTPTypes
import Hummingbird
import Platform
import Store
import Synchronization

/// Who may use a route. Every route has one, so every route has its row in the access table.
package enum Access: Hashable, Sendable {
  /// Anybody.
  case anyone
  /// Whoever is signed in.
  case signedIn
  /// These roles within the client that the request is about.
  case client(Set<Role>)
  /// The operator's people in these roles.
  case staff(Set<Role>)
  /// The operator's workers, about themselves.
  case workers
  /// Whoever may take work from the project in the path.
  case work

  package static let operators = Access.staff([.operator])
  /// Who leads the workforce.
  package static let leads = Access.staff([.operator, .workforceManager])
  package static let payroll = Access.staff([.operator, .payroll])
  /// Who leads the operator's reviewers.
  package static let reviewLeads = Access.staff([.operator, .reviewerLead])
  /// Any of them.
  package static let desk = Access.staff([.operator, .workforceManager, .reviewerLead, .payroll])
  package static let clientAdmins = Access.client([.admin])
  package static let managers = Access.client(Role.managing)
  package static let reviewers = Access.client([.admin, .manager, .reviewer])
}

/// One thing the API does: a row of the table that routing, access, tests and OpenAPI share.
package struct Route: Sendable {
  package typealias Handler = @Sendable (Call) async throws -> Response

  package let method: HTTPRequest.Method
  /// Like `/api/projects/{project}`.
  package let path: String
  package let access: Access
  /// One sentence for the documentation.
  package let summary: String
  /// The parameters of its query.
  package let query: [QueryMember]
  /// The members of its JSON body; none where it takes another kind of body, or any.
  package let body: [BodyMember]
  /// Whether keys that only read may ask for it, though it is no GET: it changes nothing of the data.
  package let isForReaders: Bool
  package let handler: Handler

  init(
    _ method: HTTPRequest.Method, _ path: String, _ access: Access, _ summary: String,
    query: [QueryMember] = [], body: [BodyMember] = [], isForReaders: Bool = false,
    _ handler: @escaping Handler
  ) {
    self.isForReaders = isForReaders
    self.query = query
    self.body = body
    self.method = method
    self.path = path
    self.access = access
    self.summary = summary
    self.handler = handler
  }
}

/// What routes work with.
package struct Services: Sendable {
  package let engine: DataEngine
  package let signIn: SignIn
  package let fetcher: any Fetcher
  /// nil where very large images are shown whole.
  package let tiler: (any Tiler)?
  let attachments: AttachmentQueue
  let gatherer: Gatherer
  /// How clients reach this server; known once it listens.
  let site: Site
  package let workbench: WorkbenchAssets

  /// - Parameter publicURL: how clients reach this server; nil for the address it listens on.
  package init(
    engine: DataEngine, signIn: SignIn, fetcher: any Fetcher, tiler: (any Tiler)? = nil,
    converter: (any SetConverter)? = nil, workbench: WorkbenchAssets, publicURL: String? = nil
  ) {
    site = Site(publicURL)
    self.engine = engine
    self.signIn = signIn
    self.fetcher = fetcher
    self.tiler = tiler
    attachments = AttachmentQueue(engine: engine, fetcher: fetcher)
    gatherer = Gatherer(engine: engine, fetcher: fetcher, converter: converter, tiler: tiler)
    self.workbench = workbench
  }
}

/// The server's own address, for links that leave it.
final class Site: Sendable {
  private let named: String?
  private let heard = Mutex("")

  init(_ named: String?) {
    self.named = named.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
  }

  /// Without a slash at its end.
  var url: String { named ?? heard.withLock { $0 } }

  func listens(on host: String, port: Int) {
    let shown = host.contains(":") ? "[\(host)]" : host
    heard.withLock { $0 = "http://\(shown):\(port)" }
  }
}

/// One request on its way through a route.
package struct Call: Sendable {
  let services: Services
  let request: Request
  let queries: QueryString
  /// What the route reads of the query.
  let query: [QueryMember]
  let parameters: Parameters
  let access: Access
  /// What the route takes.
  let body: [BodyMember]
  /// nil where nobody signed in.
  let principal: Principal?
  /// From where they ask; empty where it is not known.
  var address = ""
  /// The project of the path, where the route is one of work and the caller may work on it.
  var listing: Directory.Listing?

  var engine: DataEngine { services.engine }

  /// Whoever asks; the route's access made sure that there is somebody.
  func who() throws -> Principal {
    guard let principal else { throw Denial.notSignedIn }
    return principal
  }

  /// The client this request is about: the key's, the member's only one, or the one that the
  /// `X-Assay-Client` header or `client` parameter names.
  func clientID() throws -> ClientID {
    guard case .client(let roles) = access else { throw Denial.forbidden }
    let who = try who()
    let named =
      request.headers[.assayClient] ?? queries[Self.clientParameter]
    let own = who.grants.compactMap(\.client)
    let client: ClientID
    if let named {
      guard let match = own.first(where: { $0.text == named }) else {
        throw Refusal.unknown(.client, named)
      }
      client = match
    } else if own.count == 1, let only = own.first {
      client = only
    } else if own.isEmpty {
      throw Denial.forbidden
    } else {
      throw Refusal.invalid(
        path: "X-Assay-Client",
        problem: "must name one of your clients: "
          + own.map(\.text).joined(separator: ", "))
    }
    guard let role = who.role(in: client), roles.contains(role) else { throw Denial.forbidden }
    return client
  }

  /// Whether the key or session of whoever asks is still good.
  func isStillKnown() async throws -> Bool { try await presentPrincipal() != nil }

  /// Whoever asks, as their key or session is now.
  private func presentPrincipal() async throws -> Principal? {
    guard let credential = Gate.credential(request) else { return nil }
    return try await services.signIn.principal(secret: credential.secret)
  }

  /// Whether whoever asks may still ask this of a client: what stays open outlives keys, sessions and roles.
  func isStillAllowed(in client: ClientID) async throws -> Bool {
    guard case .client(let roles) = access, let role = try await presentPrincipal()?.role(in: client)
    else { return false }
    return roles.contains(role)
  }

  /// Runs `body` in the vault of the client this request is about.
  func inVault<T: Sendable>(_ body: (ClientVault, Actor) async throws -> T) async throws -> T {
    let client = try clientID()
    let actor = try who().actor
    return try await engine.vaults.with(client) { try await body($0, actor) }
  }

  /// Runs `body` in the vault of the project in the path, as the pseudonym it knows the worker by.
  func atWork<T: Sendable>(
    reviewing: Bool = false,
    _ body: (ClientVault, ProjectID, _ worker: String) async throws -> T
  ) async throws -> T {
    let who = try who()
    guard let listing else { throw Denial.forbidden }
    if reviewing { guard try await mayReview(listing) else { throw Denial.forbidden } }
    return try await engine.vaults.with(listing.client) { vault in
      try await body(vault, listing.project, vault.key.pseudonym(of: who.workerName))
    }
  }

  /// Whether the caller looks over answers: as one of the client's people, or for the operator.
  private func mayReview(_ listing: Directory.Listing) async throws -> Bool {
    let who = try who()
    if let role = who.role(in: listing.client) { return role != .labeler }
    guard try isOperatorsWork(listing), case .user(let user, _) = who.identity else { return false }
    return try await OperatorReviewers(engine).has(user, on: listing.project)
  }

  /// Whether the caller decides what was sent back as often as a plan allows.
  var decidesEscalations: Bool {
    get throws {
      let role = try listing.flatMap { try who().role(in: $0.client) }
      return role == .manager || role == .admin
    }
  }

  /// The project of the path, if the caller may take work from it; else it looks like none.
  func findWork() async throws -> Directory.Listing {
    let project: ProjectID = try id("project", .project)
    guard let listing = try await Directory(engine).find(project, for: try who()) else {
      throw Refusal.unknown(.project, project.text)
    }
    if try isOperatorsWork(listing), case .user(let user, _) = try who().identity {
      TeamBoard(engine).heard(of: user, on: project)
    }
    return listing
  }

  /// Whether the caller works on a project as one of the operator's workers.
  func isOperatorsWork(_ listing: Directory.Listing) throws -> Bool {
    try who().isWorker && listing.workforce == .operator
  }

  /// Counts the time somebody looked at a task that they gave back.
  func noteSeen() throws {
    guard let listing, try isOperatorsWork(listing), case .user(let user, _) = try who().identity
    else {
      return
    }
    WorkDays(engine).worked(user, on: listing.project, claimed: 0, answers: 0)
  }

  /// The project of the path, with what the caller lacks for new work on it.
  func settledListing() async throws -> Directory.Listing {
    guard let listing else { throw Denial.forbidden }
    return try await Directory(engine).settled(listing, for: try who())
  }

  /// - Throws: `.notEligible` where the operator's rules keep the caller from new work.
  @discardableResult
  func checkEligibility() async throws -> Directory.Listing {
    let listing = try await settledListing()
    guard listing.missing.isEmpty else { throw Refusal.notEligible(listing.missing) }
    return listing
  }

  /// An id of the path; one of a wrong form is as unknown as any other.
  func id<Tag>(_ name: String, _ thing: Refusal.Thing) throws -> Identifier<Tag> {
    let text = parameters.get(name) ?? ""
    guard let id = Identifier<Tag>(text) else { throw Refusal.unknown(thing, text) }
    return id
  }

  func query(_ name: String) -> String? {
    assert(query.contains { $0.name == name }, "the route does not say that it reads \(name)")
    return queries[name]
  }

  static let clientParameter = "client"

  /// - Throws: `.invalid` for a parameter that the route does not have.
  func refuseOtherQueries() throws(Refusal) {
    var known = query.map(\.name)
    if case .client = access { known.append(Self.clientParameter) }
    guard let other = queries.pairs.first(where: { !known.contains($0.name) }) else { return }
    throw .invalid(
      path: other.name,
      problem: known.isEmpty
        ? "must not be there: the query is empty"
        : "must be one of \(known.joined(separator: ", "))")
  }

  func queryID<Tag>(_ name: String) throws -> Identifier<Tag>? {
    guard let text = query(name) else { return nil }
    guard let id = Identifier<Tag>(text) else {
      throw Refusal.invalid(path: name, problem: "must be an id of 24 hexadecimal digits")
    }
    return id
  }

  /// A whole number of the query; nil where it is not there.
  func queryNumber(_ name: String, _ range: ClosedRange<Int>) throws -> Int? {
    guard let text = query(name) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw Refusal.invalid(
        path: name, problem: "must be a whole number of \(range.lowerBound)…\(range.upperBound)")
    }
    return number
  }

  /// One of some words; anything else is refused, as what is misspelt must not count as not said.
  func queryWord(_ name: String, _ words: [String]) throws -> String? {
    guard let text = query(name) else { return nil }
    guard words.contains(text) else {
      throw Refusal.invalid(path: name, problem: "must be \(words.joined(separator: " or "))")
    }
    return text
  }

  func queryBool(_ name: String) throws -> Bool? {
    try queryWord(name, ["true", "false"]).map { $0 == "true" }
  }

  /// Rows of a page that was asked for: 1…1000, 100 where nothing is said.
  func pageLimit() throws -> Int { try queryNumber("limit", 1...1000) ?? 100 }
}

/// Somebody may not do this.
enum Denial: Error, Hashable {
  case notSignedIn
  case forbidden
  /// A key that only reads was to change something.
  case readsOnly
  /// A browser was made to send this by another site.
  case crossSite
}

extension HTTPField.Name {
  // The names are constant and valid.
  static let assayClient = HTTPField.Name("X-Assay-Client") ?? .accept
  static let idempotencyKey = HTTPField.Name("Idempotency-Key") ?? .accept
  static let forwardedFor = HTTPField.Name("X-Forwarded-For") ?? .accept
  static let forwardedProto = HTTPField.Name("X-Forwarded-Proto") ?? .accept
  static let lastEventID = HTTPField.Name("Last-Event-ID") ?? .accept
  static let secFetchSite = HTTPField.Name("Sec-Fetch-Site") ?? .accept
}
