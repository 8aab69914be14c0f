import Formats
import Labels
import Notation
import Platform
import Wire

/// An ontology in whatever words somebody has it.
enum OntologyText {
  enum Format: String, CaseIterable {
    case json, yaml, labelStudio, scale
  }

  /// What the text looks like.
  static func format(of text: String) -> Format {
    guard let first = text.first(where: { !$0.isWhitespace }) else { return .json }
    if first == "<" { return .labelStudio }
    guard first == "{" else { return .yaml }
    let json = try? JSON(parsing: Array(text.utf8))
    return json?["classes"] == nil && json.map(isScale) == true ? .scale : .json
  }

  private static func isScale(_ json: JSON) -> Bool {
    let params = json["params"] ?? json
    return ["geometries", "annotation_attributes"].contains { params[$0] != nil }
  }

  /// - Parameter predecessor: whose names keep their numbers.
  /// - Throws: `.invalid` with the place in the text; `.ontology` where what it says cannot be used.
  static func read(
    _ text: String, as format: Format, after predecessor: Ontology?
  ) throws -> (Ontology, [OntologyReading.Note]) {
    let reading = try reading(text, as: format)
    return (try Ontology(sent: reading.ontology, after: predecessor).sound(), reading.notes)
  }

  private static func reading(_ text: String, as format: Format) throws -> OntologyReading {
    do {
      switch format {
      case .labelStudio: return try LabelStudioConfig.read(text)
      case .yaml:
        let json = try YAMLNotation.json(text)
        return isScale(json) && json["classes"] == nil
          ? scale(json) : OntologyReading(ontology: inner(json))
      case .json: return OntologyReading(ontology: inner(try parsed(text)))
      case .scale: return scale(try parsed(text))
      }
    } catch let fault as OntologyReadingFault {
      throw Refusal.invalid(path: fault.place, problem: fault.problem)
    }
  }

  /// A whole project's definition is as good as its ontology.
  private static func inner(_ json: JSON) -> JSON {
    json["classes"] == nil ? json["ontology"] ?? json : json
  }

  private static func scale(_ json: JSON) -> OntologyReading {
    let definition = ScaleDefinition(json)
    return OntologyReading(
      ontology: definition.ontology, notes: definition.notes.map { .init($0.place, $0.problem) })
  }

  private static func parsed(_ text: String) throws -> JSON {
    do {
      return try JSON(parsing: Array(text.utf8))
    } catch {
      throw Refusal.notJSON(error)
    }
  }
}
