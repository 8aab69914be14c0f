import Formats
import Foundation

@testable import Platform

/// Has one image, wherever it is asked for.
struct OneImage: FilesAlone {
  func fetch(_ url: String, limit: Int) async throws(EgressRefusal) -> Data {
    Data(PNGWriter.png([1, 2, 3], width: 1, height: 1))
  }
}

/// Has files, and says nothing else of them.
protocol FilesAlone: Fetcher {}

extension FilesAlone {
  func page(at url: String, limit: Int) async throws(EgressRefusal) -> FetchedPage {
    FetchedPage(url: url, body: try await fetch(url, limit: limit))
  }

  func head(of url: String) -> FileHead { FileHead() }

  func post(
    _ json: Data, to url: String, headers: [(name: String, value: String)]
  ) async throws(EgressRefusal) -> Int { 200 }

  func ask(
    _ json: Data, at url: String, headers: [(name: String, value: String)], limit: Int
  ) async throws(EgressRefusal) -> Data { Data() }
}
