import Formats
import Foundation
import Labels
import Notation
import Store
import Vault

/// The sealed part of a task: one JSON object.
package struct TaskContent: Hashable, Sendable {
  /// What is shown: `text`, `image` (an asset's id or a URL), and whatever else the client wants
  /// the annotator to see.
  package var params: JSON
  package var metadata: JSON
  /// Annotations to start from, in stored notation.
  package var prelabels: JSON?
  /// The known answer of a gold task, in stored notation.
  package var expected: JSON?
  /// Why the known answer is right, for whoever is trained by it.
  package var explanation: String?
  /// The request as the API it came through took it, for its echo.
  package var request: JSON?
  /// Why it failed, for its client.
  package var failure: JSON?

  package init(
    params: JSON, metadata: JSON = [:], prelabels: JSON? = nil, expected: JSON? = nil,
    explanation: String? = nil, request: JSON? = nil, failure: JSON? = nil
  ) {
    self.request = request
    self.failure = failure
    self.params = params
    self.metadata = metadata
    self.prelabels = prelabels
    self.expected = expected
    self.explanation = explanation
  }

  init(stored bytes: Data) throws(JSONError) {
    let json = try JSON(parsing: [UInt8](bytes))
    self.init(
      params: json["params"] ?? [:], metadata: json["metadata"] ?? [:],
      prelabels: json["prelabels"], expected: json["expected"],
      explanation: json["explanation"]?.string, request: json["request"], failure: json["failure"])
  }

  var stored: [UInt8] {
    var writer = JSONWriter(reservingCapacity: 512)
    writer.beginObject()
    writer.name("params")
    writer.value(params)
    if metadata != [:] {
      writer.name("metadata")
      writer.value(metadata)
    }
    if let prelabels {
      writer.name("prelabels")
      writer.value(prelabels)
    }
    if let expected {
      writer.name("expected")
      writer.value(expected)
    }
    if let explanation {
      writer.name("explanation")
      writer.value(explanation)
    }
    if let request {
      writer.name("request")
      writer.value(request)
    }
    if let failure {
      writer.name("failure")
      writer.value(failure)
    }
    writer.endObject()
    return writer.bytes
  }

  /// The content of a stored task.
  static func of(
    _ task: TaskRow, _ vault: ClientVault, _ connection: any Connection
  ) throws -> TaskContent {
    let sealed = try sealed(of: task, connection)
    return try TaskContent(stored: vault.key.open(sealed, table: "tasks", row: task.id))
  }

  static func sealed(of task: TaskRow, _ connection: any Connection) throws -> Data {
    let sealed = try connection.first(
      "SELECT sealed FROM tasks WHERE seq = ?", [.int(task.seq)]
    ) { $0.blob(0) }
    guard let sealed else { throw Refusal.unknown(.task, task.id.text) }
    return sealed
  }

  /// What is shown beside the text or image: `image` (an asset's id or a URL), `link` or `text`.
  package var attachments: [(kind: String, content: String)] {
    (params["attachments"]?.array ?? []).compactMap { item in
      guard let kind = item["type"]?.string, let content = item["content"]?.string else {
        return nil
      }
      return (kind, content)
    }
  }

  /// The text to be labelled, where there is one.
  package var text: String? { params["text"]?.string }

  /// The asset or URL of the image, where there is one.
  package var image: String? { params["image"]?.string }
}

/// Annotations as they lie in a sealed column: stored notation, by numbers. `LabelReading` reads them.
enum StoredAnnotations {
  static func bytes(_ annotations: [Annotation], _ ontology: Ontology) -> [UInt8] {
    var writer = JSONWriter(reservingCapacity: 64 * annotations.count + 8)
    AnnotationNotation.write(annotations, ontology: ontology, style: .numbers, to: &writer)
    return writer.bytes
  }
}
