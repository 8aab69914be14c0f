import Hummingbird
import Notation
import Platform
import Store

/// The routes of Scale's second API for what has been delivered.
enum ScaleDeliveryRoutes {
  static let all: [Route] = deliveries + datasets + details

  private static let deliveries: [Route] = [
    Route(.get, "/v2/deliveries", .managers, "Scale v2: lists deliveries, newest first.") { call in
      try await call.atScale { try await $0.deliveries(try await filter(call, $0)) }
    },
    Route(.get, "/v2/delivery", .managers, "Scale v2: shows a delivery and its tasks.") { call in
      try await call.atScale { try await $0.delivery(try await page(call, $0)) }
    },
    Route(.get, "/v2/delivery/tasks", .managers, "Scale v2: lists delivered responses.") { call in
      let id = call.scaleQuery("delivery_id")
      return try await call.atScale { desk in
        var filter = TaskSearch.Filter()
        filter.project = try await ScaleV2Routes.project(call, desk)
        guard id != nil || filter.project != nil else {
          throw Refusal.invalid(path: "delivery_id", problem: "or a project must be named")
        }
        filter.completed = try ScaleV2Routes.span(call, "completed")
        return try await desk.deliveryTasks(
          .init(
            filter: filter, token: call.scaleQuery("next_token"), offset: 0,
            limit: try call.scaleLimit(), isLimited: false), delivery: id)
      }
    },
  ]

  private static let datasets: [Route] = [
    Route(.get, "/v2/datasets", .managers, "Scale v2: lists datasets.") { call in
      try await call.atScale { try await $0.datasets() }
    },
    Route(.get, "/v2/datasets/deliveries", .managers, "Scale v2: lists a dataset's deliveries.") {
      call in
      try await call.atScale { try await $0.datasetDeliveries(try await filter(call, $0)) }
    },
    Route(.get, "/v2/datasets/delivery", .managers, "Scale v2: shows a dataset's delivery.") {
      call in
      try await call.atScale { try await $0.datasetDelivery(try await page(call, $0)) }
    },
    Route(.get, "/v2/datasets/tasks", .managers, "Scale v2: lists a dataset's results.") { call in
      try await call.atScale { desk in
        var filter = TaskSearch.Filter()
        filter.project = try await desk.v2Project(id: call.scaleQuery("dataset_id"), name: nil).id
        return try await desk.datasetTasks(
          .init(
            filter: filter, token: call.scaleQuery("next_token"), offset: 0,
            limit: try call.scaleLimit(), isLimited: false))
      }
    },
    Route(.get, "/v2/datasets/task", .managers, "Scale v2: shows one result of a dataset.") { call in
      let id = try call.scaleTask()
      return try await call.atScale { try await $0.datasetTask(id) }
    },
    Route(
      .get, "/v2/datasets/task/{task}/response_url/{asset}", .managers,
      "Scale v2: leads to a file of a result."
    ) { call in
      let asset: AssetID = try call.id("asset", .asset)
      return try await call.inVault { vault, actor in
        _ = try await TaskSearch(vault).get(try call.id("task", .task))
        _ = try await Assets(vault, actor: actor).get(asset)
        return Response(
          status: .found, headers: [.location: "/api/assets/\(asset)/content"])
      }
    },
  ]

  private static let details: [Route] = [
    Route(.get, "/v2/annotation", .managers, "Scale v2: shows an annotation of a chat.") { call in
      let id = try call.scaleRequired("annotation_id")
      return try await call.atScale { try await $0.annotation(id) }
    },
    Route(.get, "/v2/schema", .managers, "Scale v2: shows what responses look like.") { call in
      let id = try call.scaleRequired("schema_id")
      return try await call.atScale { try await $0.schema(id) }
    },
  ]

  private static func filter(
    _ call: Call, _ desk: ScaleDesk
  ) async throws -> ScaleDesk.DeliveryFilter {
    .init(
      project: try await ScaleV2Routes.project(call, desk),
      delivered: try ScaleV2Routes.span(call, "delivered"), expand: call.scaleQueries("expand"))
  }

  private static func page(
    _ call: Call, _ desk: ScaleDesk
  ) async throws -> ScaleDesk.DeliveryPage {
    .init(
      id: call.scaleQuery("delivery_id"), name: call.scaleQuery("delivery_name"),
      project: try await ScaleV2Routes.project(call, desk), token: call.scaleQuery("next_token"),
      limit: try call.scaleLimit(), expand: call.scaleQueries("expand"))
  }
}
