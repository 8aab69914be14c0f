import Formats
import Foundation
import Geometry
import Notation

/// A model behind a URL that looks at items: gives each a vector, or finds faces.
///
/// In our own words it is sent `{"task": "embed" | "faces", "items": [{"name", "text" | "image"}]}`, images
/// as `data:` URLs, and answers `{"vectors": [[…]]}` or `{"boxes": [[[x, y, width, height, score], …], …]}`,
/// in the order of the items. In OpenAI's it is sent `{"model", "input"}` and answers `{"data": [{"index",
/// "embedding"}]}`, which most servers of embeddings speak.
package struct ModelBackend: Hashable, Sendable {
  package enum Words: String, CaseIterable, Sendable { case assay, openai }

  package enum Job: String, Hashable, Sendable {
    case embed, faces
  }

  package var url: String
  package var words: Words
  /// As the server calls it.
  package var model: String?
  /// Sent as a bearer token; never stored.
  package var key: String?

  package init(url: String, words: Words = .assay, model: String? = nil, key: String? = nil) {
    (self.url, self.words, self.model, self.key) = (url, words, model, key)
  }

  /// Something to look at.
  struct Input {
    var name: String
    var text: String?
    /// With its media type.
    var image: (type: String, bytes: Data)?
  }

  /// A face, in shares of nothing: pixels of what was sent.
  struct Face: Hashable {
    var box: Box
    var score: Double
  }

  /// Bytes of an answer.
  static let answerLimit = 64 * 1024 * 1024

  /// - Throws: `Refusal.egress`, `RemoteFault` for an answer that is not understood.
  func vectors(of inputs: [Input], by fetcher: any Fetcher) async throws -> [[Float]] {
    let answer = try await ask(.embed, inputs, fetcher)
    let found: [JSON]
    switch words {
    case .assay: found = answer["vectors"]?.array ?? []
    case .openai:
      let data = (answer["data"]?.array ?? []).sorted {
        ($0["index"]?.integer ?? 0) < ($1["index"]?.integer ?? 0)
      }
      found = data.compactMap { $0["embedding"] }
    }
    let vectors = found.compactMap { vector -> [Float]? in
      let numbers = vector.array?.compactMap { $0.number.map { Float($0) } } ?? []
      return numbers.isEmpty || numbers.count != vector.array?.count ? nil : numbers
    }
    guard vectors.count == inputs.count else {
      throw RemoteFault("the model answers \(vectors.count) vectors for \(inputs.count) items")
    }
    return vectors
  }

  /// - Throws: as `vectors`.
  func faces(of inputs: [Input], by fetcher: any Fetcher) async throws -> [[Face]] {
    let answer = try await ask(.faces, inputs, fetcher)
    let lists = answer["boxes"]?.array ?? []
    guard lists.count == inputs.count else {
      throw RemoteFault("the model answers \(lists.count) lists of boxes for \(inputs.count) items")
    }
    return try lists.map { list in
      try (list.array ?? []).map { face in
        let numbers = face.array?.compactMap(\.number) ?? []
        guard numbers.count >= 4, numbers.allSatisfy(\.isFinite), numbers[2] > 0, numbers[3] > 0
        else {
          throw RemoteFault("the model answers a box that is not x, y, width, height and a score")
        }
        return Face(
          box: Box(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3]),
          score: numbers.count > 4 ? min(max(numbers[4], 0), 1) : 1)
      }
    }
  }

  private func ask(
    _ job: Job, _ inputs: [Input], _ fetcher: any Fetcher
  ) async throws -> JSON {
    func address(_ image: (type: String, bytes: Data)) -> JSON {
      .string("data:\(image.type);base64,\(image.bytes.base64EncodedString())")
    }
    var members: [JSON.Member]
    switch words {
    case .assay:
      members = [
        .init("task", .string(job.rawValue)),
        .init(
          "items",
          .array(
            inputs.map { input in
              let content: JSON.Member =
                input.image.map { .init("image", address($0)) }
                ?? .init("text", .string(input.text ?? ""))
              return .object([.init("name", .string(input.name)), content])
            })),
      ]
    case .openai:
      members = [
        .init("input", .array(inputs.map { $0.image.map(address) ?? .string($0.text ?? "") }))
      ]
      if inputs.contains(where: { $0.image != nil }) { members.append(.init("modality", "image")) }
    }
    if let model { members.append(.init("model", .string(model))) }
    let bytes: Data
    do {
      bytes = try await fetcher.ask(
        Data(JSON.object(members).utf8), at: url,
        headers: key.map { [(name: "Authorization", value: "Bearer \($0)")] } ?? [],
        limit: Self.answerLimit)
    } catch {
      throw Refusal.egress(error)
    }
    do {
      return try JSON(parsing: [UInt8](bytes))
    } catch {
      throw RemoteFault("the model answers what is no JSON")
    }
  }
}
