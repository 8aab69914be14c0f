import Foundation
import Testing

@testable import Consensus

/// Real crowds with the results of reference implementations; skipped where they are absent.
enum Crowds {
  static var root: String {
    let shared = ProcessInfo.processInfo.environment["ASSAY_SHARED"] ?? "../shared"
    return shared + "/data/crowd"
  }

  static var areThere: Bool {
    let there = FileManager.default.fileExists(atPath: root + "/oracle")
    if !there { print("skipped: no crowds at \(root)") }
    return there
  }

  static func rows(_ path: String) throws -> [[String]] {
    let text = try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
    return text.split(whereSeparator: \.isNewline).dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  struct Crowd {
    var table: VoteTable
    var tasks: [String]
    var labels: [String]
  }

  /// Tasks and workers in the order of first appearance, labels sorted.
  static func crowd(_ set: String) throws -> Crowd {
    let rows = try rows("\(set)/answers.csv")
    var (tasks, workers): ([String: Int], [String: Int]) = ([:], [:])
    var names: [String] = []
    let labels = Set(rows.map { $0[2] }).sorted {
      (Double($0) ?? 0, $0) < (Double($1) ?? 0, $1)
    }
    var votes: [VoteTable.Vote] = []
    for row in rows {
      if tasks[row[0]] == nil {
        tasks[row[0]] = tasks.count
        names.append(row[0])
      }
      if workers[row[1]] == nil { workers[row[1]] = workers.count }
      votes.append(
        .init(
          task: tasks[row[0]] ?? 0, worker: workers[row[1]] ?? 0,
          label: labels.firstIndex(of: row[2]) ?? 0))
    }
    return Crowd(
      table: VoteTable(
        taskCount: tasks.count, workerCount: workers.count, classCount: labels.count,
        votes: votes), tasks: names, labels: labels)
  }
}

@Suite(.enabled(if: Crowds.areThere)) struct OracleTests {
  @Test(arguments: ["bluebird", "cf", "labelme", "web"])
  func dawidSkeneEqualsTheReference(set: String) throws {
    let crowd = try Crowds.crowd(set)
    let fit = DawidSkene.fit(crowd.table, iterations: 50)
    let expected = Dictionary(
      uniqueKeysWithValues: try Crowds.rows("oracle/\(set).ds.csv").map { ($0[0], $0.dropFirst()) })
    var worst = 0.0
    for (index, task) in crowd.tasks.enumerated() {
      let row = try #require(expected[task]).compactMap { Double($0) }
      try #require(row.count == crowd.labels.count)
      for (a, b) in zip(fit.posteriors[index], row) { worst = max(worst, abs(a - b)) }
    }
    #expect(worst < 1e-6, "\(set): posteriors differ by \(worst)")
  }

  @Test(arguments: ["bluebird", "cf", "labelme", "web"], ["onecoin", "ibcc", "bwa"])
  func bayesianMethodsEqualTheReference(set: String, name: String) throws {
    let crowd = try Crowds.crowd(set)
    let fit =
      switch name {
      case "onecoin": OneCoin.fit(crowd.table)
      case "ibcc": IBCC.fit(crowd.table)
      default: BayesianAverage.fit(crowd.table)
      }
    let expected = Dictionary(
      uniqueKeysWithValues: try Crowds.rows("oracle/\(set).\(name).csv").map { ($0[0], $0.dropFirst()) })
    var worst = 0.0
    for (index, task) in crowd.tasks.enumerated() {
      let row = try #require(expected[task]).compactMap { Double($0) }
      try #require(row.count == crowd.labels.count)
      for (a, b) in zip(fit[index], row) { worst = max(worst, abs(a - b)) }
    }
    #expect(worst < 1e-6, "\(set) \(name): posteriors differ by \(worst)")
  }

  @Test(arguments: [
    ("bluebird", 0.7593, 0.8889), ("rte", 0.9187, 0.9275), ("product", 0.8966, 0.9397),
    ("dog", 0.8178, 0.8426),
  ])
  func accuracyIsAsPublished(set: String, majority: Double, dawidSkene: Double) throws {
    let crowd = try Crowds.crowd(set)
    let truth = Dictionary(
      uniqueKeysWithValues: try Crowds.rows("\(set)/truth.csv").map { ($0[0], $0[1]) })
    func accuracy(_ posteriors: Posteriors) -> (value: Double, gold: Int) {
      let known = crowd.tasks.enumerated().filter { truth[$0.element] != nil }
      let hits = known.filter {
        crowd.labels[posteriors.best(of: $0.offset).label] == truth[$0.element]
      }
      return (Double(hits.count) / Double(known.count), known.count)
    }
    let found = accuracy(DawidSkene.fit(crowd.table).posteriors)
    #expect(abs(found.value - dawidSkene) <= 1.01 / Double(found.gold))
    // Majority's ties fall differently from implementation to implementation.
    #expect(abs(accuracy(MajorityVote.fit(crowd.table)).value - majority) < 0.03)
  }

  @Test func alphaEqualsTheReferenceOnEveryCategoricalSet() throws {
    let data = try #require(
      FileManager.default.contents(atPath: Crowds.root + "/agreement_oracle.json"))
    let sets = try #require(
      JSONSerialization.jsonObject(with: data) as? [String: [String: Any]])
    var checked = 0
    for (set, expected) in sets {
      guard let rows = try? Crowds.rows("\(set)/answers.csv") else { continue }
      // The reference has one cell for each worker and task: the first answer stands. Sets of
      // free numbers are not categorical.
      guard expected["alpha_nominal"] is NSNumber else { continue }
      var units: [String: [String: Double]] = [:]
      for row in rows where units[row[0]]?[row[1]] == nil {
        units[row[0], default: [:]][row[1]] = Double(row[2])
      }
      guard rows.allSatisfy({ Double($0[2]) != nil }) else { continue }
      let lists = units.sorted { $0.key < $1.key }.map { unit in
        unit.value.sorted { $0.key < $1.key }.map(\.value)
      }
      for (name, level) in [
        ("alpha_nominal", KrippendorffAlpha.Level.nominal), ("alpha_ordinal", .ordinal),
        ("alpha_interval", .interval),
      ] {
        guard let value = (expected[name] as? NSNumber)?.doubleValue else { continue }
        let found = try #require(KrippendorffAlpha.alpha(lists, level: level))
        #expect(abs(found - value) < 1e-9, "\(set) \(name): \(found) instead of \(value)")
        checked += 1
      }
    }
    #expect(checked >= 20)
  }

  @Test func agreementBeyondChanceEqualsTheReference() throws {
    let data = try #require(
      FileManager.default.contents(atPath: Crowds.root + "/agreement_oracle.json"))
    let sets = try #require(JSONSerialization.jsonObject(with: data) as? [String: [String: Any]])
    var checked = 0
    for (set, expected) in sets {
      func number(_ name: String) -> Double? { (expected[name] as? NSNumber)?.doubleValue }
      guard let percent = number("percent"), let fleiss = number("fleiss"),
        let ac1 = number("gwet_ac1"), let crowd = try? Crowds.crowd(set)
      else { continue }
      let found = try #require(NominalAgreement(crowd.table))
      #expect(abs(found.percent - percent) < 1e-9, "\(set)")
      #expect(abs((found.fleissKappa ?? 0) - fleiss) < 1e-9, "\(set)")
      #expect(abs((found.gwetAC1 ?? 0) - ac1) < 1e-9, "\(set)")
      // The reference takes all pairs of annotators only where there are few.
      if let cohen = number("cohen_weighted_mean"), crowd.table.workerCount <= 60 {
        #expect(abs((found.meanCohenKappa ?? 0) - cohen) < 1e-9, "\(set)")
        #expect(found.cohenPairs == (expected["cohen_pairs"] as? NSNumber)?.intValue, "\(set)")
      }
      checked += 1
    }
    #expect(checked >= 12)
  }
}
