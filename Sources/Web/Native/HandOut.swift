import Notation
import Platform
import Store
import Workforce

/// What is asked for of a project's work.
struct HandOut {
  var stage: AnswerRow.Stage
  var count: Int
  var isReserve = false
  /// This one only, to review it.
  var task: TaskID?

  /// Gives it to the caller by the rules of the project: course and examination first, for its price.
  func lease(
    _ listing: Directory.Listing, _ vault: ClientVault, _ worker: String, _ call: Call
  ) async throws -> Dispatch.Outcome {
    let exam = try await stage == .label ? ExamCourse(call, listing, vault).entry() : nil
    // A client's own people are not held to the operator's limits.
    let routing = try call.isOperatorsWork(listing) ? listing.routing : ProjectRouting()
    let role = try call.who().role(in: listing.client)
    // A client's own reviewers are the client's to pay.
    let isPaid =
      stage == .review ? role == nil : exam == nil || listing.qualification?.isPaid == true
    let room = try await stage == .label ? Charges(call.engine).room(listing.project, vault) : nil
    guard room != 0 else { return .nothing(.init(reason: .budgetSpent)) }
    let outcome = try await Dispatch(
      vault, worker: worker, decidesEscalations: role == .manager || role == .admin,
      pay: isPaid ? listing.pay : nil, exam: exam, routing: routing
    ).lease(
      in: listing.project, stage: stage, count: min(count, room ?? count), isReserve: isReserve,
      task: task)
    if case .leased(let tasks) = outcome, try call.isOperatorsWork(listing) {
      WorkQueue(call.engine).served(listing.project, of: listing.client, tasks: tasks.count)
    }
    return outcome
  }
}
