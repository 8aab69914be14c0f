import Geometry
import Labels
import Notation

/// Places as annotations and results of COCO write them.
enum COCOShapes {
  /// The elements of a list; nil where there are none.
  static func list(_ json: JSON?, _ path: String) throws(NotationFault) -> [JSON]? {
    guard let json, !json.isNull else { return nil }
    guard let list = json.array else {
      throw NotationFault(path: path, problem: "must be a list, not \(json.text.prefix(40))")
    }
    return list.isEmpty ? nil : list
  }

  static func box(_ json: JSON?) throws(NotationFault) -> Box? {
    guard let list = try list(json, "bbox") else { return nil }
    guard list.count == 4, let x = list[0].number, let y = list[1].number,
      let width = list[2].number, let height = list[3].number
    else {
      throw NotationFault(path: "bbox", problem: "a box must be four numbers [x, y, width, height]")
    }
    let box = Box(x: x, y: y, width: width, height: height)
    guard box.isFinite else {
      throw NotationFault(path: "bbox", problem: "a box must end where a number can say it")
    }
    guard box.width >= 0, box.height >= 0 else {
      throw NotationFault(
        path: "bbox",
        problem: "a box of \(box.width)×\(box.height) pixels has no extent below zero to have")
    }
    return box
  }

  /// A box that is said beside outlines or a mask; nil where it is theirs anyway, or none.
  static func own(_ box: Box?, of label: DatasetLabel) -> Box? {
    guard let box, box.width > 0, box.height > 0, let bounds = label.bounds else { return nil }
    let sides = [
      box.x - bounds.x, box.y - bounds.y, box.maxX - bounds.maxX, box.maxY - bounds.maxY,
    ]
    return sides.contains { $0.magnitude > slack } ? box : nil
  }

  /// Pixels by which a box may differ from the one around its outlines without being another.
  private static let slack = 1e-6

  static func keypoints(_ list: [JSON], names: [String]) throws(NotationFault) -> Keypoints {
    let numbers = list.compactMap(\.number)
    guard numbers.count == list.count, numbers.count % 3 == 0,
      names.isEmpty || numbers.count == 3 * names.count
    else {
      throw NotationFault(
        path: "keypoints",
        problem: "there must be three numbers for each of \(names.count) keypoints")
    }
    var keypoints: [Keypoints.Keypoint] = []
    for start in stride(from: 0, to: numbers.count, by: 3) {
      guard let visibility = Int32(exactly: numbers[start + 2]).flatMap(Keypoints.Visibility.init)
      else {
        throw NotationFault(path: "keypoints[\(start + 2)]", problem: "must be 0, 1 or 2")
      }
      let point =
        visibility == .absent ? Point(x: 0, y: 0) : Point(x: numbers[start], y: numbers[start + 1])
      keypoints.append(.init(point, visibility))
    }
    return Keypoints(keypoints)
  }

  static func segmentation(
    _ json: JSON?, _ diagnostics: Diagnostics
  ) throws(NotationFault) -> DatasetLabel.Value? {
    guard let json, !json.isNull else { return nil }
    if json.members != nil {
      return .shape(try ShapeNotation.shape(json, .mask, "segmentation"))
    }
    guard let list = try list(json, "segmentation") else { return nil }
    // Some writers leave the outer list out of an outline that is alone.
    let outlines = list[0].array == nil ? [json] : list
    var (pieces, small): ([Polygon], Int) = ([], 0)
    for (place, outline) in outlines.enumerated() {
      let path = "segmentation[\(place)]"
      guard let list = outline.array else {
        throw NotationFault(path: path, problem: "must be a list of numbers")
      }
      let numbers = list.compactMap(\.number)
      guard numbers.count == list.count, numbers.count % 2 == 0,
        numbers.count >= 6 || outlines.count > 1
      else {
        throw NotationFault(path: path, problem: "must be three pairs of numbers or more")
      }
      guard numbers.count >= 6 else {
        small += 1
        continue
      }
      pieces.append(
        Polygon(
          stride(from: 0, to: numbers.count, by: 2).map {
            Point(x: numbers[$0], y: numbers[$0 + 1])
          }))
    }
    guard !pieces.isEmpty else {
      throw NotationFault(
        path: "segmentation", problem: "must have an outline of three points or more")
    }
    if small > 0 {
      diagnostics.lose(
        "pieces of outlines left out that have fewer than three points", count: small)
    }
    return pieces.count == 1 ? .shape(.polygon(pieces[0])) : .pieces(pieces)
  }
}
