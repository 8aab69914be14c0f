/// Why an answer does not fit its ontology, and at which annotation.
public struct AnnotationFault: Error, Hashable, Sendable {
  public enum Reason: Hashable, Sendable {
    case unknownClass(Int32)
    case unknownAttribute(Int32)
    case wrongKind(expected: String)
    case unknownOption(Int32)
    case repeatedOption(Int32)
    case offScale
    case tooLong(limit: Int)
    case notFinite
    case noArea
    case tooFewPoints(least: Int)
    case tooManyPoints(limit: Int)
    case outOfText(length: Int)
    case emptySpan
    /// A relation must join two different objects of the answer.
    case notTwoObjects
    /// Objects of these classes cannot be joined so.
    case notJoinable
    case outOfImage(width: Int, height: Int)
    /// An outline crosses itself at these whole pixels.
    case selfCrossing(x: Int, y: Int)
    case notWholePixels
    /// Smaller than the class allows: pixels, or square pixels.
    case tooNarrow(least: Double)
    case tooLow(least: Double)
    case tooSmall(least: Double)
    /// Not as many keypoints as the skeleton has.
    case wrongKeypoints(count: Int)
    /// The mask is of an image of another size.
    case wrongMaskSize(width: Int, height: Int)
    /// A number outside the bounds, or not whole.
    case outOfRange
    case tooFewFiles(least: Int)
    case tooManyFiles(limit: Int)
    case repeatedFile
    /// Its condition does not hold.
    case notAsked
    case answeredTwice
    case missing
    case tooMany(limit: Int)
    /// Objects of one class.
    case tooManyObjects(limit: Int)
  }

  public let reason: Reason
  /// Zero-based place in the answer; nil where the answer as a whole is at fault.
  public let index: Int?
  /// The class or attribute it is about, where known.
  public let name: String?

  public init(_ reason: Reason, index: Int?, name: String? = nil) {
    self.reason = reason
    self.index = index
    self.name = name
  }
}

extension AnnotationFault.Reason {
  /// The reason by name, and its numbers, for messages made elsewhere.
  public var facts: (name: String, numbers: [Int64]) {
    func up(_ value: Double) -> Int64 { Int64(value.rounded(.up)) }
    return switch self {
    case .unknownClass(let id): ("unknownClass", [Int64(id)])
    case .unknownAttribute(let id): ("unknownAttribute", [Int64(id)])
    case .wrongKind: ("wrongKind", [])
    case .unknownOption(let id): ("unknownOption", [Int64(id)])
    case .repeatedOption(let id): ("repeatedOption", [Int64(id)])
    case .offScale: ("offScale", [])
    case .tooLong(let limit): ("tooLong", [Int64(limit)])
    case .notFinite: ("notFinite", [])
    case .noArea: ("noArea", [])
    case .tooFewPoints(let least): ("tooFewPoints", [Int64(least)])
    case .tooManyPoints(let limit): ("tooManyPoints", [Int64(limit)])
    case .outOfText(let length): ("outOfText", [Int64(length)])
    case .emptySpan: ("emptySpan", [])
    case .notTwoObjects: ("notTwoObjects", [])
    case .notJoinable: ("notJoinable", [])
    case .outOfImage(let width, let height): ("outOfImage", [Int64(width), Int64(height)])
    case .selfCrossing(let x, let y): ("selfCrossing", [Int64(x), Int64(y)])
    case .notWholePixels: ("notWholePixels", [])
    case .tooNarrow(let least): ("tooNarrow", [up(least)])
    case .tooLow(let least): ("tooLow", [up(least)])
    case .tooSmall(let least): ("tooSmall", [up(least)])
    case .wrongKeypoints(let count): ("wrongKeypoints", [Int64(count)])
    case .wrongMaskSize(let width, let height): ("wrongMaskSize", [Int64(width), Int64(height)])
    case .outOfRange: ("outOfRange", [])
    case .tooFewFiles(let least): ("tooFewFiles", [Int64(least)])
    case .tooManyFiles(let limit): ("tooManyFiles", [Int64(limit)])
    case .repeatedFile: ("repeatedFile", [])
    case .notAsked: ("notAsked", [])
    case .answeredTwice: ("answeredTwice", [])
    case .missing: ("missing", [])
    case .tooMany(let limit): ("tooMany", [Int64(limit)])
    case .tooManyObjects(let limit): ("tooManyObjects", [Int64(limit)])
    }
  }
}
