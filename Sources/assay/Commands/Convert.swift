import ArgumentParser
import Decoding
import Formats
import Foundation
import Notation

/// Takes a labelled set from one format to another, without a server.
struct ConvertCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Convert a labelled set from one format to another.",
    discussion: """
      The source is a folder or a file; the target a place where nothing is: a folder, or a file for formats \
      that are one file. It is there whole at the end, or not at all. `assay formats` lists the formats.

      What is wrong in a set is told with its place and left out; with --strict the first fault ends it. \
      What a format has no form for is counted.
      """)

  @Argument(help: "The set to read.") var source: String
  @Argument(help: "Where to write it.") var target: String
  @Option(help: "Its format; found out where it is not said.") var from: String?
  @Option(help: "The format to write.") var to: String
  @Flag(help: "End at the first fault.") var strict = false
  @Flag(help: "Take the images along.") var media = false
  @Option(help: "Samples of a WebDataset shard at most.")
  var shardSamples = WritingOptions.samplesOfShard
  @Flag(help: "Say what happened as JSON: a report, or the `fault` that ended it.") var json = false

  /// Faults that are told one by one.
  private static let toldLimit = 20

  func validate() throws {
    let limits = WritingOptions.shardLimits
    guard limits.contains(shardSamples) else {
      throw ValidationError(
        "--shard-samples must lie in \(limits.lowerBound)…\(limits.upperBound).")
    }
  }

  func run() async throws {
    do {
      let diagnostics = Diagnostics(strict ? .strict : .lenient)
      let format = try Self.format(to)
      let folder = try DatasetFolder(
        source, keepsImages: media || format.facts.hasImagesInside)
      let own = try from.map(Self.format) ?? Self.detected(folder)
      let singleFile = format.facts.singleFile.flatMap { file in
        !media && target.split(separator: "/").last?.contains(".") == true ? file : nil
      }
      let sink = try FolderSink(target)
      // What was begun goes with whoever interrupts it.
      let working = sink.working
      let ends = Self.endings { FolderSink.remove(working) }
      defer { for end in ends { end.cancel() } }
      let count = try DatasetConversion.run(
        own.reader(of: folder, diagnostics), to: format, sink,
        WritingOptions(
          hasMedia: media, isOneFile: singleFile != nil, samplesOfShard: shardSamples), diagnostics)
      if count.items == 0, let nothing = Self.nothing(of: folder, diagnostics) { throw nothing }
      try sink.finish(keeping: singleFile)
      report(count, own, format, diagnostics)
    } catch let fault as FormatFault where fault.isOfRoom {
      FileHandle.standardError.write(Data("Error: \(fault.sentence)\n".utf8))
      throw ExitCode(OwnConverter.noRoom)
    } catch let error as CocoaError where error.code == .fileWriteOutOfSpace {
      FileHandle.standardError.write(Data("Error: there is no room left to write to\n".utf8))
      throw ExitCode(OwnConverter.noRoom)
    } catch let error as CocoaError {
      let path = error.userInfo[NSFilePathErrorKey] as? String ?? target
      throw Failure(
        "\(path) cannot be written",
        remedy: "Names may be too long, or the place closed: shorten them, or write elsewhere.")
    } catch let fault as FormatFault {
      if json { print(JSON.object([.init("fault", Self.json(of: fault))]).text) }
      throw Failure(fault.sentence)
    }
  }

  /// What ended a conversion that has no item: its first fault, or what the format has no form for.
  private static func nothing(of folder: DatasetFolder, _ diagnostics: Diagnostics) -> FormatFault? {
    if let fault = diagnostics.faults.first { return fault }
    guard diagnostics.leftOut.items > 0 else { return nil }
    return diagnostics.losses.first.map {
      FormatFault(
        folder.title, "", "none of its items could be written: \($0.sentence)",
        remedy: "Choose a format that holds them; assay formats lists them.")
    }
  }

  private static func json(of fault: FormatFault) -> JSON {
    [
      "file": .string(fault.file), "place": .string(fault.place), "reason": .string(fault.reason),
      "remedy": .string(fault.remedy),
    ]
  }

  /// Ends the program where it is interrupted, after `action`.
  private static func endings(_ action: @escaping @Sendable () -> Void) -> [any DispatchSourceSignal] {
    [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        action()
        // As the shell knows what a signal ended.
        _exit(128 + number)
      }
      source.resume()
      return source
    }
  }

  static func format(_ id: String) throws -> DatasetFormat {
    guard let format = DatasetFormat.named(id) else {
      let known = DatasetFormat.all.map(\.id).joined(separator: ", ")
      throw ValidationError("\(id) is no format; known are \(known)")
    }
    return format
  }

  static func detected(_ folder: DatasetFolder) throws -> DatasetFormat {
    guard let found = try DatasetFormat.detected(in: folder) else {
      if let file = folder.file, COCOResults.matches(try folder.open(file)) {
        throw FormatFault(
          folder.title, "",
          "it is a list of COCO results, whose ids are those of an annotation file",
          remedy: "Add it with assay dataset add --annotations, or compare it with assay compare.")
      }
      if folder.isVacant {
        throw FormatFault(folder.title, "", "there is nothing in it", remedy: "Name a set that has files.")
      }
      throw FormatFault(
        folder.title, "", "it is in no format that is known",
        remedy: folder.hasArchives
          ? "Add the archives in it one by one." : "Say which one it is with --from.")
    }
    return found
  }

  private func report(
    _ count: DatasetConversion, _ own: DatasetFormat, _ format: DatasetFormat,
    _ diagnostics: Diagnostics
  ) {
    if json {
      let report: JSON = [
        "from": .string(own.id), "to": .string(format.id), "items": .int(Int64(count.items)),
        "labels": .int(Int64(count.labels)), "faults": .int(Int64(diagnostics.faultCount)),
        "diagnostics": .array(diagnostics.faults.map(Self.json)),
        "losses": .array(diagnostics.losses.map(\.json)),
      ]
      return print(report.text)
    }
    print("\(own.facts.name) to \(format.facts.name): \(count.items) items, \(count.labels) labels")
    for loss in diagnostics.losses { print("  " + loss.sentence) }
    for fault in diagnostics.faults.prefix(Self.toldLimit) { print("  " + fault.sentence) }
    let rest = diagnostics.faultCount - min(diagnostics.faultCount, Self.toldLimit)
    if rest > 0 {
      print("  and \(rest) faults more; --json tells \(Diagnostics.keptLimit) of them")
    }
  }
}

/// Lists the formats, for people and for the guide.
struct FormatsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "formats", abstract: "List the formats of labelled sets.")

  @Flag(help: "As the page of the guide.") var markdown = false

  func run() async throws {
    if markdown { return print(DatasetFormatGuide.markdown, terminator: "") }
    for format in DatasetFormat.all {
      let id = format.id + String(repeating: " ", count: max(1, 14 - format.id.count))
      print("\(id)\(format.facts.name)\(format.write == nil ? " (read only)" : "")")
    }
  }
}
