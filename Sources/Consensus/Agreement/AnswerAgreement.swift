import Geometry
import Labels

/// How far one answer says the same as another.
package enum AnswerAgreement {
  /// Objects less alike than this are different ones.
  package static let objectThreshold = 0.5

  /// 0…1: the mean over the classes that either answers. Categories, options, ratings and numbers
  /// agree or not (a rating within one step agrees, a number within 5 %), objects and relations by F1
  /// at a similarity (IoU, of regions) of 0.5, texts by edit distance, files by those in common unless all
  /// differ.
  ///
  /// - Complexity: O(objects²), and `TextMedoid.editDistance` for texts.
  package static func share(
    _ a: [Annotation], _ b: [Annotation], ontology: Ontology
  ) -> Double {
    var parts: [Double] = []
    for labelClass in ontology.classes {
      let (x, y) = (
        a.filter { $0.classID == labelClass.id }, b.filter { $0.classID == labelClass.id }
      )
      if x.isEmpty && y.isEmpty { continue }
      if !labelClass.kind.isQuestion {
        let matched =
          labelClass.kind.isRelation
          ? alike(x, y) { likeness($0, of: a, $1, of: b) }
          : ObjectOverlap(x, y, threshold: objectThreshold).pairs.count
        parts.append(2 * Double(matched) / Double(x.count + y.count))
        continue
      }
      guard let first = x.first, let second = y.first else {
        parts.append(0)
        continue
      }
      parts.append(share(first.value, second.value, labelClass.kind))
    }
    return parts.isEmpty ? 1 : parts.reduce(0, +) / Double(parts.count)
  }

  /// Answers of one task that are compared, of those there are.
  package static let comparedAnswers = 10

  /// The mean of `share` over the pairs of the first `comparedAnswers` answers of a task; nil where there are
  /// not two.
  package static func meanShare(_ answers: [[Annotation]], ontology: Ontology) -> Double? {
    let compared = answers.prefix(comparedAnswers)
    return compared.indices.flatMap { a in
      compared[(a + 1)...].map { share(compared[a], $0, ontology: ontology) }
    }.mean
  }

  private static func share(
    _ a: Annotation.Value, _ b: Annotation.Value, _ kind: LabelClass.Kind
  ) -> Double {
    switch (a, b, kind) {
    case (.rating(let x), .rating(let y), .rating(let scale)):
      return abs(x - y) <= scale.step ? 1 : 0
    case (.number(let x), .number(let y), _): return AnswerConsensus.areNear(x, y) ? 1 : 0
    case (.text(let x), .text(let y), _):
      return TextMedoid.find([x, y])?.similarity ?? 0
    case (.files(let x), .files(let y), _):
      // Contributions of different people are not versions of one thing.
      let common = Set(x).intersection(y).count
      return common == 0 ? 1 : Double(common) / Double(x.count + y.count - common)
    default: return a == b ? 1 : 0
    }
  }

  /// Relations are as alike as the ends that are less alike.
  private static func likeness(
    _ x: Annotation, of a: [Annotation], _ y: Annotation, of b: [Annotation]
  ) -> Double {
    guard let p = x.ends, let q = y.ends, [p.from, p.to].allSatisfy(a.indices.contains),
      [q.from, q.to].allSatisfy(b.indices.contains)
    else { return 0 }
    return min(
      ObjectFusion.similarity(a[p.from].value, b[q.from].value),
      ObjectFusion.similarity(a[p.to].value, b[q.to].value))
  }

  /// Pairs that are alike, each used once, the most alike first.
  private static func alike(
    _ a: [Annotation], _ b: [Annotation], by likeness: (Annotation, Annotation) -> Double
  ) -> Int {
    var pairs: [(i: Int, j: Int, likeness: Double)] = []
    for (i, x) in a.enumerated() {
      for (j, y) in b.enumerated() {
        let own = likeness(x, y)
        if own >= objectThreshold { pairs.append((i, j, own)) }
      }
    }
    pairs.sort { $0.likeness > $1.likeness }
    var (usedA, usedB): (Set<Int>, Set<Int>) = ([], [])
    for pair in pairs where !usedA.contains(pair.i) && !usedB.contains(pair.j) {
      usedA.insert(pair.i)
      usedB.insert(pair.j)
    }
    return usedA.count
  }
}
