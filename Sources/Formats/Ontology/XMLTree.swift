import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// A small XML document as a tree of its elements. Document types and entities of its own are refused, so
/// that a few lines cannot grow into gigabytes nor name other files.
struct XMLTree {
  let name: String
  let attributes: [String: String]
  let line: Int
  var children: [XMLTree] = []

  /// Elements in an element in an element….
  static let depthLimit = 100

  subscript(_ attribute: String) -> String? { attributes[attribute] }

  /// It and everything in it, in the order of the text.
  var flattened: [XMLTree] { [self] + children.flatMap(\.flattened) }

  static func parse(_ text: String) throws(OntologyReadingFault) -> XMLTree {
    guard text.utf8.count <= LabelStudioConfig.limit else {
      throw OntologyReadingFault("config", "has more than \(LabelStudioConfig.limit) bytes")
    }
    guard text.range(of: "<!DOCTYPE", options: .caseInsensitive) == nil,
      text.range(of: "<!ENTITY", options: .caseInsensitive) == nil
    else { throw OntologyReadingFault("config", "must have no DOCTYPE and no entities of its own") }
    let parser = XMLParser(data: Data(text.utf8))
    let builder = Builder()
    parser.delegate = builder
    guard parser.parse(), builder.problem == nil, let root = builder.root else {
      let line = builder.line ?? parser.lineNumber
      throw OntologyReadingFault("line \(line)", builder.problem ?? "is not well-formed XML")
    }
    return root
  }

  private final class Builder: NSObject, XMLParserDelegate {
    var root: XMLTree?
    var problem: String?
    var line: Int?
    private var open: [XMLTree] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) {
      open.append(XMLTree(name: name, attributes: attributes, line: parser.lineNumber))
      guard open.count > XMLTree.depthLimit else { return }
      problem = "nests more than \(XMLTree.depthLimit) elements"
      parser.abortParsing()
    }

    func parser(
      _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
      guard let done = open.popLast() else { return }
      if open.isEmpty { root = done } else { open[open.count - 1].children.append(done) }
    }

    func parser(_ parser: XMLParser, parseErrorOccurred error: any Error) {
      if line == nil { line = parser.lineNumber }
      if problem == nil { problem = "is not well-formed XML" }
    }
  }
}
