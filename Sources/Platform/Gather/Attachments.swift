import Foundation
import Notation
import Store
import Vault

/// The images that tasks name by URL. A task whose image can never be had fails, with the reason
/// for its client; one that only cannot be had now stays as it is.
package struct Attachments: Sendable {
  let vault: ClientVault
  let fetcher: any Fetcher

  package init(_ vault: ClientVault, fetcher: any Fetcher) {
    self.vault = vault
    self.fetcher = fetcher
  }

  /// Fetches the image, or finds it where it was fetched before, and keeps its size with the task.
  package func image(at url: String, of task: TaskID) async throws -> Assets.Asset {
    let asset: Assets.Asset
    do {
      asset = try await Assets(vault, actor: .system).remote(url, by: fetcher)
    } catch let refusal as Refusal {
      if let reason = Self.end(refusal, url) {
        try await TaskChanges(vault, actor: .system).fail(task, reason)
      }
      throw refusal
    }
    if let size = asset.imageSize {
      try await vault.database.write(.relaxed) { connection in
        try connection.run(
          "UPDATE tasks SET width = ?, height = ? WHERE id = ? AND width IS NULL",
          [.number(size.width), .number(size.height), task.sql])
      }
    }
    return asset
  }

  /// What a refusal means for good; nil where another try can help.
  static func end(_ refusal: Refusal, _ url: String) -> JSON? {
    func failure(_ text: String, _ details: JSON) -> JSON {
      ["error": .string(text), "attachments": [details]]
    }
    switch refusal {
    case .egress(.status(let code)) where (400..<500).contains(code) && ![408, 425, 429].contains(code):
      return failure(
        "One or more attachments could not be downloaded.",
        ["statusCode": .int(Int64(code)), "url": .string(url)])
    case .egress(.tooLarge(let limit)):
      return failure(
        "One or more attachments are larger than \(limit) bytes.",
        ["statusCode": 200, "url": .string(url)])
    case .unsupportedMedia(let what):
      return failure(
        "One or more attachments could not be read: \(what).",
        ["statusCode": 200, "url": .string(url)])
    default: return nil
    }
  }
}
