import Formats
import Foundation
import Labels
import Store
import Vault

/// Writes the files of a release inside one snapshot, in all its formats at once.
struct ReleaseBuilder {
  let vault: ClientVault
  let release: ReleaseID
  let source: ReleaseSource
  let plan: ReleasePlan
  /// Why images are not here that lie elsewhere.
  let absence: String?

  /// Of each format, faults that are told one by one.
  private static let toldFaults = 20

  struct Built {
    var files: [ReleaseFile] = []
    var items = 0
    var parts: [String: Int] = [:]
    /// Those of the plan that have none.
    var emptyParts: [String] = []
    var classes: [String] = []
    var answers = 0
    /// Those of a dataset: the items' numbers.
    var numbers: Set<Int> = []
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
    var built = Built()
    let lines = DatasetFormat.jsonLines
    var outputs = try ([lines] + plan.formats).map(output)
    var division = try ReleaseDivision(plan) { body in
      _ = try source.forEachItem(plan, hasMedia: false, vault, connection) { item, schema, _ in
        body(item, schema)
      }
    }
    var (absent, unlabelled) = (0, 0)
    let schema = try source.forEachItem(plan, hasMedia: plan.hasMedia, vault, connection) {
      item, schema, origin in
      var item = item
      item.subset = division.part(of: item)
      built.items += 1
      let hasImage = item.metadata.contains { $0.name == ReleaseSource.imageField }
      if plan.hasMedia, hasImage, item.media == nil { absent += 1 }
      switch origin {
      case .task(let answers): built.answers += answers
      case .item(let number, let isLabelled):
        built.numbers.insert(number)
        if !isLabelled { unlabelled += 1 }
      }
      built.parts[item.subset, default: 0] += 1
      for place in outputs.indices {
        var own = item
        DatasetConversion.keep(outputs[place].format, of: &own, outputs[place].diagnostics)
        try outputs[place].writer.add(own, schema)
      }
    }
    try settle(division, of: &built)
    if absent > 0 {
      let reason = absence.map { " (\($0))" } ?? ""
      built.losses.append(("images", "images left out that could not be fetched\(reason)", absent))
    }
    if unlabelled > 0 {
      built.losses.append(
        ("labels", "items nobody labelled are as ones without labels", unlabelled))
    }
    built.classes = schema.classes.map(\.name)
    for place in outputs.indices {
      try outputs[place].writer.finish(schema)
      outputs[place].diagnostics.loseFacts(of: schema, in: outputs[place].format.facts)
      try outputs[place].tar?.finish()
      try outputs[place].stream?.close()
      built.files += outputs[place].sink.files
      let format = outputs[place].format
      built.losses += outputs[place].diagnostics.losses.map { (format.id, $0.what, $0.count) }
      let diagnostics = outputs[place].diagnostics
      built.losses += diagnostics.faults.prefix(Self.toldFaults).map { (format.id, $0.sentence, 1) }
      let rest = diagnostics.faultCount - Self.toldFaults
      if rest > 0 { built.losses.append((format.id, "more of the same kind", rest)) }
    }
    let card = ReleaseSink(vault, release, under: "")
    let parts = plan.parts.map(\.name).filter { built.parts[$0] != nil }
    let root = ReleaseManifest.root(of: built.files.map { ($0.path, $0.sha256) })
    try card.write(Array(ReleaseCard.text(parts, plan.formats, root: root).utf8), to: HubCard.name)
    built.files += card.files
    built.files.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    return built
  }

  /// Refuses a release of nothing and groups that are none, and tells of parts that stayed empty.
  private func settle(_ division: ReleaseDivision, of built: inout Built) throws {
    guard built.items > 0 else {
      throw Refusal.invalid(
        path: "items", problem: "are none: the query finds nothing, or nothing has a result yet")
    }
    if division.ungrouped > 0, let field = plan.groupBy {
      guard division.ungrouped < built.items else {
        throw Refusal.invalid(
          path: "group_by", problem: "names “\(field)”, which no item has in its metadata")
      }
      built.losses.append(
        ("splits", "items without \(field) are groups by themselves", division.ungrouped))
    }
    built.emptyParts = plan.parts.map(\.name).filter { built.parts[$0] == nil }
    if !built.emptyParts.isEmpty {
      built.losses.append(
        ("splits", "parts into which no item came", built.emptyParts.count))
    }
  }

  private func output(_ format: DatasetFormat) throws -> Output {
    let isOwn = format.id == "jsonl"
    let sink = ReleaseSink(
      vault, release, under: isOwn || format.facts.isFilePerItem ? "" : format.id)
    guard let write = format.write else {
      throw Refusal.invalid(path: "formats", problem: "\(format.id) is only read")
    }
    let diagnostics = Diagnostics(.lenient)
    guard format.facts.isFilePerItem else {
      // Images are beside the lines already, and inside of what has them in its own files.
      let options = WritingOptions(
        hasMedia: plan.hasMedia && isOwn, samplesOfShard: plan.samplesOfShard)
      return Output(
        format: format, sink: sink, writer: try write(sink, options, diagnostics),
        diagnostics: diagnostics)
    }
    let stream = try sink.open("\(format.id).tar")
    let tar = TarSink(modified: 0, media: sink.media) { try stream.append($0) }
    return Output(
      format: format, sink: sink, tar: tar, stream: stream,
      writer: try write(tar, WritingOptions(hasMedia: plan.hasMedia), diagnostics),
      diagnostics: diagnostics)
  }
}
