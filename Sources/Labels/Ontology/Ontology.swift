import Geometry

/// What can be said of a task: its classes, each with a geometry or a kind of value.
///
/// Labels refer to classes and options by id, never by name, so a rename loses nothing. Ids are
/// positive and unique within the ontology (options: within their class).
public struct Ontology: Hashable, Sendable {
  public var classes: [LabelClass]

  public init(classes: [LabelClass]) { self.classes = classes }

  /// - Complexity: O(classes)
  public subscript(id: ClassID) -> LabelClass? { classes.first { $0.id == id } }

  /// - Complexity: O(classes)
  public func named(_ name: String) -> LabelClass? { classes.first { $0.name == name } }

  /// Classes of objects, as against questions about the task as a whole.
  public var objects: [LabelClass] { classes.filter { $0.kind.isObject } }

  /// Classes whose shapes cover a part of the image.
  public var regions: [LabelClass] {
    classes.filter { labelClass in
      if case .shape(let kind) = labelClass.kind { kind.coversArea } else { false }
    }
  }

  /// Classes that join objects.
  public var relations: [LabelClass] { classes.filter { $0.kind.isRelation } }

  /// Classes that ask something of the task as a whole.
  public var questions: [LabelClass] {
    classes.filter { $0.kind.isQuestion }
  }

  /// Whether spans of the task's text are asked for.
  public var hasSpans: Bool { classes.contains { $0.kind == .span } }
}

/// Number of a class (or of an attribute of one) within its ontology, from 1.
public struct ClassID: Hashable, Sendable, Comparable {
  public let number: Int32
  public init(_ number: Int32) { self.number = number }
  public static func < (a: ClassID, b: ClassID) -> Bool { a.number < b.number }
}

/// Number of an option within its class, from 1.
public struct OptionID: Hashable, Sendable, Comparable {
  public let number: Int32
  public init(_ number: Int32) { self.number = number }
  public static func < (a: OptionID, b: OptionID) -> Bool { a.number < b.number }
}

/// A class of objects to mark, or a question to answer.
public struct LabelClass: Hashable, Sendable {
  public var id: ClassID
  public var name: String
  public var kind: Kind
  /// Whether an answer without it is incomplete. For a class of objects: at least one.
  public var isRequired: Bool
  /// Asked of each object of the class. Attributes have no attributes of their own.
  public var attributes: [LabelClass]
  /// When it is asked at all; of attributes and questions only.
  public var condition: Condition?
  public var rules = ShapeRules()
  /// Of a class of keypoints.
  public var skeleton: Skeleton?
  public var look = ClassLook()

  public init(
    id: ClassID, name: String, kind: Kind, isRequired: Bool = false, attributes: [LabelClass] = []
  ) {
    self.id = id
    self.name = name
    self.kind = kind
    self.isRequired = isRequired
    self.attributes = attributes
  }

  public enum Kind: Hashable, Sendable {
    /// Shapes on an image.
    case shape(ShapeKind)
    /// Pieces of the task's text.
    case span
    /// Exactly one of the options.
    case category([Option])
    /// Any number of the options.
    case multiLabel([Option])
    /// A number on an ordered scale, `minimum + n × step`.
    case rating(Scale)
    /// A number within bounds.
    case number(NumberRange)
    /// Yes or no.
    case boolean
    /// Free text of at most so many Unicode scalars.
    case text(maxLength: Int)
    /// Files that the annotator contributes.
    case files(FileRules)
    /// From one object of the answer to another.
    case relation(Relation)

    public static let box = Kind.shape(.box)

    /// Whether an answer holds any number of them, each with attributes.
    public var isObject: Bool {
      switch self {
      case .shape, .span: true
      case .category, .multiLabel, .rating, .number, .boolean, .text, .files, .relation: false
      }
    }

    public var isRelation: Bool {
      if case .relation = self { true } else { false }
    }

    /// Whether it asks something of the task as a whole, answered once.
    public var isQuestion: Bool { !isObject && !isRelation }
  }

  /// Which objects a relation may join; no classes stand for any.
  public struct Relation: Hashable, Sendable {
    public var from: [ClassID]
    public var to: [ClassID]
    /// Whether it matters which end is which.
    public var isDirected: Bool

    public init(from: [ClassID] = [], to: [ClassID] = [], isDirected: Bool = true) {
      self.from = from
      self.to = to
      self.isDirected = isDirected
    }

    public func admits(from: ClassID, to: ClassID) -> Bool {
      func fits(_ a: ClassID, _ b: ClassID) -> Bool {
        (self.from.isEmpty || self.from.contains(a)) && (self.to.isEmpty || self.to.contains(b))
      }
      return fits(from, to) || (!isDirected && fits(to, from))
    }
  }

  public struct Option: Hashable, Sendable {
    public var id: OptionID
    public var name: String
    /// The option of the same class that this one is a kind of: so options make a taxonomy.
    public var parent: OptionID?
    public init(id: OptionID, name: String, parent: OptionID? = nil) {
      self.id = id
      self.name = name
      self.parent = parent
    }
  }

  /// The numbers that may be given; nil bounds nothing.
  public struct NumberRange: Hashable, Sendable {
    public var minimum: Double?
    public var maximum: Double?
    /// Whether they must be whole.
    public var isWhole: Bool

    public init(minimum: Double? = nil, maximum: Double? = nil, isWhole: Bool = false) {
      self.minimum = minimum
      self.maximum = maximum
      self.isWhole = isWhole
    }

    public func contains(_ value: Double) -> Bool {
      value.isFinite && value >= minimum ?? value && value <= maximum ?? value
        && (!isWhole || value == value.rounded(.down))
    }
  }

  /// The steps of a rating.
  public struct Scale: Hashable, Sendable {
    public var minimum: Double
    public var maximum: Double
    public var step: Double
    /// What each step is called, as on a Likert scale; none shows the numbers.
    public var labels: [String]

    public init(minimum: Double, maximum: Double, step: Double = 1, labels: [String] = []) {
      self.minimum = minimum
      self.maximum = maximum
      self.step = step
      self.labels = labels
    }

    /// How many steps the scale has; 0 where it makes no sense.
    public var count: Int {
      guard step > 0, maximum >= minimum, (maximum - minimum) / step < 10_000 else { return 0 }
      return Int((maximum - minimum) / step + 1e-9) + 1
    }

    /// The zero-based step of a value; nil where the value is on none.
    public func index(of value: Double) -> Int? {
      guard value.isFinite, count > 0 else { return nil }
      let position = (value - minimum) / step
      guard position > -0.5, position < Double(count) - 0.5 else { return nil }
      let nearest = Int(position + 0.5)
      return abs(position - Double(nearest)) < 1e-6 ? nearest : nil
    }

    public func value(at index: Int) -> Double { minimum + Double(index) * step }
  }

  public var options: [Option] {
    switch kind {
    case .category(let options), .multiLabel(let options): options
    default: []
    }
  }
}
