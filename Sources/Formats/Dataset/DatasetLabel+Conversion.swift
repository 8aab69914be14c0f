import Geometry
import Labels

extension DatasetLabel {
  /// The label as one or several of kinds that a format holds, the closest first; nil where none is close.
  func said(in holds: Set<DatasetLabelKind>) -> [DatasetLabel]? {
    func with(_ value: Value) -> DatasetLabel {
      var label = self
      label.value = value
      if value.kind == .box || value.kind == .rotatedBox { label.box = nil }
      return label
    }
    switch value {
    case .shape(let shape):
      if holds.contains(.polygon), let outline = Self.outlines(of: shape) {
        return outline.map { piece in
          var label = with(.shape(.polygon(piece)))
          if outline.count > 1 { label.box = nil }
          return label
        }
      }
      if holds.contains(.rotatedBox), shape.kind.coversArea {
        let box = box ?? shape.bounds
        return [
          with(
            .shape(
              .rotatedBox(
                RotatedBox(
                  center: Point(x: box.x + box.width / 2, y: box.y + box.height / 2),
                  width: box.width,
                  height: box.height, rotation: 0))))
        ]
      }
      // A line's or a point's box says little, and one without extent nothing.
      if holds.contains(.box), shape.kind.coversArea || shape.kind == .keypoints {
        return [with(.shape(.box(box ?? shape.bounds)))]
      }
    case .pieces(let pieces):
      if holds.contains(.polygon) {
        return pieces.map { piece in
          var label = with(.shape(.polygon(piece)))
          label.box = nil
          return label
        }
      }
      if holds.contains(.box), let bounds { return [with(.shape(.box(bounds)))] }
    case .space:
      if holds.contains(.box), let box { return [with(.shape(.box(box)))] }
    case .whole, .caption, .spans, .relation: break
    }
    return nil
  }

  private static func outlines(of shape: Shape) -> [Polygon]? {
    if case .mask(let mask) = shape {
      let outlines = mask.outlines
      return outlines.isEmpty ? nil : outlines
    }
    return shape.region.map { [$0] }
  }
}

extension DatasetLabel {
  /// Pieces as one mask; nil where the size of the image is not known.
  package func mask(of pieces: [Polygon], _ size: ImageSize?) -> RunLengthMask? {
    guard let size, RunLengthMask.canHold(width: size.width, height: size.height) else {
      return nil
    }
    var mask = RunLengthMask(emptyWidth: size.width, height: size.height)
    for piece in pieces {
      mask =
        mask.merged(with: RunLengthMask(piece, width: size.width, height: size.height), .union)
        ?? mask
    }
    return mask
  }
}

extension DatasetLabel {
  /// The label with its class numbered as in another schema, where it is added if it is not there.
  package func numbered(from own: DatasetSchema, in other: inout DatasetSchema) -> DatasetLabel {
    guard own.classes.indices.contains(classIndex) else { return self }
    var label = self
    label.classIndex = other.add(own.classes[classIndex])
    return label
  }
}
