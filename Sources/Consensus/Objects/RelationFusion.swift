import Labels

/// One set of relations between fused objects: those that most annotators' weight stands for.
enum RelationFusion {
  private struct Edge: Hashable {
    var classID: ClassID
    var from: Int
    var to: Int
  }

  /// - Parameter places: of each answer's objects, in their order, the place among the fused ones.
  /// - Returns: relations by the places of the fused objects, and the mean over all that anybody drew
  ///   of the weight share that agrees.
  /// - Complexity: O(annotations)
  static func fuse(
    _ answers: [AnswerConsensus.Answer], places: [[Int?]], _ ontology: Ontology
  ) -> (annotations: [Annotation], confidence: Double) {
    let total = answers.reduce(0) { $0 + max(0.05, $1.accuracy) }
    var weights: [Edge: Double] = [:]
    var order: [Edge] = []
    for (answer, places) in zip(answers, places) {
      for edge in edges(of: answer.annotations, places, ontology) {
        if weights[edge] == nil { order.append(edge) }
        weights[edge, default: 0] += max(0.05, answer.accuracy)
      }
    }
    guard total > 0, !order.isEmpty else { return ([], 1) }
    var kept: [Annotation] = []
    var agreement = 0.0
    for edge in order {
      let share = (weights[edge] ?? 0) / total
      let exists = share >= ObjectFusion.quorum
      agreement += exists ? share : 1 - share
      guard exists else { continue }
      kept.append(
        Annotation(classID: edge.classID, value: .relation(from: edge.from, to: edge.to)))
    }
    return (kept, answers.count == 1 ? 1 : agreement / Double(order.count))
  }

  /// An answer's relations between objects that were kept, each once; where the direction does not
  /// matter, from the earlier object to the later.
  private static func edges(
    of annotations: [Annotation], _ places: [Int?], _ ontology: Ontology
  ) -> Set<Edge> {
    var fused: [Int: Int] = [:]
    for (object, place) in zip(annotations.indices.filter { annotations[$0].isObject }, places) {
      fused[object] = place
    }
    var edges: Set<Edge> = []
    for annotation in annotations {
      guard let ends = annotation.ends, let from = fused[ends.from], let to = fused[ends.to],
        from != to, case .relation(let relation)? = ontology[annotation.classID]?.kind
      else { continue }
      let isTurned = !relation.isDirected && from > to
      edges.insert(
        Edge(
          classID: annotation.classID, from: isTurned ? to : from, to: isTurned ? from : to))
    }
    return edges
  }
}
