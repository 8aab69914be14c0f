import Formats
import Foundation
import Labels
import Store
import Vault

/// Writes a project's export to a blob, front to back, inside one snapshot.
struct ExportBuilder {
  let vault: ClientVault
  let project: ProjectID
  let format: ExportFormat

  /// How many tasks were written, and what the format had no form for.
  struct Written: Sendable {
    var tasks: Int
    var losses: [Diagnostics.Loss] = []
  }

  func build(_ blob: SealedBlob.Writer, _ connection: any Connection) throws -> Written {
    let current = try Projects.get(project, connection)
    let union = try vault.union(of: current, connection)
    let ontology = union.ontology
    let walk = ExportWalk(
      vault: vault, project: project, connection: connection,
      union: format == .jsonl ? nil : union)
    switch format {
    case .jsonl: return Written(tasks: try jsonLines(walk, blob))
    case .csv: return Written(tasks: try csv(walk, ontology, blob))
    case .dataset(let format): return try dataset(format, walk, ontology, blob)
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

  /// The results as a labelled set: its only file, or an archive of its files.
  private func dataset(
    _ format: DatasetFormat, _ walk: ExportWalk, _ ontology: Ontology, _ blob: SealedBlob.Writer
  ) throws -> Written {
    let tar = TarSink(modified: vault.environment.now() / 1000, put: blob.append)
    let sink: any DatasetSink =
      format.facts.singleFile.map { OneFileSink($0, put: blob.append) } ?? tar
    let classes = ExportedClasses(ontology, for: format.facts.holds)
    let diagnostics = Diagnostics(.lenient)
    guard let write = format.write else { return Written(tasks: 0) }
    var writer = try write(
      sink, WritingOptions(isOneFile: format.facts.singleFile != nil), diagnostics)
    var names = ImageNames(vault: vault, connection: walk.connection)
    var count = 0
    try walk.forEach(needsAnswers: false) { task in
      // A text has no name of its own; an image has its name whichever others have a result.
      let name = try task.content.image == nil ? task.row.id.text : names.name(of: task)
      guard let consensus = task.consensus else { return }
      guard task.content.image == nil || task.row.size != nil else {
        return diagnostics.lose("images left out whose size is not known, as they are elsewhere")
      }
      var item = classes.item(task, consensus.annotations, named: name)
      DatasetConversion.keep(format, of: &item, diagnostics)
      try writer.add(item, classes.schema)
      count += 1
    }
    try writer.finish(classes.schema)
    diagnostics.loseFacts(of: classes.schema, in: format.facts)
    if format.facts.singleFile == nil { try tar.finish() }
    return Written(tasks: count - diagnostics.leftOut.items, losses: diagnostics.losses)
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
