import Notation

/// An ontology read from another tool's words, in native notation by names, and what could not be
/// carried over.
package struct OntologyReading: Hashable, Sendable {
  package var ontology: JSON
  package var notes: [Note] = []

  package init(ontology: JSON, notes: [Note] = []) {
    self.ontology = ontology
    self.notes = notes
  }

  /// Something that was left out, or is said otherwise here.
  package struct Note: Hashable, Sendable {
    /// Like `line 7: VideoRectangle` or `geometries.box.can_rotate`.
    package var place: String
    package var problem: String

    package init(_ place: String, _ problem: String) {
      self.place = place
      self.problem = problem
    }
  }
}

/// Why a definition cannot be read at all.
package struct OntologyReadingFault: Error, Hashable, Sendable {
  package let place: String
  package let problem: String

  package init(_ place: String, _ problem: String) {
    self.place = place
    self.problem = problem
  }
}
