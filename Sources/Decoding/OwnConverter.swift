import Foundation
import Notation
import Platform
import Subprocess

/// Reads sets by this very program, in a process of its own.
package struct OwnConverter: SetConverter {
  /// Seconds of one processor that a set may take.
  package static let secondLimit = 4 * 3600
  /// KiB that the process may map: files of a set are mapped, so this is much more than it holds in memory.
  package static let memoryLimit = 256 * 1024 * 1024
  /// KiB of memory of its own: 8 GiB.
  package static let ownLimit = 8 * 1024 * 1024
  /// How it ends where there is no room for what it writes (`EX_CANTCREAT` of sysexits.h).
  package static let noRoom: Int32 = 73
  /// Bytes of what it says.
  private static let reportLimit = 16 * 1024 * 1024

  private let program: String

  /// - Parameter program: what converts when it is asked to.
  package init(program: String = OwnProgram.path) { self.program = program }

  package func convert(
    _ source: String, as format: String?, hasMedia: Bool, to target: String, temporary: String
  ) async throws -> JSON {
    let limits =
      "ulimit -t \(Self.secondLimit) && ulimit -v \(Self.memoryLimit) && ulimit -d \(Self.ownLimit)"
    let arguments =
      ["convert", "--json", "--to", "jsonl", source, target] + (hasMedia ? ["--media"] : [])
      + (format.map { ["--from", $0] } ?? [])
    do {
      let result = try await Subprocess.run(
        .path("/bin/sh"),
        arguments: .init(["-c", "\(limits) && exec \"$@\"", "sh", program] + arguments),
        environment: .inherit.updating(["TMPDIR": temporary]),
        output: .bytes(limit: Self.reportLimit), error: .string(limit: 64 * 1024))
      // A server on its way out ends its children: that says nothing of the set.
      try Task.checkCancellation()
      if case .exited(Self.noRoom) = result.terminationStatus { throw Refusal.noSpace }
      guard result.terminationStatus.isSuccess else {
        throw SetFault(Self.reason(result.standardError, temporary))
      }
      do {
        return try JSON(parsing: result.standardOutput)
      } catch {
        throw SetFault("what its reader says is not understood")
      }
    } catch let error as SubprocessError {
      try Task.checkCancellation()
      throw SetFault("its reader could not be run: \(error)")
    }
  }

  /// What a reader said before it ended, without the places of this machine.
  private static func reason(_ said: String, _ folder: String) -> String {
    var text = said.replacing(folder + "/", with: "")
    if text.hasPrefix("Error: ") { text.removeFirst("Error: ".count) }
    // Whoever sent it has no command line.
    text = text.replacing("Say which one it is with --from", with: "Say its format")
    text = text.trimmingCharacters(in: .whitespacesAndNewlines).replacing("\n", with: " ")
    return text.isEmpty
      ? "its reader was ended: the set is too large or was made to harm"
      : String(text.prefix(1_000))
  }
}
