import Formats
import Foundation
import Geometry
import Hummingbird
import Labels
import NIOCore
import Notation
import Platform
import Store
import Vault
import Wire

/// The images of segmentations: drawn from the polygons when they are asked for.
extension ScaleDesk {
  /// What a response names of a task. The links need no key and last: they are signed for this task
  /// and file alone.
  func links(_ task: TaskID) -> ScaleLinks {
    ScaleLinks(
      color: { IndexMask.Color(number: $0).text },
      url: { file in
        let signature = Self.signature(file, of: task, vault)
        return "\(services.site.url)/v1/segmentations/\(vault.clientID)/\(task)/\(file.name)"
          + "?signature=\(signature)"
      })
  }

  private static func signature(
    _ file: ScaleSegmentation.File, of task: TaskID, _ vault: ClientVault
  ) -> String {
    vault.key.linkSignature(object: "\(task)/\(file.name)", reader: "segmentation", expires: 0)
  }

  static let segmentation = Route(
    .get, "/v1/segmentations/{client}/{task}/{file}", .anyone,
    "Scale: an image of a segmentation, behind a signed link."
  ) { call in
    let client: ClientID = try call.id("client", .client)
    let task: TaskID = try call.id("task", .task)
    let name = call.parameters.get("file") ?? ""
    guard let file = ScaleSegmentation.File(name) else { throw Refusal.unknown(.asset, name) }
    let bytes = try await call.engine.vaults.with(client) { vault in
      guard
        vault.key.isLinkSignature(
          call.queries["signature"] ?? "", object: "\(task)/\(file.name)", reader: "segmentation",
          expires: 0)
      else { throw Refusal.unknown(.asset, name) }
      return try image(file, of: try await TaskSearch(vault).get(task))
    }
    return Response(
      status: .ok, headers: [.contentType: "image/png", .cacheControl: "private, max-age=3600"],
      body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  private static func image(
    _ file: ScaleSegmentation.File, of found: TaskSearch.Found
  ) throws -> [UInt8] {
    guard let result = found.result else { throw Refusal.unknown(.task, found.row.id.text) }
    let named = AnnotationNotation.json(result, ontology: found.ontology, style: .names)
    let params = found.content.request?["params"] ?? found.content.params
    let segmentation = ScaleSegmentation(params, named.array ?? [])
    let bounds = result.compactMap(\.shape?.bounds)
    var mask = IndexMask(
      width: found.row.size?.width ?? Int(bounds.map(\.maxX).max()?.rounded(.up) ?? 1),
      height: found.row.size?.height ?? Int(bounds.map(\.maxY).max()?.rounded(.up) ?? 1))
    for (annotation, index) in zip(result, segmentation.indices) {
      guard let index, let shape = annotation.shape else { continue }
      mask.fill(shape, with: UInt32(index))
    }
    switch file {
    case .combined:
      let colors = segmentation.regions.map {
        (UInt32($0.index), IndexMask.Color(number: $0.index))
      }
      return mask.png(.colors(Dictionary(colors, uniquingKeysWith: { a, _ in a })))
    case .indexed: return mask.png(.indices)
    case .extended: return mask.png(.wideIndices)
    case .unlabeled: return mask.png(.only(0))
    case .mask(let index): return mask.png(.only(UInt32(clamping: index)))
    }
  }
}
