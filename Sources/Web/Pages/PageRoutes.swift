import Foundation
import Hummingbird
import NIOCore
import Notation
import Platform

/// What is not the API: the workbench, health, and the API's description.
enum PageRoutes {
  static let all: [Route] = [
    Route(.get, "/", .anyone, "The workbench.") { call in
      call.services.workbench.shell(call.request)
    },
    Route(.get, "/a/{tree}/**", .anyone, "The workbench's files.") { call in
      let path = call.parameters.getCatchAll().joined(separator: "/")
      guard
        let response = call.services.workbench.file(
          path, tree: call.parameters.get("tree") ?? "", for: call.request)
      else { throw HTTPError(.notFound) }
      return response
    },
    Route(.get, "/healthz", .anyone, "Whether the process runs.") { _ in .json(["status": "ok"]) },
    Route(.get, "/readyz", .anyone, "Whether the store answers.") { call in
      _ = try await call.engine.control.read { connection in
        try connection.first("SELECT 1") { $0.int(0) }
      }
      return .json(["status": "ready"])
    },
    Route(.get, "/openapi.json", .anyone, "The API, described by OpenAPI 3.1.") { _ in
      .json(OpenAPI.document(RouteTable.all))
    },
    Route(.get, "/docs", .anyone, "The API, described for people.") { _ in
      Response(
        status: .ok, headers: [.contentType: "text/html; charset=utf-8"],
        body: .init(byteBuffer: ByteBuffer(string: DocumentationPage.html(RouteTable.all))))
    },
  ]
}

/// Every route there is.
package enum RouteTable {
  package static let all: [Route] =
    PageRoutes.all + SessionRoutes.all + ProjectRoutes.all + OntologyRoutes.all
    + TaskRoutes.all + GoldRoutes.all + QualityRoutes.all
    + AssetRoutes.all
    + ExportRoutes.all + ReleaseRoutes.all + DatasetRoutes.all + ComparisonRoutes.all
    + RemoteSourceRoutes.all + UploadRoutes.all + ContributionRoutes.all + VectorRoutes.all + ModelRoutes.all
    + WorkRoutes.all + EarningRoutes.all + PayRoutes.all + ConductRoutes.all
    + QualificationRoutes.all + WorkforceRoutes.all + WorkerRoutes.all + BillingRoutes.all
    + PeopleRoutes.all
    + TeamRoutes.all
    + ScaleRoutes.all + ScaleStudioRoutes.all + ScaleV2Routes.all
    + ScaleDeliveryRoutes.all
}
