import Geometry
import Labels

/// One set of objects out of several annotators' objects on the same image or text.
///
/// Objects are clustered greedily round what a cluster stands for (similarity above
/// `matchThreshold`, at most one object of an annotator in a cluster), and clusters below the
/// quorum are dropped; the class is the weighted majority's. Boxes stand for their mean; of other
/// shapes and spans the one most like the rest stands for all. After Branson, Van Horn & Perona,
/// *Lean Crowdsourcing*, CVPR 2017, and Solovyev et al., *Weighted Boxes Fusion*, 2021.
package enum ObjectFusion {
  package static let matchThreshold = 0.3
  /// Share of the annotators' weight that must have drawn an object.
  package static let quorum = 0.42

  package struct Input: Sendable {
    package var objects: [Annotation]
    /// Probability that this annotator is right, 0…1, used as weight.
    package var accuracy: Double
    package init(objects: [Annotation], accuracy: Double) {
      self.objects = objects
      self.accuracy = accuracy
    }
  }

  package struct Result: Sendable {
    package var annotations: [Annotation]
    /// How sure it is that exactly these objects are there, 0…1.
    package var confidence: Double
    /// What became of each annotator's objects: the place in `annotations`; nil for none.
    package var places: [[Int?]]
  }

  private struct Member {
    var annotator: Int
    /// The place among the annotator's objects.
    var object: Int
    var annotation: Annotation
    var weight: Double
  }

  private struct Cluster {
    var members: [Member]
    /// What the cluster stands for.
    var center: Annotation.Value

    mutating func add(_ member: Member) {
      members.append(member)
      center = mean ?? medoid
    }

    /// Of boxes alone.
    private var mean: Annotation.Value? {
      let boxes = members.compactMap { member in
        member.annotation.box.map { (box: $0, weight: member.weight) }
      }
      guard boxes.count == members.count else { return nil }
      let total = boxes.reduce(0) { $0 + $1.weight }
      func mean(_ value: (Box) -> Double) -> Double {
        boxes.reduce(0) { $0 + value($1.box) * $1.weight } / total
      }
      return .box(
        Box(x: mean(\.x), y: mean(\.y), width: mean(\.width), height: mean(\.height)))
    }

    /// The member most like the others; of equals, the first.
    private var medoid: Annotation.Value {
      var best = (value: members[0].annotation.value, likeness: -1.0)
      for (place, candidate) in members.enumerated() {
        let value = candidate.annotation.value
        let likeness = members.enumerated().reduce(0) { sum, other in
          other.offset == place
            ? sum
            : sum + other.element.weight * similarity(value, other.element.annotation.value)
        }
        if likeness > best.likeness { best = (value, likeness) }
      }
      return best.value
    }
  }

  /// 0…1: intersection over union of regions and spans; of points and lines by their distance.
  package static func similarity(_ a: Annotation.Value, _ b: Annotation.Value) -> Double {
    switch (a, b) {
    case (.shape(let a), .shape(let b)): a.similarity(to: b)
    case (.span(let a), .span(let b)): a.intersectionOverUnion(b)
    default: 0
    }
  }

  /// - Returns: the fused objects; the confidence is the mean over clusters of the weight share that
  ///   agrees.
  /// - Complexity: O(objects × clusters)
  package static func fuse(_ inputs: [Input]) -> Result {
    let totalWeight = inputs.reduce(0) { $0 + weight($1) }
    var result = Result(
      annotations: [], confidence: 0,
      places: inputs.map { Array(repeating: nil, count: $0.objects.count) })
    guard totalWeight > 0 else { return result }
    var clusters: [Cluster] = []
    for (annotator, input) in inputs.enumerated() {
      for (object, annotation) in input.objects.enumerated() {
        let member = Member(
          annotator: annotator, object: object, annotation: annotation, weight: weight(input))
        if let home = home(of: member, in: clusters) {
          clusters[home].add(member)
        } else {
          clusters.append(Cluster(members: [member], center: annotation.value))
        }
      }
    }
    if inputs.count == 1 {
      return Result(
        annotations: inputs[0].objects, confidence: inputs[0].accuracy,
        places: [Array(inputs[0].objects.indices)])
    }
    var agreement = 0.0
    for cluster in clusters {
      let share = cluster.members.reduce(0) { $0 + $1.weight } / totalWeight
      let exists = share >= quorum
      agreement += exists ? share : 1 - share
      guard exists else { continue }
      for member in cluster.members {
        result.places[member.annotator][member.object] = result.annotations.count
      }
      result.annotations.append(annotation(of: cluster))
    }
    result.confidence = clusters.isEmpty ? 1 : agreement / Double(clusters.count)
    return result
  }

  private static func weight(_ input: Input) -> Double { max(0.05, input.accuracy) }

  private static func home(of member: Member, in clusters: [Cluster]) -> Int? {
    var best: (index: Int, overlap: Double)?
    for (index, cluster) in clusters.enumerated()
    where !cluster.members.contains(where: { $0.annotator == member.annotator }) {
      let overlap = similarity(cluster.center, member.annotation.value)
      if overlap > max(matchThreshold, best?.overlap ?? 0) { best = (index, overlap) }
    }
    return best?.index
  }

  private static func annotation(of cluster: Cluster) -> Annotation {
    let classID = heaviest(cluster.members.map { ($0.annotation.classID, $0.weight) })
    let agreeing = cluster.members.filter { $0.annotation.classID == classID }
    var ids: [ClassID] = []
    for attribute in agreeing.flatMap(\.annotation.attributes) where !ids.contains(attribute.id) {
      ids.append(attribute.id)
    }
    let attributes = ids.map { id in
      let votes = agreeing.flatMap { member in
        member.annotation.attributes.filter { $0.id == id }.map { ($0.value, member.weight) }
      }
      return Annotation.Attribute(
        id: id, value: AnswerConsensus.number(votes)?.0 ?? heaviest(votes))
    }
    return Annotation(classID: classID, value: cluster.center, attributes: attributes)
  }

  /// The value with most weight; of equals, the one named first.
  private static func heaviest<T: Hashable>(_ votes: [(T, Double)]) -> T {
    var weights: [T: Double] = [:]
    var order: [T] = []
    for (value, weight) in votes {
      if weights[value] == nil { order.append(value) }
      weights[value, default: 0] += weight
    }
    var best = order[0]
    for value in order where weights[value] ?? 0 > weights[best] ?? 0 { best = value }
    return best
  }
}
