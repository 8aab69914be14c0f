import Consensus
import Labels

/// What the answers of a whole project say of the spans of each text, readers being told apart.
///
/// Texts whose spans overlap or have gaps, and projects that relate spans to each other, keep the results
/// that every task has by itself (`ObjectFusion`): a sequence of tags cannot say such things.
struct SpanFit: Sendable {
  /// Texts with two answers or more that it takes to tell readers apart.
  static let leastTexts = 20
  /// Of two spans with attributes: what they must share to be one.
  private static let sameSpan = 0.3

  struct Result: Hashable, Sendable {
    var annotations: [Annotation]
    var confidence: Double
  }

  /// By the place of a task.
  private(set) var results: [Int: Result] = [:]

  /// - Parameter tasks: the answers of every task, with whose they are.
  /// - Complexity: that of `SpanConsensus`
  init(
    _ ontology: Ontology, _ tasks: [[(worker: Int, annotations: [Annotation])]], workerCount: Int
  ) {
    let kinds = ontology.objects.filter { $0.kind == .span }.map(\.id)
    guard !kinds.isEmpty, ontology.relations.isEmpty else { return }
    let numbers = Dictionary(uniqueKeysWithValues: kinds.enumerated().map { ($1, $0) })
    let texts = tasks.map { answers -> [SpanConsensus.Reading] in
      let readings = answers.compactMap { answer in
        Self.flat(answer.annotations, numbers).map {
          SpanConsensus.Reading(worker: answer.worker, spans: $0)
        }
      }
      return readings.count == answers.count ? readings : []
    }
    guard texts.count(where: { $0.count > 1 }) >= Self.leastTexts,
      let fit = SpanConsensus(texts, workerCount: workerCount, kindCount: kinds.count)
    else { return }
    for (task, found) in fit.results.enumerated() where texts[task].count > 1 {
      guard let found else { continue }
      let answers = tasks[task].flatMap(\.annotations)
      results[task] = Result(
        annotations: found.spans.map {
          Self.annotation(kinds[$0.kind], $0.range, answers)
        }, confidence: found.confidence)
    }
  }

  /// The spans of an answer in the order of the text; nil where they overlap or have gaps.
  private static func flat(
    _ annotations: [Annotation], _ numbers: [ClassID: Int]
  ) -> [SpanConsensus.Span]? {
    var spans: [SpanConsensus.Span] = []
    for annotation in annotations {
      guard case .span(let span) = annotation.value else { continue }
      guard let kind = numbers[annotation.classID], span.pieces.count == 1, span.start < span.end
      else { return nil }
      spans.append(.init(kind: kind, range: span.start..<span.end))
    }
    spans.sort { $0.range.lowerBound < $1.range.lowerBound }
    let overlap = zip(spans, spans.dropFirst()).contains {
      $0.range.upperBound > $1.range.lowerBound
    }
    return overlap ? nil : spans
  }

  /// With the attributes that most of those say who marked about the same; of equals, the first.
  private static func annotation(
    _ classID: ClassID, _ range: Range<Int>, _ answers: [Annotation]
  ) -> Annotation {
    let span = TextSpan(start: range.lowerBound, end: range.upperBound)
    let alike = answers.filter { answer in
      guard case .span(let other) = answer.value, answer.classID == classID else { return false }
      return span.intersectionOverUnion(other) >= sameSpan
    }
    return Annotation(
      classID: classID, value: .span(span),
      attributes: ObjectFusion.attributes(alike.map { ($0, 1) }))
  }
}
