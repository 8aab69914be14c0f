/// Which files a question asks for: photographs, recordings and films that people contribute.
public struct FileRules: Hashable, Sendable {
  public enum Medium: String, Hashable, Sendable, CaseIterable { case image, audio, video }

  /// At least one, each once.
  public var accepts: [Medium]
  /// Files of one answer.
  public var minimum: Int
  public var maximum: Int
  /// Whether files keep what they say of where they were made; else that is taken out of them.
  public var keepsPlace: Bool

  public init(
    accepts: [Medium] = [.image], minimum: Int = 1, maximum: Int = 1, keepsPlace: Bool = false
  ) {
    self.accepts = accepts
    self.minimum = minimum
    self.maximum = maximum
    self.keepsPlace = keepsPlace
  }

  /// Files that one answer may be asked for.
  public static let countLimit = 100

  var isSound: Bool {
    !accepts.isEmpty && !Self.hasRepetition(accepts) && minimum >= 1 && minimum <= maximum
      && maximum <= Self.countLimit
  }

  /// Of a few: a set of strings would be a large part of the browser's kernel.
  private static func hasRepetition<T: Equatable>(_ few: [T]) -> Bool {
    few.indices.contains { place in few[..<place].contains(few[place]) }
  }

  /// Why these files are not those that are asked for; nil where they are.
  func reason(against files: [String], isPartial: Bool) -> AnnotationFault.Reason? {
    if files.count > maximum { return .tooManyFiles(limit: maximum) }
    if Self.hasRepetition(files) { return .repeatedFile }
    return files.count < minimum && !isPartial ? .tooFewFiles(least: minimum) : nil
  }
}

extension Ontology {
  /// As it is for who judges what several contributed: of files there may be as many as there may be at all.
  public var admittingAllFiles: Ontology {
    var all = self
    for index in all.classes.indices {
      guard case .files(var rules) = all.classes[index].kind else { continue }
      rules.maximum = FileRules.countLimit
      all.classes[index].kind = .files(rules)
    }
    return all
  }
}

extension LabelClass {
  /// Of a question for files.
  public var fileRules: FileRules? {
    if case .files(let rules) = kind { rules } else { nil }
  }
}
