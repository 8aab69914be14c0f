/// The points of a skeleton's track, which have tracks of their own inside of it: one that a frame does not
/// name is as in the frame before.
struct CVATPointTracks {
  private var tracks: [(name: String, points: [(frame: Int, element: XMLElement)])] = []

  init(_ track: XMLElement) {
    for child in track.children where child.name == "track" {
      let points = child.children.filter { $0.name == "points" }.compactMap { element in
        element["frame"].flatMap { Int($0) }.map { (frame: $0, element: element) }
      }
      tracks.append((child["label"] ?? "", points.sorted { $0.frame < $1.frame }))
    }
  }

  /// A skeleton with its points of a frame, as images have them; any other shape as it is.
  func whole(_ shape: XMLElement, at frame: Int) -> XMLElement {
    guard shape.name == "skeleton", !tracks.isEmpty else { return shape }
    var whole = shape
    for (name, points) in tracks {
      // The first after the frame, by halves.
      var (low, high) = (0, points.count)
      while low < high {
        let middle = (low + high) / 2
        (low, high) = points[middle].frame <= frame ? (middle + 1, high) : (low, middle)
      }
      let last = low == 0 ? nil : points[low - 1].element
      let attributes = last?.attributes ?? [XMLScanner.Attribute(name: "outside", value: "1")]
      whole.children.append(
        XMLElement("points", attributes + [XMLScanner.Attribute(name: "label", value: name)]))
    }
    return whole
  }
}
