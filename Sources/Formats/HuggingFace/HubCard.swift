/// The page of a dataset, by which Hugging Face's `datasets.load_dataset` of its folder knows which files are
/// which split (huggingface.co/docs/hub, *Data files configuration*): without it the library takes whatever
/// lies there as one.
package enum HubCard {
  package static let name = "README.md"

  /// The splits of a set, each with its files.
  package struct Split: Hashable, Sendable {
    package var name: String
    package var path: String

    package init(_ name: String, path: String) { (self.name, self.path) = (name, path) }
  }

  /// What a subset is called there: letters, digits and `_`, and `validation` for what others call `val`.
  package static func split(_ subset: String) -> String {
    if subset.isEmpty { return "train" }
    if subset == "val" { return "validation" }
    // What the library calls all of them.
    if subset == "all" { return "all_" }
    return String(subset.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
  }

  /// - Parameter contents: another where the files are others. The library knows a set that it has read by
  ///   these notes and the name of its folder, and hands out what it read then.
  package static func text(_ splits: [Split], contents: String, _ body: String) -> String {
    guard !splits.isEmpty else { return body }
    // Quoted, since YAML has numbers and truths that are called like splits.
    var names: [String] = []
    for split in splits where !names.contains(split.name) { names.append(split.name) }
    let files = names.map { name in
      let paths = splits.filter { $0.name == name }.map { "    - \"\($0.path)\"" }
      return "  - split: \"\(name)\"\n    path:\n\(paths.joined(separator: "\n"))"
    }
    return """
      ---
      configs:
      - config_name: default
        description: "files \(contents)"
        data_files:
      \(files.joined(separator: "\n"))
      ---

      \(body)
      """
  }

  /// Whether a page says what files there are, or what is in them.
  static func isOne(_ text: String) -> Bool {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.last == "\r" ? $0.dropLast() : $0 }
    guard lines.first == "---", let end = lines.dropFirst().firstIndex(of: "---") else {
      return false
    }
    return lines[..<end].contains { $0.hasPrefix("configs:") || $0.hasPrefix("dataset_info:") }
  }
}
