/// One text out of several versions of it, word by word: versions are aligned one after the other into
/// columns, and each column votes.
///
/// Versions are aligned in the order of how near they are to all others (character edit distance), so that
/// outliers come last and change little. Words are compared without case and punctuation; the commonest
/// spelling of the winning word is taken, of equals the first. A column may vote for no word.
///
/// Fiscus, *A Post-Processing System to Yield Reduced Word Error Rates: ROVER*, ASRU 1997.
package enum ROVER {
  /// Words of a version that are aligned; what is longer is cut there.
  package static let wordLimit = 1_000

  /// - Returns: the words of the result; none for no versions.
  /// - Complexity: O(versions² × length²) for ordering, O(versions × words²) for aligning.
  package static func combine(_ texts: [String]) -> [String] {
    let ordered = order(texts).map { words(texts[$0]) }
    guard let first = ordered.first else { return [] }
    var columns = first.map { Column(word: $0) }
    for (count, version) in ordered.dropFirst().enumerated() {
      columns = aligned(columns, version, versions: count + 1)
    }
    return columns.compactMap(\.winner)
  }

  package static func words(_ text: String) -> [String] {
    text.split(whereSeparator: \.isWhitespace).prefix(wordLimit).map(String.init)
  }

  /// Places of the versions, the one nearest to all others first.
  private static func order(_ texts: [String]) -> [Int] {
    let nearness = TextMedoid.similaritySums(texts)
    return texts.indices.sorted { (-nearness[$0], $0) < (-nearness[$1], $1) }
  }

  private static func key(_ word: String) -> String {
    let bare = word.lowercased().filter { !$0.isPunctuation }
    return bare.isEmpty ? word : bare
  }

  /// What the versions say at one place.
  private struct Column {
    /// Spellings in the order they came.
    private var spellings: [(word: String, key: String, count: Int)] = []
    private(set) var none = 0

    init(word: String, none: Int = 0) {
      self.none = none
      add(word)
    }

    mutating func add(_ word: String?) {
      guard let word else {
        none += 1
        return
      }
      if let place = spellings.firstIndex(where: { $0.word == word }) {
        spellings[place].count += 1
      } else {
        spellings.append((word, key(word), 1))
      }
    }

    func count(of key: String) -> Int {
      spellings.reduce(0) { $0 + ($1.key == key ? $1.count : 0) }
    }

    /// nil: that there is no word here.
    var winner: String? {
      var best: (key: String, count: Int)?
      for spelling in spellings where count(of: spelling.key) > best?.count ?? 0 {
        best = (spelling.key, count(of: spelling.key))
      }
      guard let best, best.count >= none else { return nil }
      let most = spellings.filter { $0.key == best.key }.map(\.count).max()
      return spellings.first { $0.key == best.key && $0.count == most }?.word
    }
  }

  private static func aligned(
    _ columns: [Column], _ words: [String], versions: Int
  ) -> [Column] {
    let keys = words.map(key)
    let total = Double(versions)
    func skipping(_ column: Int) -> Double { 1 - Double(columns[column].none) / total }
    func matching(_ column: Int, _ word: Int) -> Double {
      1 - Double(columns[column].count(of: keys[word])) / total
    }
    let width = words.count + 1
    var costs = [Double](repeating: 0, count: (columns.count + 1) * width)
    for column in columns.indices {
      costs[(column + 1) * width] = costs[column * width] + skipping(column)
    }
    for word in words.indices { costs[word + 1] = Double(word + 1) }
    for column in columns.indices {
      for word in words.indices {
        costs[(column + 1) * width + word + 1] = min(
          costs[column * width + word] + matching(column, word),
          costs[column * width + word + 1] + skipping(column),
          costs[(column + 1) * width + word] + 1)
      }
    }
    var (column, word) = (columns.count, words.count)
    var result: [Column] = []
    while column > 0 || word > 0 {
      let cost = costs[column * width + word]
      if column > 0, word > 0,
        abs(cost - costs[(column - 1) * width + word - 1] - matching(column - 1, word - 1)) < 1e-9
      {
        (column, word) = (column - 1, word - 1)
        var next = columns[column]
        next.add(words[word])
        result.append(next)
      } else if column > 0,
        abs(cost - costs[(column - 1) * width + word] - skipping(column - 1)) < 1e-9
      {
        column -= 1
        var next = columns[column]
        next.add(nil)
        result.append(next)
      } else {
        word -= 1
        result.append(Column(word: words[word], none: versions))
      }
    }
    return result.reversed()
  }
}
