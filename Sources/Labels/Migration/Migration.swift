/// Steps that lead from one ontology to the next and take the labels along that were given before.
///
/// Classes and options are meant by number, so the steps fit every version of an ontology.
public struct Migration: Hashable, Sendable {
  public var steps: [Step]

  public init(_ steps: [Step]) { self.steps = steps }

  public enum Step: Hashable, Sendable {
    /// Labels refer to numbers: they only read differently.
    case rename(Place, to: String)
    /// Its labels go with it.
    case delete(Place)
    /// Classes into a class of the same kind, or options into an option beside them. Attributes and
    /// options that the target does not have are added to it, so no label loses anything.
    case merge([Place], into: Place)
    /// The objects of a class become several classes, by what they answered to one of its attributes.
    case split(ClassID, by: ClassID, into: [Part])
    /// Another kind of shape or of answer. What cannot be converted is lost.
    case retype(Place, to: LabelClass.Kind)
    /// What needs no labels to go along: new classes, other rules, colours and order.
    case set(Ontology)
  }

  /// A class, an attribute of it, or an option of either.
  public struct Place: Hashable, Sendable {
    public var classID: ClassID
    public var attribute: ClassID?
    public var option: OptionID?

    public init(_ classID: ClassID, attribute: ClassID? = nil, option: OptionID? = nil) {
      self.classID = classID
      self.attribute = attribute
      self.option = option
    }

    /// Without its option: what the option belongs to.
    var definition: Place { Place(classID, attribute: attribute) }
  }

  /// What becomes of the objects with one option.
  public struct Part: Hashable, Sendable {
    public var option: OptionID
    public var classID: ClassID
    public var name: String

    public init(option: OptionID, classID: ClassID, name: String) {
      self.option = option
      self.classID = classID
      self.name = name
    }
  }
}

/// Why a step cannot be taken.
public enum MigrationFault: Error, Hashable, Sendable {
  /// There is no such class, attribute or option.
  case unknownPlace
  /// What merges must be classes of one kind, or options of one question.
  case notAlike(String, String)
  /// The class must have that attribute, with a single choice, and each option goes to one new class.
  case notSplittable(name: String)
  /// A question cannot become something drawn, nor the other way.
  case notConvertible(name: String)
  /// It would join nothing any more, where without classes it would join anything.
  case relationWithoutEnds(name: String)
}
