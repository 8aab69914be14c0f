import Labels
import Notation

// The one place where facts about labels become sentences: import reports and HTTP errors say the
// same thing in the same words.

extension AnnotationFault {
  package var sentence: String {
    let subject = name.map { "“\($0)”" } ?? "the answer"
    let place = index.map { "annotation \($0): " } ?? ""
    return place + clause(subject)
  }

  private func clause(_ subject: String) -> String {
    switch reason {
    case .unknownClass(let id): "class \(id) is not in the ontology"
    case .unknownAttribute(let id): "\(subject) has no attribute \(id)"
    case .wrongKind(let expected): "\(subject) takes a value of the kind \(expected)"
    case .unknownOption(let id): "\(subject) has no option \(id)"
    case .repeatedOption(let id): "\(subject) names option \(id) twice"
    case .offScale: "the rating of \(subject) is not on its scale"
    case .tooLong(let limit): "the text of \(subject) has more than \(limit) characters"
    case .notFinite: "the shape of \(subject) has a number that is not finite"
    case .noArea: "the shape of \(subject) has no area"
    case .tooFewPoints(let least): "the shape of \(subject) has fewer than \(least) points"
    case .tooManyPoints(let limit): "the shape of \(subject) has more than \(limit) points"
    case .emptySpan: "the span of \(subject) must begin at 0 or later and end after its start"
    case .outOfText(let length):
      "the span of \(subject) leaves the text, which has \(length) characters"
    case .outOfImage(let width, let height):
      "the shape of \(subject) leaves the image, which has \(width)×\(height) pixels"
    case .selfCrossing(let x, let y):
      "the outline of \(subject) crosses itself at \(x), \(y), which the rule "
        + "selfCrossing of its class would allow"
    case .notWholePixels: "the shape of \(subject) must lie on whole pixels"
    case .tooNarrow(let least): "the shape of \(subject) is narrower than \(least) pixels"
    case .tooLow(let least): "the shape of \(subject) is lower than \(least) pixels"
    case .tooSmall(let least): "the shape of \(subject) is smaller than \(least) square pixels"
    case .wrongKeypoints(let count): "\(subject) has \(count) keypoints, and each must be given"
    case .wrongMaskSize(let width, let height):
      "the mask of \(subject) must be of the image's size, \(width)×\(height) pixels"
    case .tooFewFiles(let least): "\(subject) needs at least \(least) files"
    case .tooManyFiles(let limit): "\(subject) may have \(limit) files at most"
    case .repeatedFile: "\(subject) has a file twice"
    case .outOfRange: "the number of \(subject) is out of range, or not whole where it must be"
    case .notAsked:
      "\(subject) is answered, but the condition under which it is asked does not hold"
    case .tooManyObjects(let limit): "there are more than \(limit) of \(subject)"
    case .notTwoObjects: "\(subject) must join two different objects of the answer"
    case .notJoinable: "\(subject) cannot join objects of these classes"
    case .answeredTwice: "\(subject) is answered twice"
    case .missing: "\(subject) is required and missing"
    case .tooMany(let limit): "there are more than \(limit) annotations"
    }
  }
}

extension OntologyFault {
  package var sentence: String {
    switch self {
    case .noClasses: "an ontology needs at least one class"
    case .tooManyClasses(let limit): "there are more than \(limit) classes or options"
    case .idNotPositive(let name): "the id of “\(name)” must be positive"
    case .repeatedID(let id): "id \(id) is given twice"
    case .emptyName(let id): "the class or option with id \(id) has no name"
    case .repeatedName(let name): "the name “\(name)” is given twice"
    case .noOptions(let name): "“\(name)” has no options"
    case .badScale(let name):
      "the scale of “\(name)” needs min < max, a step above 0, and labels for all steps or none"
    case .badLength(let name): "maxLength of “\(name)” is out of range"
    case .objectAttribute(let name): "attribute “\(name)” cannot be drawn or marked"
    case .badNumberRange(let name): "“\(name)” needs min ≤ max"
    case .badSkeleton(let name):
      "“\(name)” needs keypoints, each name once, and lines between them; "
        + "no other kind than keypoints has them"
    case .badCondition(let name):
      "the condition of “\(name)” must name an attribute or question before it, and options of that"
    case .badParent(let name): "the parent of option “\(name)” must stand before it"
    case .badRules(let name):
      "the rules of “\(name)” need sizes and counts above 0, and minPoints ≤ maxPoints"
    case .badLook(let name): "the color of “\(name)” must be #rrggbb, and its hotkey a key's name"
    case .badFiles(let name):
      "“\(name)” needs to accept image, audio or video, each once, with 1 ≤ min ≤ max ≤ "
        + "\(FileRules.countLimit), and cannot be an attribute"
    case .attributesOfValue(let name): "“\(name)” is a question, so it cannot have attributes"
    }
  }
}

extension ImportProblem {
  package var inWords: ImportReport.Problem {
    let words: String
    switch reason {
    case .tooLong(let bytes, let limit): words = "the line has \(bytes) bytes, over \(limit)"
    case .notJSON(let error): words = error.explanation
    case .looksLikeArray:
      words = "this looks like one JSON array; send one object a line (jq -c '.[]' does that)"
    case .invalid(let path, let problem): words = path.isEmpty ? problem : "\(path) \(problem)"
    case .annotation(let path, let fault): words = "\(path): \(fault.sentence)"
    case .uniqueIDTaken(let id, let other): words = "unique_id “\(id)” is taken by task \(other)"
    case .unknownAsset(let id): words = "there is no asset \(id)"
    }
    return .init(line: line, column: column, reason: words)
  }
}
