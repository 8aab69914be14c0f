import Geometry
import Labels

/// One set of objects out of several annotators' objects on the same image or text.
///
/// Objects are clustered annotator by annotator round what a cluster stands for: each annotator's are
/// assigned to clusters so that they are most alike in all (`ObjectPairing`, similarity above
/// `matchThreshold`), and what is left begins clusters of its own. Clusters below the quorum are dropped.
/// Boxes stand for their mean, masks and polygons for their vote (`RegionFusion`); of other shapes and
/// spans the one most like the rest stands for all. After Branson, Van Horn & Perona, *Lean
/// Crowdsourcing*, CVPR 2017, and Solovyev et al., *Weighted Boxes Fusion*, 2021.
///
/// How probable an object and its class are is the one-coin posterior of who drew it and who did not,
/// and of the classes it was given (`OneCoinPosterior`). Whether it is kept is the quorum's to say, as by
/// the posterior alone too many objects that only some see are lost; and the class is the weighted
/// majority's, as how well somebody finds objects says little of how well they tell classes apart.
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

  /// How sure one object is.
  package struct Certainty: Hashable, Sendable {
    /// The probability that it is there, 0…1.
    package var existence: Double
    /// The classes it was given, the one with most weight behind it first, with their probabilities.
    package var classes: [(classID: ClassID, probability: Double)] {
      zip(classIDs, probabilities).map { ($0, $1) }
    }
    var classIDs: [ClassID]
    var probabilities: [Double]
  }

  package struct Result: Sendable {
    package var annotations: [Annotation]
    /// Of each of them.
    package var certainties: [Certainty]
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
      center = mean ?? region ?? medoid
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

    /// Of masks or polygons alone.
    private var region: Annotation.Value? {
      let shapes = members.compactMap(\.annotation.shape)
      guard shapes.count == members.count else { return nil }
      return RegionFusion.fuse(shapes, weights: members.map(\.weight)).map(Annotation.Value.shape)
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

  /// - Parameter classCount: of the classes that an object may have.
  /// - Returns: the fused objects; the confidence is the mean probability over clusters that what was
  ///   made of them is right.
  /// - Complexity: that of `ObjectPairing` for each annotator
  package static func fuse(_ inputs: [Input], classCount: Int = 2) -> Result {
    let totalWeight = inputs.reduce(0) { $0 + weight($1) }
    var result = Result(
      annotations: [], certainties: [], confidence: 0,
      places: inputs.map { Array(repeating: nil, count: $0.objects.count) })
    guard totalWeight > 0 else { return result }
    let clusters = clusters(inputs)
    var sure = 0.0
    for cluster in clusters {
      let share = cluster.members.reduce(0) { $0 + $1.weight } / totalWeight
      let certainty = certainty(of: cluster, inputs, classCount)
      guard share >= quorum else {
        sure += 1 - certainty.existence
        continue
      }
      sure += min(certainty.existence, certainty.probabilities.first ?? 1)
      for member in cluster.members {
        result.places[member.annotator][member.object] = result.annotations.count
      }
      result.annotations.append(
        annotation(of: cluster, certainty.classIDs.first ?? cluster.members[0].annotation.classID))
      result.certainties.append(certainty)
    }
    result.confidence = clusters.isEmpty ? 1 : sure / Double(clusters.count)
    // Of somebody alone all stays as it is, believed as far as they are.
    if inputs.count == 1 {
      result.annotations = inputs[0].objects
      result.confidence = inputs[0].accuracy
    }
    return result
  }

  private static func clusters(_ inputs: [Input]) -> [Cluster] {
    var clusters: [Cluster] = []
    for (annotator, input) in inputs.enumerated() {
      let homes = ObjectPairing.best(
        input.objects.map(\.value), clusters.map(\.center), threshold: matchThreshold
      ) { $0 - matchThreshold }
      for (object, home) in homes.enumerated() {
        let annotation = input.objects[object]
        let member = Member(
          annotator: annotator, object: object, annotation: annotation, weight: weight(input))
        if let home {
          clusters[home.column].add(member)
        } else {
          clusters.append(Cluster(members: [member], center: annotation.value))
        }
      }
    }
    return clusters
  }

  private static func weight(_ input: Input) -> Double { max(0.05, input.accuracy) }

  private static func certainty(
    of cluster: Cluster, _ inputs: [Input], _ classCount: Int
  ) -> Certainty {
    let drew = Set(cluster.members.map(\.annotator))
    let existence = OneCoinPosterior.posterior(
      inputs.indices.map { .init(label: drew.contains($0) ? 1 : 0, accuracy: inputs[$0].accuracy) },
      classCount: 2)[1]
    var named = Numbering<ClassID>()
    let votes = cluster.members.map {
      OneCoinPosterior.Vote(
        label: named.number($0.annotation.classID), accuracy: inputs[$0.annotator].accuracy)
    }
    let classes = OneCoinPosterior.posterior(votes, classCount: max(classCount, named.count))
    let weights = cluster.members.reduce(into: [ClassID: Double]()) {
      $0[$1.annotation.classID, default: 0] += $1.weight
    }
    let order = (0..<named.count).sorted {
      (-(weights[named.names[$0]] ?? 0), $0) < (-(weights[named.names[$1]] ?? 0), $1)
    }
    return Certainty(
      existence: existence, classIDs: order.map { named.names[$0] },
      probabilities: order.map { classes[$0] })
  }

  private static func annotation(of cluster: Cluster, _ classID: ClassID) -> Annotation {
    let agreeing = cluster.members.filter { $0.annotation.classID == classID }
    return Annotation(
      classID: classID, value: cluster.center,
      attributes: attributes(agreeing.map { ($0.annotation, $0.weight) }))
  }

  /// What most weight of several versions of one object says of its attributes.
  package static func attributes(
    _ versions: [(annotation: Annotation, weight: Double)]
  ) -> [Annotation.Attribute] {
    var ids: [ClassID] = []
    for attribute in versions.flatMap(\.annotation.attributes) where !ids.contains(attribute.id) {
      ids.append(attribute.id)
    }
    return ids.map { id in
      let votes = versions.flatMap { version in
        version.annotation.attributes.filter { $0.id == id }.map { ($0.value, version.weight) }
      }
      return Annotation.Attribute(
        id: id, value: AnswerConsensus.number(votes)?.0 ?? heaviest(votes))
    }
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
