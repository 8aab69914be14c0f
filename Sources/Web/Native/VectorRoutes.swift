import Formats
import Foundation
import Hummingbird
import NIOCore
import Notation
import Platform
import Store

/// Vectors of items, and what is alike by them.
enum VectorRoutes {
  /// Bytes of vectors in one request.
  static let bodyLimit = 64 * 1024 * 1024
  /// Items that are alike, and points of a map, at most.
  static let similarLimit = 1_000
  static let mapLimit = 20_000

  static let all: [Route] = [
    Route(
      .post, "/api/datasets/{dataset}/vectors", .managers,
      "Takes vectors of a model: JSON Lines of `name` and `vector`, or 32-bit floats with `first`, `size`.",
      query: [
        .integer("size", "Numbers of one vector, where they are sent as floats."),
        .integer("first", "The item that the first vector is of."),
      ]
    ) { call in
      let body = try await call.bytes(limit: bodyLimit)
      return try await call.inVault { vault, actor in
        let vectors = ItemVectors(vault, actor: actor, dataset: try call.id("dataset", .dataset))
        let found =
          call.query("size") == nil
          ? try await lines(body, vectors) : try floats(body, call)
        try await vectors.store(found)
        return .json(["stored": .count(found.count)])
      }
    },
    Route(
      .delete, "/api/datasets/{dataset}/vectors", .managers,
      "Takes all vectors away, so that those of another model can be sent."
    ) { call in
      try await call.inVault { vault, actor in
        let id: DatasetID = try call.id("dataset", .dataset)
        _ = try await Datasets(vault, actor: actor).get(id)
        try await ItemVectors(vault, actor: actor, dataset: id).removeAll()
        return Response(status: .noContent)
      }
    },
    Route(
      .post, "/api/datasets/{dataset}/similar", .reviewers,
      "Items most alike to a `vector`, the most alike first, of those that a `query` finds.",
      body: [.numbers("vector", isRequired: true), .string("query"), .integer("limit")]
    ) { call in
      let fields = try await call.fields()
      let vector = fields["vector"]?.array?.compactMap(\.number).map { Float($0) } ?? []
      let limit = try fields.optionalInt("limit") ?? 100
      guard (1...similarLimit).contains(limit) else {
        throw Refusal.invalid(path: "limit", problem: "must be 1…\(similarLimit)")
      }
      let query = try fields.optionalString("query") ?? ""
      return try await call.inVault { vault, _ in
        let search = ItemSearch(vault, dataset: try call.id("dataset", .dataset))
        let found = try await search.similar(to: .vector(vector), query, limit: limit)
        return .json(
          .page(
            found.map { ["number": .count($0.number), "similarity": .double($0.similarity)] },
            next: nil))
      }
    },
    Route(
      .get, "/api/datasets/{dataset}/map", .reviewers,
      "Items that a `query` finds as points of a plane: those near each other are alike.",
      query: [.query]
    ) { call in
      try await call.inVault { vault, _ in
        let search = ItemSearch(vault, dataset: try call.id("dataset", .dataset))
        let found = try await search.map(call.query("query") ?? "", limit: mapLimit)
        func rounded(_ value: Double) -> JSON { .double((value * 10_000).rounded() / 10_000) }
        return .json([
          "points": .array(found.points.map { [.count($0.number), rounded($0.x), rounded($0.y)] }),
          "count": .count(found.count),
        ])
      }
    },
  ]

  private static func floats(
    _ body: ByteBuffer, _ call: Call
  ) throws -> [(number: Int, values: [Float])] {
    guard let size = try call.queryNumber("size", 1...ItemVectors.sizeLimit) else {
      throw Refusal.invalid(path: "size", problem: "must be how many numbers a vector has")
    }
    let first = try call.queryNumber("first", 0...Int(Int32.max)) ?? 0
    let values = ItemVectors.floats(Data(body.readableBytesView))
    guard body.readableBytes == values.count * 4, values.count % size == 0 else {
      throw Refusal.invalid(path: "body", problem: "must be whole vectors of \(size) 32-bit floats")
    }
    return stride(from: 0, to: values.count, by: size).map {
      (first + $0 / size, Array(values[$0..<$0 + size]))
    }
  }

  private static func lines(
    _ body: ByteBuffer, _ vectors: ItemVectors
  ) async throws -> [(number: Int, values: [Float])] {
    var named: [(name: String, values: [Float])] = []
    for (place, line) in body.readableBytesView.split(separator: 0x0A).enumerated() {
      guard let json = try? JSON(parsing: Array(line)), let name = json["name"]?.string,
        let list = json["vector"]?.array, let values = numbers(list)
      else {
        throw Refusal.invalid(
          path: "line \(place + 1)", problem: "must be an object with name and a vector of numbers")
      }
      named.append((DatasetPath.cleaned(name), values))
    }
    let numbers = try await vectors.numbers(of: named.map(\.name))
    return try named.map { one in
      guard let number = numbers[one.name] else { throw Refusal.unknown(.item, one.name) }
      return (number, one.values)
    }
  }

  private static func numbers(_ list: [JSON]) -> [Float]? {
    let numbers = list.compactMap { $0.number.map { Float($0) } }
    return numbers.count == list.count ? numbers : nil
  }
}
