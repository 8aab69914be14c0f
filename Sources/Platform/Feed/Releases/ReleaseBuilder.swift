import Formats
import Foundation
import Labels
import Store
import Vault

/// Writes the files of a release inside one snapshot, in all its formats at once.
struct ReleaseBuilder {
  let vault: ClientVault
  let project: ProjectID
  let plan: ReleasePlan

  struct Built {
    var files: [ReleaseFile] = []
    var items = 0
    var parts: [String: Int] = [:]
    var classes: [String] = []
    var answers = 0
    /// What formats have no form for.
    var losses: [(format: String, what: String, count: Int)] = []
  }

  /// One format on its way.
  private struct Output {
    let format: DatasetFormat
    let sink: ReleaseSink
    var tar: TarSink?
    var stream: (any DatasetStream)?
    var writer: any DatasetWriting
    let diagnostics: Diagnostics
  }

  func build(_ connection: any Connection) throws -> Built {
    let current = try Projects.get(project, connection)
    let union = try vault.union(of: current, connection)
    let walk = ExportWalk(vault: vault, project: project, connection: connection, union: union)
    let lines = DatasetFormat.jsonLines
    var outputs = try ([lines] + plan.formats).map(output)
    // One numbering of classes for all formats, so that a class is the same number everywhere.
    let classes = ExportedClasses(union.ontology, for: lines.facts.holds)
    var division = ReleaseDivision(plan)
    var names = ImageNames(vault: vault, connection: connection)
    var built = Built(classes: classes.schema.classes.map(\.name))
    try walk.forEach(needsAnswers: false) { task in
      guard task.row.gold == nil, task.row.lifecycle.state == .completed,
        let consensus = task.consensus
      else { return }
      let name = try task.content.image == nil ? task.row.id.text : names.name(of: task)
      var item = classes.item(task, consensus.annotations, named: name)
      item.metadata += task.content.metadata.members ?? []
      item.metadata.append(.init("task", .string(task.row.id.text)))
      item.metadata.append(.init("confidence", .double(consensus.confidence)))
      item.metadata.append(.init("answers", .int(Int64(consensus.answers))))
      item.subset = division.part(of: item)
      built.items += 1
      built.answers += consensus.answers
      built.parts[item.subset, default: 0] += 1
      for place in outputs.indices {
        var own = item
        DatasetConversion.keep(outputs[place].format, of: &own, outputs[place].diagnostics)
        try outputs[place].writer.add(own, classes.schema)
      }
    }
    for place in outputs.indices {
      try outputs[place].writer.finish(classes.schema)
      try outputs[place].tar?.finish()
      try outputs[place].stream?.close()
      built.files += outputs[place].sink.files
      let format = outputs[place].format
      built.losses += outputs[place].diagnostics.losses.map { (format.id, $0.what, $0.count) }
      built.losses += outputs[place].diagnostics.faults.prefix(20).map {
        (format.id, $0.sentence, 1)
      }
    }
    built.files.sort { $0.path < $1.path }
    return built
  }

  private func output(_ format: DatasetFormat) throws -> Output {
    let isOwn = format.id == "jsonl"
    let sink = ReleaseSink(vault, under: isOwn || format.facts.isFilePerItem ? "" : format.id)
    guard let write = format.write else {
      throw Refusal.invalid(path: "formats", problem: "\(format.id) is only read")
    }
    let diagnostics = Diagnostics(.lenient)
    guard format.facts.isFilePerItem else {
      return Output(
        format: format, sink: sink, writer: try write(sink, WritingOptions(), diagnostics),
        diagnostics: diagnostics)
    }
    let stream = try sink.open("\(format.id).tar")
    let tar = TarSink(modified: 0) { try stream.append($0) }
    return Output(
      format: format, sink: sink, tar: tar, stream: stream,
      writer: try write(tar, WritingOptions(), diagnostics), diagnostics: diagnostics)
  }
}
