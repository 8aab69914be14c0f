import Formats
import Labels
import Store

/// Predictions over one slice of a dataset.
package struct SliceScore: Sendable {
  package var slice: Slices.Slice
  /// Items that were compared.
  package var items: Int
  /// What their objects are laid over each other by, and what came of it; nil where the slice cannot be told.
  package var report: ComparisonReport?
  /// Why it cannot be told.
  package var problem: String?
  package var tests: [Test]

  /// A requirement of the slice, and whether it is reached.
  package struct Test: Hashable, Sendable {
    package var requirement: ComparisonRequirement
    /// nil where it cannot be told.
    package var value: Double?
    /// A sentence where it is not reached, or cannot be told.
    package var failure: String?
  }
}

extension ItemSearch {
  /// Most items that are compared in one go.
  package static let comparisonLimit = 1_000_000

  /// How predictions are compared with the ground truth.
  package struct ComparisonOptions: Sendable {
    package var region: ComparedItems.Region
    package var overlap: Double
    package var score: Double

    package init(_ region: ComparedItems.Region, overlap: Double, score: Double) {
      (self.region, self.overlap, self.score) = (region, overlap, score)
    }
  }

  /// A set of predictions against the ground truth, over what a query finds.
  ///
  /// - Throws: `.invalid` for a query that cannot be answered, `.unknown(.labelSet)`, `.tooLarge`.
  package func comparison(
    of set: String, _ text: String, _ options: ComparisonOptions
  ) async throws -> ComparisonReport {
    let query = try ItemQuery(asked: text)
    let (numbers, known) = try await use { table, _ in
      (ItemTable.numbers(try table.marks(of: query)).map { Int($0) }, table.schema)
    }
    return try await vault.database.read { connection in
      let (compared, schema) = try self.compared(set, numbers, options.region, known, connection)
      var report = ComparisonReport(
        compared, classes: schema.classes.map(\.name), overlap: options.overlap,
        score: options.score)
      for place in report.worst.indices {
        report.worst[place].place = numbers[report.worst[place].place]
      }
      return report
    }
  }

  /// The same over each slice of the dataset, of what a query finds, in the order of their names.
  ///
  /// - Throws: as `comparison`.
  /// - Complexity: each item is read once, and compared in each slice that holds it.
  package func sliceScores(
    of set: String, _ text: String, _ options: ComparisonOptions
  ) async throws -> [SliceScore] {
    let query = try ItemQuery(asked: text)
    let dataset = dataset
    let (slices, known) = try await use { table, connection in
      let asked = try table.marks(of: query)
      var found: [AskedSlice] = []
      for slice in try Slices.rows(of: dataset, vault, connection) {
        let own = ItemQuery.compare(.slice, .equal, [.init(slice.name, isQuoted: true)])
        do throws(ItemTable.Unknown) {
          let marks = zip(asked, try table.marks(of: own)).map { $0 & $1 }
          found.append(AskedSlice(slice: slice, numbers: ItemTable.numbers(marks).map { Int($0) }))
        } catch {
          found.append(AskedSlice(slice: slice, numbers: [], problem: error.problem))
        }
      }
      return (found, table.schema)
    }
    let numbers = Set(slices.flatMap(\.numbers)).sorted()
    return try await vault.database.read { connection in
      let (compared, schema) = try self.compared(set, numbers, options.region, known, connection)
      let places = Dictionary(uniqueKeysWithValues: zip(numbers, numbers.indices))
      return slices.map { one in
        if let problem = one.problem {
          // A test that cannot be made is not passed.
          return SliceScore(
            slice: one.slice, items: 0, problem: problem,
            tests: one.slice.requirements.map { .init(requirement: $0, failure: "\(problem).") })
        }
        let report = ComparisonReport(
          compared.only(one.numbers.compactMap { places[$0] }), classes: schema.classes.map(\.name),
          overlap: options.overlap, score: options.score)
        return SliceScore(
          slice: one.slice, items: report.items, report: report,
          tests: one.slice.requirements.map {
            .init(requirement: $0, value: $0.value(in: report), failure: $0.failure(in: report))
          })
      }
    }
  }

  private struct AskedSlice: Sendable {
    var slice: Slices.Slice
    var numbers: [Int]
    /// Why it cannot be told what it holds.
    var problem: String?
  }

  private func compared(
    _ set: String, _ numbers: [Int], _ region: ComparedItems.Region, _ known: DatasetSchema,
    _ connection: any Connection
  ) throws -> (ComparedItems, DatasetSchema) {
    guard numbers.count <= Self.comparisonLimit else {
      throw Refusal.tooLarge(what: "items of a comparison", limit: Self.comparisonLimit)
    }
    guard set != LabelSet.truth, let predicted = try LabelSet.find(set, of: dataset, connection),
      let truth = try LabelSet.find(LabelSet.truth, of: dataset, connection)
    else { throw Refusal.unknown(.labelSet, set) }
    var schema = known
    var compared = ComparedItems(region)
    for number in numbers {
      guard let found = try Datasets.item(number, of: dataset, vault, connection) else {
        // Taken out since it was found.
        compared.add("", truth: [], predictions: [], nil)
        continue
      }
      compared.add(
        found.item.name, truth: try labels(number, truth.id, &schema, connection) ?? [],
        predictions: try labels(number, predicted.id, &schema, connection) ?? [], found.item.size)
    }
    return (compared, schema)
  }
}
