import Consensus
import Geometry
import Labels

/// Boxes of several annotators against those of an expert.
extension KindSets {
  static func boxes(_ path: String, _ name: String) throws -> [KindsBench.Result] {
    let header = ["label", "x1", "y1", "x2", "y2"]
    var classes: [String: Int32] = [:]
    func annotation(_ row: ArraySlice<String>) throws -> Annotation {
      let fields = Array(row)
      let sides = fields.dropFirst().compactMap(Double.init)
      guard sides.count == 4, sides.allSatisfy(\.isFinite) else {
        throw Failure("\(path): \(fields.joined(separator: ",")) is no box")
      }
      let number = classes[fields[0]] ?? Int32(classes.count + 1)
      classes[fields[0]] = number
      return Annotation(
        classID: ClassID(number),
        value: .box(
          Box(x: sides[0], y: sides[1], width: sides[2] - sides[0], height: sides[3] - sides[1])))
    }
    var views: [String: [String: [Annotation]]] = [:]
    for row in try SetFile.rows(path + "/assignments.csv", ["task", "worker"]) ?? [] {
      views[row[0], default: [:]][row[1]] = []
    }
    for row in try SetFile.rows(path + "/answers.csv", ["task", "worker"] + header) ?? [] {
      views[row[0], default: [:]][row[1], default: []].append(try annotation(row.dropFirst(2)))
    }
    var truth: [String: [Annotation]] = [:]
    for row in try SetFile.rows(path + "/truth.csv", ["task"] + header) ?? [] {
      truth[row[0], default: []].append(try annotation(row.dropFirst(1)))
    }
    let weights = weights(of: views)
    var (hits, found, all, classHits) = (0, 0, 0, 0)
    for (task, right) in truth {
      guard let readers = views[task] else { continue }
      let fused = ObjectFusion.fuse(inputs(readers, weights), classCount: classes.count)
      let pairs = matched(fused.annotations, right)
      hits += pairs.count
      found += fused.annotations.count
      all += right.count
      classHits += pairs.filter { fused.annotations[$0.0].classID == right[$0.1].classID }.count
    }
    let f1 = found + all > 0 ? 2 * Double(hits) / Double(found + all) : 0
    var results = [
      KindsBench.Result(set: name, method: "fusion", measure: "F1 at overlap 0.5", value: f1)
    ]
    if classes.count > 1 {
      results.append(
        .init(
          set: name, method: "fusion", measure: "class right of those",
          value: Double(classHits) / Double(max(1, hits))))
    }
    return results
  }

  private static func inputs(
    _ readers: [String: [Annotation]], _ weights: [String: Double]
  ) -> [ObjectFusion.Input] {
    readers.sorted { $0.key < $1.key }.map {
      ObjectFusion.Input(objects: $0.value, accuracy: weights[$0.key] ?? 0.8)
    }
  }

  /// How well each annotator's boxes fit what all draw together, squared, in two rounds.
  private static func weights(of views: [String: [String: [Annotation]]]) -> [String: Double] {
    var weights: [String: Double] = [:]
    for _ in 0..<2 {
      var fits: [String: (both: Double, all: Double)] = [:]
      for readers in views.values where readers.count > 1 {
        let fused = ObjectFusion.fuse(inputs(readers, weights)).annotations
        for (worker, boxes) in readers {
          let known = fits[worker] ?? (0, 0)
          fits[worker] = (
            known.both + 2 * Double(matched(boxes, fused).count),
            known.all + Double(boxes.count + fused.count)
          )
        }
      }
      weights = fits.mapValues { fit in
        let share = (fit.both + 8) / (fit.all + 10)
        return share
      }
    }
    return weights
  }

  /// Pairs that overlap by half or more, the best first, each used once.
  private static func matched(_ a: [Annotation], _ b: [Annotation]) -> [(Int, Int)] {
    var candidates: [(overlap: Double, a: Int, b: Int)] = []
    for (i, x) in a.enumerated() {
      for (j, y) in b.enumerated() {
        let overlap = ObjectFusion.similarity(x.value, y.value)
        if overlap >= 0.5 { candidates.append((overlap, i, j)) }
      }
    }
    var (usedA, usedB): (Set<Int>, Set<Int>) = ([], [])
    return candidates.sorted { $0.overlap > $1.overlap }.compactMap { candidate in
      guard !usedA.contains(candidate.a), !usedB.contains(candidate.b) else { return nil }
      usedA.insert(candidate.a)
      usedB.insert(candidate.b)
      return (candidate.a, candidate.b)
    }
  }
}
