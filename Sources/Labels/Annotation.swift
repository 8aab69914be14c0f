import Geometry

/// One statement of an answer: an object that was drawn, or a question that was answered.
public struct Annotation: Hashable, Sendable {
  public var classID: ClassID
  public var value: Value
  /// Answers to the attributes of the class.
  public var attributes: [Attribute]

  public init(classID: ClassID, value: Value, attributes: [Attribute] = []) {
    self.classID = classID
    self.value = value
    self.attributes = attributes
  }

  public enum Value: Hashable, Sendable {
    case box(Box)
    case category(OptionID)
    /// Sorted, without repetition.
    case multiLabel([OptionID])
    case rating(Double)
    case text(String)
  }

  public struct Attribute: Hashable, Sendable {
    public var id: ClassID
    public var value: Value
    public init(id: ClassID, value: Value) {
      self.id = id
      self.value = value
    }
  }

  public var box: Box? {
    if case .box(let box) = value { box } else { nil }
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
