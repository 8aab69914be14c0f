import Foundation
import GRDB
import Store
import Synchronization

/// Runs waiting write transactions together: each in a savepoint, all under one commit.
///
/// While one group is flushed to disk the next one gathers, so a hundred writers cost as many
/// flushes as the disk can make, not a hundred. Transactions that need no flush are committed
/// first, without one.
final class CommitGroup: Sendable {
  /// Transactions under one commit at most.
  static let limit = 256

  private struct Job: Sendable {
    let durability: Durability
    /// Runs the transaction and keeps its result; throws what undoes it.
    let body: @Sendable (GRDB.Database) throws -> Void
    /// Tells the caller; with an error, that nothing of it was kept.
    let finish: @Sendable ((any Error)?) -> Void
  }

  private struct State {
    var waiting: [Job] = []
    var isRunning = false
  }

  private let pool: DatabasePool
  private let state = Mutex(State())

  init(pool: DatabasePool) { self.pool = pool }

  func run<T: Sendable>(
    _ durability: Durability,
    _ body: @escaping @Sendable (any Store.Connection) throws -> T
  ) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      let box = ResultBox<T>()
      enqueue(
        Job(
          durability: durability,
          body: { db in box.set(try body(SQLiteConnection(db: db))) },
          finish: { error in
            if let error {
              continuation.resume(throwing: StoreError.translating(error))
            } else if let value = box.get() {
              continuation.resume(returning: value)
            } else {
              continuation.resume(throwing: StoreError.closed)
            }
          }))
    }
  }

  private func enqueue(_ job: Job) {
    let mustStart = state.withLock { state in
      state.waiting.append(job)
      defer { state.isRunning = true }
      return !state.isRunning
    }
    guard mustStart else { return }
    pool.asyncWriteWithoutTransaction { db in self.drain(db) }
  }

  private func drain(_ db: GRDB.Database) {
    while true {
      let jobs = state.withLock { state -> [Job] in
        let jobs = Array(state.waiting.prefix(Self.limit))
        state.waiting.removeFirst(jobs.count)
        if jobs.isEmpty { state.isRunning = false }
        return jobs
      }
      if jobs.isEmpty { return }
      for durability in [Durability.relaxed, .flushed] {
        commit(jobs.filter { $0.durability == durability }, durability, db)
      }
    }
  }

  private func commit(_ jobs: [Job], _ durability: Durability, _ db: GRDB.Database) {
    guard let first = jobs.first else { return }
    do {
      try db.execute(sql: "PRAGMA synchronous = \(durability == .flushed ? "FULL" : "NORMAL")")
    } catch {
      for job in jobs { job.finish(error) }
      return
    }
    if jobs.count == 1 { commitAlone(first, db) } else { commitTogether(jobs, durability, db) }
  }

  /// Needs no savepoint, whose journal would keep a copy of every page it changes.
  private func commitAlone(_ job: Job, _ db: GRDB.Database) {
    do {
      try db.execute(sql: "BEGIN IMMEDIATE")
      try job.body(db)
      guard db.isInsideTransaction else { throw StoreError.full }
      try db.execute(sql: "COMMIT")
      job.finish(nil)
    } catch {
      if db.isInsideTransaction { try? db.execute(sql: "ROLLBACK") }
      job.finish(error)
    }
  }

  private func commitTogether(_ jobs: [Job], _ durability: Durability, _ db: GRDB.Database) {
    var outcomes: [(any Error)?] = []
    do {
      try db.execute(sql: "BEGIN IMMEDIATE")
      for job in jobs {
        outcomes.append(attempt(job, db))
        // A full disk can make SQLite undo the whole transaction by itself.
        guard db.isInsideTransaction else { throw StoreError.full }
      }
      try db.execute(sql: "COMMIT")
    } catch {
      if db.isInsideTransaction { try? db.execute(sql: "ROLLBACK") }
      // Whoever did not cause it gets another try alone.
      for job in jobs { commit([job], durability, db) }
      return
    }
    for (job, outcome) in zip(jobs, outcomes) { job.finish(outcome) }
  }

  private func attempt(_ job: Job, _ db: GRDB.Database) -> (any Error)? {
    do {
      try db.execute(sql: "SAVEPOINT job")
      do {
        try job.body(db)
        try db.execute(sql: "RELEASE job")
        return nil
      } catch {
        if db.isInsideTransaction {
          try db.execute(sql: "ROLLBACK TO job")
          try db.execute(sql: "RELEASE job")
        }
        return error
      }
    } catch {
      return error
    }
  }
}

/// A place for a result that one thread fills before another reads it.
private final class ResultBox<T: Sendable>: Sendable {
  private let value = Mutex<T?>(nil)
  func set(_ new: T) { value.withLock { $0 = new } }
  func get() -> T? { value.withLock { $0 } }
}
