/// Texts that say nearly the same as others, and texts that read like a language model's.
package struct TextScreening {
  /// Characters from which on a text is its writer's own: shorter ones are often rightly the same.
  package static let leastLength = 40
  /// Words of a shingle.
  private static let shingle = 3
  /// Smallest hashes that texts are looked up by (a bottom-k sketch; Broder, 1997).
  private static let sketchSize = 16
  /// Jaccard similarity of shingles from which on two texts are nearly the same.
  package static let likeness = 0.7

  private struct Seen {
    var writer: String
    var task: Int64
    var shingles: Set<UInt64>
  }

  private var seen: [Seen] = []
  private var places: [UInt64: [Int]] = [:]

  package init() {}

  /// Takes in a text, the oldest first.
  ///
  /// - Returns: whether its writer wrote nearly the same for another task, or somebody else did for this
  ///   one, before.
  /// - Complexity: O(words + texts that share a hash of the sketch)
  package mutating func isRepeated(_ text: String, by writer: String, of task: Int64) -> Bool {
    guard text.unicodeScalars.count >= Self.leastLength else { return false }
    let shingles = Self.shingles(text)
    let sketch = shingles.sorted().prefix(Self.sketchSize)
    let known = Set(sketch.flatMap { places[$0] ?? [] }).contains { place in
      let other = seen[place]
      guard (other.writer == writer) != (other.task == task) else { return false }
      let both = shingles.intersection(other.shingles).count
      return Double(both) >= Self.likeness * Double(shingles.count + other.shingles.count - both)
    }
    for hash in sketch { places[hash, default: []].append(seen.count) }
    seen.append(Seen(writer: writer, task: task, shingles: shingles))
    return known
  }

  private static func shingles(_ text: String) -> Set<UInt64> {
    let words = text.lowercased().split { !$0.isLetter && !$0.isNumber }
    guard words.count > shingle else { return [hash(words)] }
    return Set((0...(words.count - shingle)).map { hash(words[$0..<($0 + shingle)]) })
  }

  /// FNV-1a.
  private static func hash(_ words: some Sequence<Substring>) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for word in words {
      for byte in word.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      hash = (hash ^ 0x20) &* 0x100_0000_01b3
    }
    return hash
  }

  // MARK: Language models

  /// Whether a text has a sure mark of a language model's, or several that are common in them. It is a
  /// reason to look, not a proof.
  package static func isModelLike(_ text: String) -> Bool {
    let text = text.lowercased().replacing("’", with: "'")
    if sureMarks.contains(where: text.contains) { return true }
    let marks = commonMarks.filter(text.contains).count
    let lines = text.split(separator: "\n")
    let listed = lines.filter { $0.hasPrefix("- ") || $0.hasPrefix("* ") || $0.hasPrefix("#") }.count
    return marks + (listed >= 3 ? 1 : 0) + (text.contains("**") ? 1 : 0) >= 3
  }

  private static let sureMarks = [
    "as an ai", "as a language model", "as a large language model", "i'm an ai", "my training data",
    "my knowledge cutoff", "i cannot fulfill this request", "i can't assist with that",
    "i'm sorry, but i can't", "regenerate response",
  ]
  private static let commonMarks = [
    "certainly!", "i hope this helps", "it's important to note", "it is important to note",
    "delve into", "a testament to", "in conclusion,", "in summary,", "here's a breakdown",
    "let me know if you", "feel free to", "rich tapestry", "navigate the complexities", "furthermore,",
    "it's worth noting", "here is a revised", "here's a revised", "great question",
  ]
}
