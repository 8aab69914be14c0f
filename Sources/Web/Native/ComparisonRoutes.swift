import Consensus
import Hummingbird
import NIOCore
import Notation
import Platform
import Store

/// Predictions against ground truth, over a query or slice by slice, and what they must reach there.
enum ComparisonRoutes {
  static let all: [Route] = comparisons + slices

  private static let asked: [QueryMember] = [
    .text("set", "The predictions."), .query,
    .word("by", ComparedItems.Region.allCases.map(\.rawValue), "What is laid over each other."),
    .share("overlap", "From which on two are the same; 0.5 where it is not said."),
    .share("score", "From which on a prediction counts for errors; 0.25 where it is not said."),
  ]

  private static let comparisons: [Route] = [
    Route(
      .get, "/api/datasets/{dataset}/comparison", .reviewers,
      "Predictions (`set`) against ground truth over a `query`: AP, confusion, worst items; `require`.",
      query: asked + [.text("require", "What must be reached, as `AP50=0.6,recall:car=0.8`.")]
    ) { call in
      let options = try options(call)
      let requirements = try (call.query("require") ?? "").split(separator: ",").map {
        try requirement(String($0))
      }
      return try await call.inVault { vault, _ in
        let search = ItemSearch(vault, dataset: try call.id("dataset", .dataset))
        let report = try await search.comparison(
          of: call.query("set") ?? "", call.query("query") ?? "", options)
        let failures = requirements.compactMap { $0.failure(in: report) }
        return .json(
          report.json.adding([.init("failures", .array(failures.map { .string($0) }))]))
      }
    },
    Route(
      .get, "/api/datasets/{dataset}/comparison/slices", .reviewers,
      "The same over each slice of what a `query` finds, and whether it reaches what it requires (`tests`).",
      query: asked
    ) { call in
      let options = try options(call)
      return try await call.inVault { vault, _ in
        let search = ItemSearch(vault, dataset: try call.id("dataset", .dataset))
        let scores = try await search.sliceScores(
          of: call.query("set") ?? "", call.query("query") ?? "", options)
        return .json(.page(scores.map(\.json), next: nil))
      }
    },
  ]

  private static let slices: [Route] = [
    Route(
      .post, "/api/datasets/{dataset}/slices", .managers,
      "Saves a query, or a fixed set of items by their numbers; `require` makes it a scenario's test.",
      body: [
        .string("name", isRequired: true), .string("query"), .integers("items"), .strings("require"),
      ]
    ) { call in
      let fields = try await call.fields()
      let numbers = try fields.optionalInts("items")
      let query = try fields.optionalString("query")
      guard (numbers == nil) != (query == nil) else {
        throw Refusal.invalid(path: "items", problem: "or query must be given, one of them")
      }
      return try await call.inVault { vault, actor in
        let made = try await Slices(vault, actor: actor).create(
          name: fields.string("name"), query: query, numbers: numbers ?? [],
          requirements: fields.strings("require").map(requirement),
          of: call.id("dataset", .dataset))
        return .json(made.json, status: .created)
      }
    },
    Route(
      .patch, "/api/datasets/{dataset}/slices/{slice}", .managers,
      "Sets what predictions must reach over a slice: `require`, as `[\"AP50=0.6\", \"recall:car=0.8\"]`.",
      body: [.strings("require", isRequired: true)]
    ) { call in
      let requirements = try await call.fields().strings("require").map(requirement)
      return try await call.inVault { vault, actor in
        let slice = try await Slices(vault, actor: actor).require(
          requirements, of: call.id("slice", .slice), of: call.id("dataset", .dataset))
        return .json(slice.json)
      }
    },
    Route(
      .delete, "/api/datasets/{dataset}/slices/{slice}", .managers, "Takes a slice away."
    ) { call in
      try await call.inVault { vault, actor in
        try await Slices(vault, actor: actor).remove(
          call.id("slice", .slice), of: call.id("dataset", .dataset))
        return Response(status: .noContent)
      }
    },
  ]

  private static func options(_ call: Call) throws -> ItemSearch.ComparisonOptions {
    guard let region = ComparedItems.Region(rawValue: call.query("by") ?? "boxes") else {
      let known = ComparedItems.Region.allCases.map(\.rawValue).joined(separator: ", ")
      throw Refusal.invalid(path: "by", problem: "must be one of \(known)")
    }
    return .init(
      region, overlap: try share(call, "overlap") ?? DetectionErrors.overlap,
      score: try share(call, "score") ?? DetectionErrors.score)
  }

  private static func requirement(_ text: String) throws(Refusal) -> ComparisonRequirement {
    guard let made = ComparisonRequirement(text) else {
      throw .invalid(
        path: "require",
        problem: "“\(text)” is no requirement; write AP50=0.6 or recall:car=0.8, with a number of 0…1")
    }
    return made
  }

  private static func share(_ call: Call, _ name: String) throws -> Double? {
    guard let text = call.query(name) else { return nil }
    guard let number = Double(text), (0...1).contains(number) else {
      throw Refusal.invalid(path: name, problem: "must be a number of 0…1")
    }
    return number
  }
}

extension Slices.Slice {
  var json: JSON {
    [
      "id": .string(id.text), "name": .string(name), "query": .optional(query),
      "items": query == nil ? .count(numbers.count) : .null,
      "require": .array(requirements.map { .string($0.text) }), "created_at": .time(createdAt),
    ]
  }
}

extension SliceScore {
  fileprivate var json: JSON {
    [
      "slice": .string(slice.id.text), "name": .string(slice.name), "items": .count(items),
      "summary": report?.summaryJSON ?? .null, "problem": .optional(problem),
      "tests": .array(tests.map(\.json)),
    ]
  }
}

extension SliceScore.Test {
  fileprivate var json: JSON {
    [
      "require": .string(requirement.text), "measure": .string(requirement.measure),
      "class": .optional(requirement.label), "least": .double(requirement.least),
      "value": .optional(value), "reached": .bool(failure == nil), "reason": .optional(failure),
    ]
  }
}
