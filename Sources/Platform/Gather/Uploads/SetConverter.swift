import Notation

/// Reads labelled sets in a process of its own, which a hostile set can end without harm.
package protocol SetConverter: Sendable {
  /// Writes a set as JSON Lines.
  ///
  /// - Parameters:
  ///   - source: a file or archive.
  ///   - format: its id; found out where it is nil.
  ///   - hasMedia: whether its images go along, in `images`.
  ///   - target: a folder that is not there yet.
  ///   - temporary: a folder for whatever it needs.
  /// - Returns: what `assay convert --json` says.
  /// - Throws: `SetFault`; `Refusal.noSpace` where there is none in the folders it was given.
  func convert(
    _ source: String, as format: String?, hasMedia: Bool, to target: String, temporary: String
  ) async throws -> JSON
}

/// Why a set was not read, for its sender.
package struct SetFault: Error, Hashable, Sendable {
  package var sentence: String
  package init(_ sentence: String) { self.sentence = sentence }
}
