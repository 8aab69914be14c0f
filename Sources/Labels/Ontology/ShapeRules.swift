/// What the shapes of a class must keep. Nothing is asked by default but that outlines do not cross
/// themselves.
public struct ShapeRules: Hashable, Sendable {
  /// Pixels.
  public var minimumWidth: Double = 0
  public var minimumHeight: Double = 0
  /// Square pixels.
  public var minimumArea: Double = 0
  public var minimumPoints: Int?
  public var maximumPoints: Int?
  /// Objects of the class that an answer may have.
  public var maximumCount: Int?
  /// Whether every coordinate must be a whole number of pixels.
  public var wholePixels = false
  /// Whether outlines may cross themselves.
  public var maySelfCross = false

  public init() {}
}

/// The named points of an object, and the lines drawn between them.
public struct Skeleton: Hashable, Sendable {
  public var names: [String]
  /// Places in `names`, from 0.
  public var lines: [Line]

  public struct Line: Hashable, Sendable {
    public var from: Int
    public var to: Int
    public init(from: Int, to: Int) {
      self.from = from
      self.to = to
    }
  }

  public init(names: [String], lines: [Line] = []) {
    self.names = names
    self.lines = lines
  }

  /// Keypoints a skeleton may have.
  public static let limit = 500
}

/// Asks an attribute or a question only where another is answered so.
public struct Condition: Hashable, Sendable {
  /// The attribute of the same class, or the question of the same ontology.
  public var on: ClassID
  /// Any of these options; none stand for any answer (of a yes-or-no question: yes).
  public var options: [OptionID]

  public init(on: ClassID, options: [OptionID] = []) {
    self.on = on
    self.options = options
  }

  func holds(for value: Annotation.Value?) -> Bool {
    switch value {
    case .category(let chosen): options.isEmpty || options.contains(chosen)
    case .multiLabel(let chosen): options.isEmpty ? !chosen.isEmpty : chosen.contains { options.contains($0) }
    case .boolean(let isTrue): isTrue
    case .some: true
    case nil: false
    }
  }
}

/// How a class is shown and picked; says nothing about what is right.
public struct ClassLook: Hashable, Sendable {
  /// `#rrggbb`; nil takes one by the class's number.
  public var color: String?
  /// A key that picks it, besides the digit of its place.
  public var hotkey: String?

  public init(color: String? = nil, hotkey: String? = nil) {
    self.color = color
    self.hotkey = hotkey
  }
}
