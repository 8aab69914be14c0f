import Geometry

/// One statement of an answer: an object that was drawn, or a question that was answered.
public struct Annotation: Hashable, Sendable {
  public var classID: ClassID
  public var value: Value
  /// Answers to the attributes of the class.
  public var attributes: [Attribute]
  /// Objects of one number, from 1, belong together; nil for one by itself.
  public var group: Int32?

  public init(
    classID: ClassID, value: Value, attributes: [Attribute] = [], group: Int32? = nil
  ) {
    self.classID = classID
    self.value = value
    self.attributes = attributes
    self.group = group
  }

  public enum Value: Hashable, Sendable {
    case shape(Shape)
    case span(TextSpan)
    case category(OptionID)
    /// Sorted, without repetition.
    case multiLabel([OptionID])
    case rating(Double)
    case number(Double)
    case boolean(Bool)
    case text(String)
    /// Ids of files that were contributed, in the order they were given.
    case files([String])
    /// The places in the answer of the objects it joins.
    case relation(from: Int, to: Int)

    public static func box(_ box: Box) -> Value { .shape(.box(box)) }
  }

  public struct Attribute: Hashable, Sendable {
    public var id: ClassID
    public var value: Value
    public init(id: ClassID, value: Value) {
      self.id = id
      self.value = value
    }
  }

  public var shape: Shape? {
    if case .shape(let shape) = value { shape } else { nil }
  }

  public var box: Box? {
    if case .shape(.box(let box)) = value { box } else { nil }
  }

  /// The places of the objects that a relation joins.
  public var ends: (from: Int, to: Int)? {
    if case .relation(let from, let to) = value { (from, to) } else { nil }
  }

  /// Whether it marks an object, as against answering a question.
  public var isObject: Bool {
    switch value {
    case .shape, .span: true
    default: false
    }
  }
}

/// Pixels of the image that an answer is about.
public struct ImageSize: Hashable, Sendable {
  public var width: Int
  public var height: Int
  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }
}
