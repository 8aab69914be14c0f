import ArgumentParser
import Formats
import Foundation
import NIOCore
import Notation
import Platform

extension DatasetCommand {
  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "create", abstract: "Make a dataset.")
    @Argument(help: "Its name.") var name: String
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let made = try await server.client().send(.POST, "/api/datasets", ["name": .string(name)])
      output.print(made, made["id"]?.string ?? "")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List datasets.")
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let page = try await server.client().send(.GET, "/api/datasets")
      output.print(
        page,
        (page["items"]?.array ?? []).map {
          "\($0["id"]?.string ?? "")  \($0["items"]?.integer ?? 0) items  \($0["name"]?.string ?? "")"
        }.joined(separator: "\n"))
    }
  }

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "add", abstract: "Add items and labels to a dataset, from a set in any format.",
      discussion: """
        Items are known by their names. Images that lie beside the labels are sent along, once. Without \
        --set the labels are ground truth, and items that are new are made; with --set yolo they are \
        predictions for items that are there. A set that says nothing of labels leaves those that there are \
        alone. A picture that is another than the one an item of its name has is refused: --prefix camera2/ \
        gives items names of their own, --replace puts it in the other's place.
        """)
    @Argument(help: "The set to read.") var source: String
    @Option(help: "The dataset's id.") var dataset: String
    @Option(help: "Its format; found out where it is not said.") var from: String?
    @Option(
      help: "Where the source is a list of COCO results: the annotation file whose ids it names.")
    var annotations: String?
    @Option(help: "The name of the label set.") var set = LabelSet.truth
    @Flag(help: "Make items that are not there, of predictions too.") var items = false
    @Flag(help: "Mask e-mail addresses, telephone, card, account and national id numbers in texts.")
    var maskPersonalData = false
    @Option(help: "What the names of its items begin with.") var prefix = ""
    @Flag(help: "Put pictures and texts in the place of others that items of their names have.")
    var replace = false
    @Flag(help: "End at the first fault, before anything is sent.") var strict = false
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      do {
        let client = try server.client()
        let diagnostics = Diagnostics(strict ? .strict : .lenient)
        let makesItems = set == LabelSet.truth || items
        let folder = try DatasetFolder(source, keepsImages: makesItems)
        let (reader, format) = try reader(folder, diagnostics)
        let (lines, classes) = try await lines(reader, makesItems ? client : nil, diagnostics)
        defer { try? FileManager.default.removeItem(atPath: lines) }
        let bytes = try Data(contentsOf: URL(fileURLWithPath: lines), options: .alwaysMapped)
        // Before their labels, so that they are numbered as the set has them.
        if !classes.classes.isEmpty {
          try await client.send(
            .POST, "/api/datasets/\(dataset)/classes?set=\(APIClient.escaped(set))",
            DatasetLineNotation.json(classes))
        }
        let report = try await client.send(
          .POST,
          "/api/datasets/\(dataset)/items?set=\(APIClient.escaped(set))&items=\(makesItems)"
            + (maskPersonalData ? "&personal_data=mask" : "") + (replace ? "&replace=true" : ""),
          body: .bytes(bytes, length: .known(Int64(bytes.count))),
          headers: [("Content-Type", "application/x-ndjson")]
        )
        try tell(report, diagnostics, format)
      } catch let fault as FormatFault {
        throw Failure(fault.sentence)
      }
    }

    private func reader(
      _ folder: DatasetFolder, _ diagnostics: Diagnostics
    ) throws -> (any DatasetReading, format: String) {
      if let annotations, let file = folder.file {
        let reader = try COCOResults.reader(
          folder.open(file), named: file, of: DatasetFolder(annotations), diagnostics)
        return (reader, "COCO results")
      }
      let format = try from.map(ConvertCommand.format) ?? ConvertCommand.detected(folder)
      return (try format.reader(of: folder, diagnostics), format.facts.name)
    }

    /// Writes the items to a file, an image after the other being sent.
    ///
    /// - Parameter client: nil where no images go along.
    /// - Returns: the file, and the classes of the set.
    private func lines(
      _ reader: any DatasetReading, _ client: APIClient?, _ diagnostics: Diagnostics
    ) async throws -> (file: String, classes: DatasetSchema) {
      let path = NSTemporaryDirectory() + "assay-items-\(UUID().uuidString).jsonl"
      guard FileManager.default.createFile(atPath: path, contents: nil),
        let file = FileHandle(forWritingAtPath: path)
      else { throw Failure("\(path) cannot be written") }
      let meter = ProgressLine(quiet: output.json)
      var reader = reader
      var (count, sent) = (0, 0)
      var names = DistinctNames()
      while var item = try reader.next() {
        let place = item.media ?? item.name
        item.name = prefix + names.name(of: item, diagnostics)
        var image: String?
        if let client {
          if item.text == nil || item.media != nil, DatasetItem.isAddress(place) {
            image = place
          } else if item.text == nil, item.media == nil {
            diagnostics.lose("images that are not there")
          } else if let media = item.media {
            do {
              image = try await client.upload(file: media)
              sent += 1
            } catch let problem as APIClient.Problem where [413, 415, 422].contains(problem.status)
            {
              try diagnostics.report(
                item.name, "", "\(problem)", remedy: "Put the image right; the item is left out.")
              continue
            }
          }
        }
        var out = JSONWriter()
        out.beginObject()
        DatasetLineNotation.writeFacts(item, to: &out)
        if let image {
          out.name("image")
          out.value(image)
        }
        if !item.labels.isEmpty || !reader.schema.classes.isEmpty {
          out.name("labels")
          DatasetLineNotation.writeLabels(item.labels, reader.schema, to: &out)
        }
        out.endObject()
        out.newline()
        try file.write(contentsOf: Data(out.bytes))
        count += 1
        if count.isMultiple(of: 100) || image != nil {
          meter.show("\(count) items, \(sent) images sent")
        }
      }
      meter.end()
      try file.close()
      return (path, reader.schema)
    }

    private func tell(_ report: JSON, _ diagnostics: Diagnostics, _ format: String) throws {
      func number(_ name: String) -> Int64 { report[name]?.integer ?? 0 }
      var told = [
        "\(number("created")) items made, \(number("updated")) changed, \(number("labelled")) labelled, "
          + "\(number("refused")) refused (read as \(format))"
      ]
      let changed = ItemImport.losses(
        resized: number("resized"), relabelled: number("relabelled"))
      told += (diagnostics.losses + changed).map { "  " + $0.sentence }
      told += diagnostics.faults.prefix(20).map { "  " + $0.sentence }
      told += (report["problems"]?.array ?? []).prefix(20).map {
        "  item \($0["line"]?.integer ?? 0): \($0["reason"]?.string ?? "")"
      }
      output.print(
        report.adding([
          .init("faults", .int(Int64(diagnostics.faultCount))), .init("format", .string(format)),
        ]),
        told.joined(separator: "\n"))
      // A script is not to go on with nothing.
      let came = number("created") + number("updated") + number("labelled")
      if came == 0, number("refused") > 0 || diagnostics.faultCount > 0 { throw ExitCode.failure }
    }
  }
}
