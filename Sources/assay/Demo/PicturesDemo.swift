import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Notation

/// Photographs with boxes by a seeded crowd, two of them left for the visitor.
struct PicturesDemo: Sendable {
  let people: DemoPeople
  /// The visitor's own images, if any.
  let folder: String?
  let source: String
  let data: String
  let classes: [String]
  let seed: UInt64

  static let projectName = "What is in these pictures?"
  static let leftForVisitor = 2

  func run() async throws -> JSON {
    let (files, origin) = try pictures()
    Console.say("\n2. Pictures: \(files.count) \(origin)")
    let project = try await makeProject()
    let id = project["id"]?.string ?? ""
    var assets: [String] = []
    for file in files {
      do {
        assets.append(try await people.manager.upload(file.bytes, name: file.name))
      } catch let problem as APIClient.Problem {
        Console.say("   \(file.name) is left out: \(problem)")
      }
    }
    guard assets.count > Self.leftForVisitor else {
      throw Failure("the demo needs at least \(Self.leftForVisitor + 1) images it can read")
    }
    let forCrowd = assets.dropLast(Self.leftForVisitor)
    try await add(Array(forCrowd), to: id)
    let invented = InventedAnswers(
      seed: seed, classes: project["ontology"]?["classes"]?.array ?? []
    ) { $0 < 20 ? 0.9 : 0.4 }
    let outcome = try await Crowd(workers: people.workers, project: id) { task, index in
      invented.annotations(task, index)
    }.run { _ in }
    Console.say(
      "   a crowd of \(people.workers.count) (seed \(seed)) gave \(outcome.answers) answers")
    let quality = try await people.manager.send(.GET, "/api/projects/\(id)/quality")
    for agreement in quality["agreement"]?.array ?? [] {
      let value = String(format: "%.3f", agreement["value"]?.number ?? 0)
      Console.say(
        "   \(agreement["class"]?.string ?? ""): \(agreement["measure"]?.string ?? "") \(value)")
    }
    for (format, name) in [("coco", "pictures.coco.json"), ("yolo", "pictures.yolo.tar"),
      ("jsonl", "pictures.jsonl")]
    {
      try await DemoExport.save(people.manager, id, format, "\(data)/exports/\(name)")
    }
    try await add(Array(assets.suffix(Self.leftForVisitor)), to: id)
    return [
      "project": .string(id), "images": .int(Int64(assets.count)),
      "answers": .int(Int64(outcome.answers)),
    ]
  }

  private func makeProject() async throws -> JSON {
    var drawn: [JSON] = classes.map { ["name": .string($0), "kind": "box"] }
    if let first = drawn.first {
      drawn[0] = .object(
        (first.members ?? []) + [
          .init(
            "attributes",
            [["name": "whole", "kind": "category", "options": ["fully visible", "cut off"]]])
        ])
    }
    return try await people.manager.send(
      .POST, "/api/projects",
      [
        "name": .string(Self.projectName),
        "instructions": """
        # Boxes

        Draw a **tight** box round each object.

        1. Choose its class with **1–9**.
        2. Drag from corner to corner.
        3. Send it with **Ctrl+Enter**.
        """,
        "ontology": ["classes": .array(drawn)],
        "plan": ["answers": ["min": 2, "max": 4, "targetConfidence": 0.85]],
      ])
  }

  private func add(_ assets: [String], to project: String) async throws {
    var writer = JSONWriter()
    for asset in assets {
      writer.value(["image": .string(asset)] as JSON)
      writer.newline()
    }
    _ = try await people.manager.send(
      .POST, "/api/projects/\(project)/imports",
      body: .bytes(ByteBuffer(bytes: writer.bytes)))
  }

  private func pictures() throws -> (files: [(name: String, bytes: Data)], origin: String) {
    if let folder {
      let found = Self.files(in: folder)
      guard !found.isEmpty else { throw Failure("\(folder) holds no PNG, JPEG, GIF or WebP") }
      return (found, "images of \(folder)")
    }
    let photographs = Self.files(in: source + "/images")
    if photographs.count > Self.leftForVisitor { return (photographs, "photographs (scikit-image)") }
    let scenes = (0..<12).map { index in
      (name: "scene-\(index).png", bytes: Data(DrawnScene(seed: seed, index: index).png))
    }
    return (scenes, "scenes drawn here (the photographs could not be fetched)")
  }

  private static func files(in folder: String) -> [(name: String, bytes: Data)] {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    let kinds = [".png", ".jpg", ".jpeg", ".gif", ".webp"]
    return names.filter { name in kinds.contains { name.lowercased().hasSuffix($0) } }
      .compactMap { name in
        FileManager.default.contents(atPath: "\(folder)/\(name)").map { (name, $0) }
      }
  }
}
