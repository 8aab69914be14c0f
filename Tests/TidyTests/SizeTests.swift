import Foundation
import Testing

/// Sizes and habits that keep a house readable.
enum Tidy {
  static let fileLimit = 600
  static let functionLimit = 70
  static let lineLimit = 110

  static func tooLongLines(_ file: House.File) -> [Int] {
    file.lines.enumerated().filter { $0.element.count > lineLimit }.map { $0.offset + 1 }
  }

  /// Names of functions with more lines than the limit, by the indentation of their braces.
  static func tooLongFunctions(_ file: House.File) -> [String] {
    var found: [String] = []
    var open: (name: String, indent: Int, line: Int)?
    for (index, line) in file.lines.enumerated() {
      let indent = line.prefix { $0 == " " }.count
      if let current = open, line.dropFirst(indent).hasPrefix("}"), indent == current.indent {
        if index - current.line > functionLimit { found.append(current.name) }
        open = nil
      }
      // A requirement of a protocol has no body.
      if open == nil, let name = functionName(line), file.opensBody(from: index) {
        open = (name, indent, index)
      }
    }
    return found
  }

  private static func functionName(_ line: Substring) -> String? {
    let words = line.split(separator: " ")
    guard let index = words.firstIndex(where: { $0 == "func" || $0.hasPrefix("init(") })
    else { return nil }
    let modifiers: Set<Substring> = [
      "package", "public", "private", "fileprivate", "static", "mutating", "@discardableResult",
      "nonisolated", "override", "convenience", "@Test",
    ]
    guard words[..<index].allSatisfy(modifiers.contains) else { return nil }
    return words[index] == "func" ? String(words[index + 1]) : "init"
  }

  static let forbidden = ["try!", " as!", "TODO", "FIXME", "XXX"]

  static func forbiddenWords(_ file: House.File) -> [String] {
    forbidden.filter { file.text.contains($0) }
  }
}

@Suite struct SizeTests {
  private var sources: [House.File] { House.files("Sources", ".swift") }
  private var all: [House.File] { sources + House.files("Tests", ".swift") }

  @Test func filesFunctionsAndLinesKeepTheirLimits() {
    for file in all {
      #expect(file.lines.count <= Tidy.fileLimit, "\(file.path) has \(file.lines.count) lines")
      #expect(Tidy.tooLongFunctions(file) == [], "\(file.path)")
      #expect(Tidy.tooLongLines(file) == [], "\(file.path)")
    }
    for file in House.files("Workbench", ".js") {
      #expect(file.lines.count <= Tidy.fileLimit, "\(file.path) has \(file.lines.count) lines")
    }
  }

  @Test func nothingForcedAndNothingLeftForLater() {
    for file in sources { #expect(Tidy.forbiddenWords(file) == [], "\(file.path)") }
  }

  @Test func theWorkbenchHasNoInlineCodeAndAsksNobodyElse() {
    for file in House.files("Workbench", ".js") + House.files("Workbench", ".html") {
      for word in ["innerHTML", "outerHTML", "document.write", "eval(", "style=\"", "onclick=\""] {
        #expect(!file.text.contains(word), "\(file.path) has \(word)")
      }
      let foreign = file.text.components(separatedBy: "://").count - 1
      // A namespace, and what the address of a bucket looks like.
      let known = ["http://www.w3.org", "s3://bucket"].reduce(0) {
        $0 + file.text.components(separatedBy: $1).count - 1
      }
      let pattern = file.text.components(separatedBy: "https?:").count - 1
      #expect(foreign - known <= pattern, "\(file.path) names another host")
    }
  }

  @Test func theBinaryHoldsTheWholeWorkbench() throws {
    let list = try String(
      contentsOf: House.root.appendingPathComponent("Sources/CWorkbench/workbench.c"),
      encoding: .utf8)
    let files = [".js", ".css", ".html", ".svg"].flatMap { House.files("Workbench", $0) }
      .map { String($0.path.dropFirst("Workbench/".count)) }
      .filter { !$0.hasPrefix("types/") }
    for file in files { #expect(list.contains("\"\(file)\""), "\(file) is not in workbench.c") }
    #expect(list.components(separatedBy: "#embed").count - 1 == files.count)
  }

  /// A file nobody names is dead: each has one of its types or functions used elsewhere.
  @Test func noFileIsDead() {
    let sources = sources
    for file in sources where !file.path.hasPrefix("Sources/assay") {
      let names = DeadFiles.names(in: file)
      let isUsed = sources.contains { other in
        other.path != file.path && names.contains { other.text.contains($0) }
      }
      #expect(isUsed || names.isEmpty, "\(file.path): nobody uses \(names)")
    }
  }

  @Test func canariesEachCheckCanFail() {
    let body = String(repeating: "    x()\n", count: Tidy.functionLimit + 1)
    let long = House.File(path: "x", text: "  private func big() {\n\(body)  }\n  func ok() {\n  }")
    #expect(Tidy.tooLongFunctions(long) == ["big()"])
    let wide = House.File(path: "x", text: "a\n" + String(repeating: "x", count: 111))
    #expect(Tidy.tooLongLines(wide) == [2])
    #expect(Tidy.forbiddenWords(House.File(path: "x", text: "try! x")) == ["try!"])
    #expect(
      DeadFiles.names(in: House.File(path: "x", text: "package struct Unused {}\nfunc f() {}"))
        == ["Unused", "f"])
  }
}

enum DeadFiles {
  /// Types and free functions that a file declares, or the members its extensions add.
  static func names(in file: House.File) -> [String] {
    var names: [String] = []
    for line in file.lines {
      let words = line.split { $0 == " " || $0 == "(" || $0 == "<" || $0 == ":" || $0 == "{" }
      for (index, word) in words.enumerated()
      where ["struct", "class", "enum", "protocol", "actor", "func", "var", "let", "case"]
        .contains(String(word)) && index + 1 < words.count && !line.hasPrefix("    ")
      {
        names.append(String(words[index + 1]))
        break
      }
    }
    return names.filter { $0.count > 1 || file.path == "x" }
  }
}

extension House.File {
  /// Whether a declaration goes on to an opening brace before the next blank line.
  fileprivate func opensBody(from index: Int) -> Bool {
    for line in lines[index...] {
      if line.trimmingCharacters(in: .whitespaces).isEmpty { return false }
      if line.hasSuffix("{") { return true }
      if line.contains("{") && line.hasSuffix("}") { return false }
    }
    return false
  }
}
