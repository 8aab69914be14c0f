import Geometry
import Labels

/// One set of boxes out of several annotators' boxes on the same image.
///
/// Boxes are clustered greedily round the mean of what a cluster holds (IoU above
/// `matchThreshold`, at most one box of an annotator in a cluster), clusters below the quorum are
/// dropped, the rest are averaged; the class is the weighted majority's. After Branson, Van Horn &
/// Perona, *Lean Crowdsourcing*, CVPR 2017, and Solovyev et al., *Weighted Boxes Fusion*, 2021.
package enum BoxFusion {
  package static let matchThreshold = 0.3
  /// Share of the annotators' weight that must have drawn an object.
  package static let quorum = 0.5

  package struct Input: Sendable {
    package var boxes: [Annotation]
    /// Probability that this annotator is right, 0…1, used as weight.
    package var accuracy: Double
    package init(boxes: [Annotation], accuracy: Double) {
      self.boxes = boxes
      self.accuracy = accuracy
    }
  }

  private struct Member {
    var annotator: Int
    var annotation: Annotation
    var box: Box
    var weight: Double
  }

  private struct Cluster {
    var members: [Member]
    var mean: Box

    mutating func add(_ member: Member) {
      members.append(member)
      let total = members.reduce(0) { $0 + $1.weight }
      func mean(_ value: (Box) -> Double) -> Double {
        members.reduce(0) { $0 + value($1.box) * $1.weight } / total
      }
      self.mean = Box(
        x: mean(\.x), y: mean(\.y), width: mean(\.width), height: mean(\.height))
    }
  }

  /// - Returns: the fused boxes, and how sure it is that exactly these objects are there: the mean
  ///   over clusters of the weight share that agrees.
  /// - Complexity: O(boxes × clusters)
  package static func fuse(_ inputs: [Input]) -> (annotations: [Annotation], confidence: Double) {
    let totalWeight = inputs.reduce(0) { $0 + weight($1) }
    guard totalWeight > 0 else { return ([], 0) }
    var clusters: [Cluster] = []
    for (annotator, input) in inputs.enumerated() {
      for annotation in input.boxes {
        guard let box = annotation.box else { continue }
        let member = Member(
          annotator: annotator, annotation: annotation, box: box, weight: weight(input))
        if let home = home(of: member, in: clusters) {
          clusters[home].add(member)
        } else {
          clusters.append(Cluster(members: [member], mean: box))
        }
      }
    }
    if inputs.count == 1 {
      return (inputs[0].boxes.filter { $0.box != nil }, inputs[0].accuracy)
    }
    var fused: [Annotation] = []
    var agreement = 0.0
    for cluster in clusters {
      let share = cluster.members.reduce(0) { $0 + $1.weight } / totalWeight
      let exists = share >= quorum
      agreement += exists ? share : 1 - share
      if exists { fused.append(annotation(of: cluster)) }
    }
    return (fused, clusters.isEmpty ? 1 : agreement / Double(clusters.count))
  }

  private static func weight(_ input: Input) -> Double { max(0.05, input.accuracy) }

  private static func home(of member: Member, in clusters: [Cluster]) -> Int? {
    var best: (index: Int, overlap: Double)?
    for (index, cluster) in clusters.enumerated()
    where !cluster.members.contains(where: { $0.annotator == member.annotator }) {
      let overlap = cluster.mean.intersectionOverUnion(member.box)
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
      Annotation.Attribute(
        id: id,
        value: heaviest(
          agreeing.flatMap { member in
            member.annotation.attributes.filter { $0.id == id }.map { ($0.value, member.weight) }
          }))
    }
    return Annotation(classID: classID, value: .box(cluster.mean), attributes: attributes)
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
