/// Tag sequences by several workers: the input of `SequenceConsensus`.
///
/// Tags are BIO: 0 is O, `2e + 1` begins an entity of kind `e`, `2e + 2` continues it.
package struct SequenceTable: Sendable {
  package struct Reading: Hashable, Sendable {
    package var worker: Int
    package var tags: [Int]
    package init(worker: Int, tags: [Int]) {
      self.worker = worker
      self.tags = tags
    }
  }

  /// Lengths of the sequences, in tokens.
  package let lengths: [Int]
  package let readings: [[Reading]]
  package let workerCount: Int
  package let entityCount: Int

  package var tagCount: Int { 2 * entityCount + 1 }

  /// - Precondition: every reading of a sequence has its length; tags and workers lie in their ranges.
  package init(lengths: [Int], readings: [[Reading]], workerCount: Int, entityCount: Int) {
    self.lengths = lengths
    self.readings = readings
    self.workerCount = workerCount
    self.entityCount = entityCount
    for (length, readings) in zip(lengths, readings) {
      for reading in readings {
        precondition(reading.tags.count == length && reading.worker < workerCount)
        precondition(reading.tags.allSatisfy { (0..<tagCount).contains($0) })
      }
    }
  }

  /// Whether a tag may follow another: I only an entity of its own kind.
  static func mayFollow(_ tag: Int, after previous: Int) -> Bool {
    tag == 0 || tag % 2 == 1 || previous == tag || previous == tag - 1
  }
}

/// A marked stretch of tokens.
package struct TaggedSpan: Hashable, Sendable {
  package var start: Int
  package var end: Int
  package var entity: Int

  package init(start: Int, end: Int, entity: Int) {
    self.start = start
    self.end = end
    self.entity = entity
  }

  /// The entities of BIO tags; an I without its B begins one.
  package static func spans(_ tags: [Int]) -> Set<TaggedSpan> {
    var spans: Set<TaggedSpan> = []
    var start = 0
    while start < tags.count {
      guard tags[start] > 0 else {
        start += 1
        continue
      }
      let entity = (tags[start] - 1) / 2
      var end = start + 1
      while end < tags.count, tags[end] == 2 * entity + 2 { end += 1 }
      spans.insert(TaggedSpan(start: start, end: end, entity: entity))
      start = end
    }
    return spans
  }
}
