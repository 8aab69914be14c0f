import Formats
import Foundation
import Labels
import Store
import Vault

/// What can be taken out of a project.
package enum ExportFormat: String, Hashable, Sendable, CaseIterable {
  case jsonl, csv, coco, yolo

  package var contentType: String {
    switch self {
    case .jsonl: "application/x-ndjson"
    case .csv: "text/csv; charset=utf-8"
    case .coco: "application/json"
    case .yolo: "application/x-tar"
    }
  }

  package var fileExtension: String {
    switch self {
    case .jsonl: "jsonl"
    case .csv: "csv"
    case .coco: "json"
    case .yolo: "tar"
    }
  }
}

/// Writes a project's export to a blob, front to back, inside one snapshot.
struct ExportBuilder {
  let vault: ClientVault
  let project: ProjectID
  let format: ExportFormat

  /// - Returns: tasks written.
  func build(_ blob: SealedBlob.Writer, _ connection: any Connection) throws -> Int {
    let current = try Projects.get(project, connection)
    let union = try vault.union(of: current, connection)
    let ontology = union.ontology
    let walk = ExportWalk(
      vault: vault, project: project, connection: connection,
      union: format == .jsonl ? nil : union)
    switch format {
    case .jsonl: return try jsonLines(walk, blob)
    case .csv: return try csv(walk, ontology, blob)
    case .coco: return try coco(walk, current.name, ontology, blob)
    case .yolo: return try yolo(walk, ontology, blob)
    }
  }

  private func jsonLines(_ walk: ExportWalk, _ blob: SealedBlob.Writer) throws -> Int {
    try lines(walk, blob) { page in
      var export = JSONLinesExport()
      for index in page.tasks.indices { export.add(try page.open(index)) }
      return export.bytes
    }
  }

  private func csv(
    _ walk: ExportWalk, _ ontology: Ontology, _ blob: SealedBlob.Writer
  ) throws -> Int {
    try blob.append(CSVExport(ontology: ontology).bytes)
    return try lines(walk, blob) { page in
      var export = CSVExport(ontology: ontology)
      export.removeAll()
      for index in page.tasks.indices { export.add(try page.open(index)) }
      return export.bytes
    }
  }

  /// Pages on their way at the same time.
  private static let pagesInFlight = 3

  /// Formats whose lines stand alone: while pages are opened and written out on other cores, the
  /// next is read here; they go to the blob in order.
  private func lines(
    _ walk: ExportWalk, _ blob: SealedBlob.Writer,
    _ render: @escaping @Sendable (ExportPage) throws -> [UInt8]
  ) throws -> Int {
    var count = 0
    var inFlight: [Promised<[UInt8]>] = []
    try walk.forEachPage(needsAnswers: true) { page in
      inFlight.append(Promised { try render(page) })
      count += page.tasks.count
      if inFlight.count == Self.pagesInFlight {
        try blob.append(try inFlight.removeFirst().wait())
      }
    }
    for page in inFlight { try blob.append(try page.wait()) }
    return count
  }

  /// Two walks: COCO wants every image before the first annotation.
  private func coco(
    _ walk: ExportWalk, _ name: String, _ ontology: Ontology, _ blob: SealedBlob.Writer
  ) throws -> Int {
    var writer = COCOWriter()
    var names = ImageNames(vault: vault, connection: walk.connection)
    var count = 0
    writer.begin(description: name)
    try walk.forEach(needsAnswers: false) { task in
      guard let size = Self.imageSize(task) else { return }
      writer.image(id: task.row.seq, name: try names.name(of: task), size: size)
      count += 1
      if count.isMultiple(of: 1_000) { try blob.append(writer.drain()) }
    }
    writer.beginAnnotations()
    try walk.forEach(needsAnswers: false) { task in
      guard let size = Self.imageSize(task), let consensus = task.consensus else { return }
      writer.annotations(
        consensus.annotations, imageID: task.row.seq, size: size, ontology: task.ontology)
      try blob.append(writer.drain())
    }
    writer.end(ontology: ontology)
    try blob.append(writer.drain())
    return count
  }

  /// Label files and `data.yaml` in a tar archive.
  private func yolo(
    _ walk: ExportWalk, _ ontology: Ontology, _ blob: SealedBlob.Writer
  ) throws -> Int {
    let tar = TarWriter()
    let modified = vault.environment.now() / 1000
    var names = ImageNames(vault: vault, connection: walk.connection)
    var count = 0
    try blob.append(
      tar.file(
        name: "data.yaml", content: Array(YOLOText.dataYAML(ontology).utf8), modified: modified))
    try walk.forEach(needsAnswers: false) { task in
      guard let size = Self.imageSize(task), let consensus = task.consensus else { return }
      let text = YOLOText.labels(consensus.annotations, size: size, ontology: ontology)
      let stem = ImageNames.stem(try names.name(of: task))
      try blob.append(
        tar.file(name: "labels/\(stem).txt", content: Array(text.utf8), modified: modified))
      count += 1
    }
    try blob.append(tar.trailer)
    return count
  }

  /// Of tasks whose result can be written as boxes on an image of known size.
  private static func imageSize(_ task: ExportedTask) -> ImageSize? {
    guard task.content.image != nil, task.consensus != nil else { return nil }
    return task.row.size
  }
}

/// File names for image formats: the sender's own where they are free, else with the task's id
/// before them.
struct ImageNames {
  let vault: ClientVault
  let connection: any Connection
  /// Hashes only: eight bytes a name.
  private var used: Set<Int> = []

  init(vault: ClientVault, connection: any Connection) {
    self.vault = vault
    self.connection = connection
  }

  mutating func name(of task: ExportedTask) throws -> String {
    let image = task.content.image ?? ""
    var name = image
    if let id = AssetID(image) {
      name = try Assets.find("id", id.text, vault, connection)?.name ?? image
    } else {
      let path = image.split(whereSeparator: { $0 == "?" || $0 == "#" }).first.map(String.init)
      name = Assets.cleaned(path?.removingPercentEncoding ?? "")
    }
    name = Assets.cleaned(name)
    // A tar header holds names of 100 bytes; leave room for the id and the folder.
    while name.utf8.count > 60 { name.removeFirst() }
    if used.insert(Self.stem(name).hashValue).inserted { return name }
    return "\(task.row.id)-\(name)"
  }

  static func stem(_ name: String) -> String {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }
}
