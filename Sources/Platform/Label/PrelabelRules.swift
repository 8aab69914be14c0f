import Consensus
import Formats
import Geometry
import Labels
import Notation

/// What annotators may do with the labels a task starts from.
package struct PrelabelRules: Hashable, Sendable {
  /// Mark objects beside them.
  package var mayAdd: Bool
  /// Change where they lie.
  package var mayEdit: Bool
  /// Change their class.
  package var mayRelabel: Bool
  package var mayDelete: Bool

  package init(mayAdd: Bool, mayEdit: Bool, mayRelabel: Bool, mayDelete: Bool) {
    self.mayAdd = mayAdd
    self.mayEdit = mayEdit
    self.mayRelabel = mayRelabel
    self.mayDelete = mayDelete
  }

  init(_ json: JSON) {
    self.init(
      mayAdd: json["add"]?.bool ?? true, mayEdit: json["edit"]?.bool ?? true,
      mayRelabel: json["relabel"]?.bool ?? true, mayDelete: json["delete"]?.bool ?? true)
  }

  package var json: JSON {
    [
      "add": .bool(mayAdd), "edit": .bool(mayEdit), "relabel": .bool(mayRelabel),
      "delete": .bool(mayDelete),
    ]
  }

  /// Objects less alike than this are not the same one, moved.
  static let matchThreshold = 0.3
  /// Pixels by which a point may move unnoticed: what a workbench rounds away.
  static let tolerancePixels = 0.02

  /// The first thing an answer did that it may not; nil where it kept the rules.
  ///
  /// - Complexity: O(objects²)
  package func violation(_ answer: [Annotation], of prelabels: [Annotation]) -> String? {
    var rest = answer.filter(\.isObject)
    var changed: [Annotation] = []
    for prelabel in prelabels where prelabel.isObject {
      let same = rest.firstIndex {
        $0.classID == prelabel.classID && Self.isSame($0.value, prelabel.value)
      }
      if let same { rest.remove(at: same) } else { changed.append(prelabel) }
    }
    for prelabel in changed {
      let likeness = rest.map { ObjectFusion.similarity($0.value, prelabel.value) }
      guard let best = likeness.max(), best >= Self.matchThreshold,
        let place = likeness.firstIndex(of: best)
      else {
        if mayDelete { continue }
        return "takes away a label that the task came with"
      }
      let match = rest.remove(at: place)
      if !mayRelabel, match.classID != prelabel.classID {
        return "gives a label that the task came with another class"
      }
      if !mayEdit, !Self.isSame(match.value, prelabel.value) {
        return "changes a label that the task came with"
      }
    }
    return mayAdd || rest.isEmpty ? nil : "adds to the labels that the task came with"
  }

  private static func isSame(_ a: Annotation.Value, _ b: Annotation.Value) -> Bool {
    guard case .shape(let a) = a, case .shape(let b) = b, a.kind == b.kind else { return a == b }
    let (p, q) = (a.points, b.points)
    return p.count == q.count && zip(p, q).allSatisfy { $0.distance(to: $1) <= tolerancePixels }
  }
}
