import ArgumentParser
import Foundation
import Decoding
import Notation
import Platform

struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Copy a whole data folder to one file while it is in use.",
    discussion: """
      The file holds the master key unless --without-key is given: keep it as safe as the folder.
      """)

  @Option(help: "The file to write.") var to: String
  @Flag(help: "Leave the master key out; restoring then needs it.") var withoutKey = false
  @OptionGroup var folder: DataOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try requireFolder(folder.data)
    let meter = ProgressLine(quiet: output.json)
    let summary = try await Composition.with(folder.data) { engine in
      try await Backup(engine).write(to: to, includesKey: !withoutKey) {
        meter.show("\($0 / 1_000_000) MB")
      }
    }
    meter.end()
    output.print(
      summary.json, "\(to): \(summary.files) files of \(summary.vaults) vaults, "
        + "\(summary.bytes) bytes, read back and checked")
  }
}

struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Make a data folder of a backup: all of it, or nothing.")

  @Option(help: "The backup.") var from: String
  @Option(help: "The master key's file, for a backup without it.") var masterKey: String?
  @OptionGroup var folder: DataOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    do {
      let summary = try await Backup.restore(
        from: from, to: DataFolder(path: folder.data), masterKey: masterKey,
        openDatabase: Composition.openDatabase)
      output.print(
        summary.json, "\(folder.data): \(summary.files) files of \(summary.vaults) vaults, "
          + "every hash and journal checked")
    } catch {
      throw Failure(error)
    }
  }
}

extension Backup.Summary {
  var json: JSON {
    [
      "vaults": .int(Int64(vaults)), "files": .int(Int64(files)), "bytes": .int(Int64(bytes)),
      "verified": true,
    ]
  }
}

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Say what is wrong with a data folder, and what to do.",
    discussion: "Exits with 1 where something is broken.")

  @OptionGroup var folder: DataOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    var findings = await Doctor(
      DataFolder(path: folder.data), openDatabase: Composition.openDatabase
    ).examine()
    if await Vips() == nil {
      findings.append(
        Doctor.Finding(
          severity: .warning, subject: "vips",
          message: "is not installed: images over 32 megapixels are sent and shown whole",
          remedy: "Install libvips-tools."))
    }
    let isBroken = findings.contains { $0.severity == .error }
    output.print(
      [
        "healthy": .bool(!isBroken),
        "findings": .array(
          findings.map {
            [
              "severity": .string($0.severity.rawValue), "subject": .string($0.subject),
              "message": .string($0.message),
              "remedy": $0.remedy.map { .string($0) } ?? .null,
            ]
          }),
      ],
      findings.map { finding in
        let mark = ["ok": "ok     ", "warning": "warning", "error": "BROKEN "]
        let remedy = finding.remedy.map { "\n         → \($0)" } ?? ""
        return "\(mark[finding.severity.rawValue] ?? "")  \(finding.subject): "
          + finding.message + remedy
      }.joined(separator: "\n"))
    if isBroken { throw ExitCode(1) }
  }
}

/// One line on standard error that says how far something is; silent where nobody watches.
final class ProgressLine {
  private let isShown: Bool
  private var last = ContinuousClock.now

  init(quiet: Bool) { isShown = !quiet && isatty(2) == 1 }

  func show(_ text: @autoclosure () -> String) {
    guard isShown, last.duration(to: .now) > .milliseconds(100) else { return }
    last = .now
    FileHandle.standardError.write(Data("\r\u{1B}[K\(text())".utf8))
  }

  func end() {
    if isShown { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
  }
}
