import Labels
import Notation

extension Ontology {
  /// An ontology as somebody sent it, in native notation.
  ///
  /// - Parameter predecessor: whose names keep their numbers.
  /// - Throws: `.invalid` where it cannot be read. Whether it is sound is `sound()`.
  package init(sent json: JSON, after predecessor: Ontology? = nil) throws(Refusal) {
    do {
      self = try OntologyNotation.ontology(from: json, predecessor: predecessor)
    } catch {
      throw .invalid(path: error.path, problem: error.problem)
    }
  }

  /// - Throws: `.ontology`
  package func sound() throws(Refusal) -> Ontology {
    if let fault { throw .ontology(fault) }
    return self
  }

  /// The steps of a migration as somebody sent them, and the ontology after them.
  ///
  /// - Throws: `.invalid`
  package func taken(through sent: JSON) throws(Refusal) -> (Migration, Ontology) {
    let migration: Migration
    do {
      migration = try MigrationNotation.migration(from: sent, of: self)
    } catch {
      throw .invalid(path: error.path, problem: error.problem)
    }
    do {
      return (migration, try after(migration))
    } catch {
      throw .invalid(path: "steps", problem: error.problem)
    }
  }
}
