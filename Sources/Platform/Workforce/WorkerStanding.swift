import Store
import Workforce

/// What is known of a worker that decides what they may work on.
struct WorkerStanding {
  private(set) var currency: Currency?
  private(set) var traits = Eligibility.Traits()
  private(set) var qualifications: [ProjectID: Qualification] = [:]
  /// The projects they review for the operator.
  private(set) var reviews: Set<ProjectID> = []
  private var paused: Set<ProjectID> = []
  private var consent: Int?
  private var optIns: Set<ProjectID> = []
  private var today = WorkDays.Today()
  private var dailyMinutes: Int?

  /// Looks for what the projects ask for, and for nothing else.
  ///
  /// - Complexity: O(look-ups of the worker's own rows)
  init(
    of principal: Principal, on listings: [Directory.Listing], _ engine: DataEngine,
    _ connection: any Connection
  ) throws {
    guard !listings.isEmpty, case .user(let user, _) = principal.identity else { return }
    if listings.contains(where: { $0.pay != nil }) {
      currency = try WorkerProfiles.currency(of: principal.workerName, connection)
    }
    if listings.contains(where: { !$0.eligibility.isEmpty }) {
      traits = try WorkerProfiles.traits(of: principal.workerName, connection)
    }
    if listings.contains(where: { $0.qualification != nil }) {
      for listing in listings where listing.qualification != nil {
        qualifications[listing.project] = try Qualifications.get(user, listing.project, connection)
      }
    }
    reviews = try OperatorReviewers.projects(of: user, connection)
    paused = Set(
      try connection.all(
        """
        SELECT project_id FROM decisions WHERE user_id = ? AND lifted_at IS NULL AND action = 'pause'
        """, [user.sql]
      ) { $0.id(0) })
    consent = try Terms.missing(of: principal.workerName, connection)
    let isExposed = listings.contains { $0.routing.exposure != nil }
    if isExposed {
      optIns = Set(
        try connection.all("SELECT project_id FROM opt_ins WHERE user_id = ?", [user.sql]) {
          $0.id(0)
        })
    }
    dailyMinutes = try WorkDays.dailyMinutes(connection)
    if isExposed || dailyMinutes != nil { today = try WorkDays(engine).today(of: user, connection) }
  }

  /// What they lack that no rule on traits says.
  func missing(
    for listing: Directory.Listing, _ standing: Qualification.Standing?
  ) -> [Eligibility.Missing] {
    var missing: [Eligibility.Missing] = []
    if paused.contains(listing.project) { missing.append(.paused) }
    if let exposure = listing.routing.exposure {
      if !optIns.contains(listing.project) { missing.append(.optIn(warning: exposure.warning)) }
      if today.milliseconds(on: listing.project) >= Int64(exposure.minutesPerDay) * 60_000 {
        missing.append(.rest(minutes: exposure.minutesPerDay))
      }
    }
    if let dailyMinutes, today.milliseconds >= Int64(dailyMinutes) * 60_000 {
      missing.append(.rest(minutes: dailyMinutes))
    }
    if let consent { missing.append(.consent(version: consent)) }
    switch standing {
    case .waiting(let until): missing.append(.examination(after: until))
    case .exhausted: missing.append(.examination(after: nil))
    case .qualified, .learning, nil: break
    }
    return missing
  }
}
