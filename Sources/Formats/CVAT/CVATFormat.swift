import Geometry

extension DatasetFormat {
  package static let cvat = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "cvat", name: "CVAT XML 1.1", layout: "one XML file (`annotations.xml`), `images/…`",
      source: "docs.cvat.ai, XML annotation format",
      holds: [.box, .rotatedBox, .polygon, .polyline, .point, .ellipse, .mask, .keypoints, .whole],
      carries: [.attributes, .group], carriesOf: [.whole: [.attributes]],
      notes: """
        Coordinates have 2 decimals. Rotation is in degrees, clockwise about the centre. Masks are run \
        lengths by rows inside their rectangle. Tracks of a video are read frame by frame, and \
        written as images; `cvat-video` writes tracks. Holes of polygons are filled. Cuboids are not read.
        """, singleFile: "annotations.xml"),
    matches: { !CVATReader.files($0).isEmpty },
    read: { try CVATReader.read($0, $1) }, write: { CVATWriter($0, $1, $2) })
}

/// A mask as CVAT writes it: by rows, inside a rectangle that is as small as can be.
enum CVATMask {
  /// - Returns: nil where the runs do not fill the rectangle, or that leaves the image.
  static func read(
    _ runs: [Int], left: Int, top: Int, width: Int, height: Int, imageWidth: Int, imageHeight: Int
  ) -> RunLengthMask? {
    guard width > 0, height > 0, left >= 0, top >= 0, left + width <= imageWidth,
      top + height <= imageHeight,
      runs.allSatisfy({ $0 >= 0 && $0 <= width * height }), runs.reduce(0, +) == width * height,
      RunLengthMask.canHold(width: imageWidth, height: imageHeight)
    else { return nil }
    // Columns are what a mask runs along.
    var bitmap = [UInt8](repeating: 0, count: imageWidth * imageHeight)
    var place = 0
    for (index, run) in runs.enumerated() {
      if index % 2 == 1 {
        for pixel in place..<place + run {
          bitmap[(left + pixel % width) * imageHeight + top + pixel / width] = 1
        }
      }
      place += run
    }
    return bitmap.withUnsafeBytes {
      RunLengthMask(bitmap: $0, width: imageWidth, height: imageHeight)
    }
  }

  static func runs(of mask: RunLengthMask) -> (
    runs: [Int], left: Int, top: Int, width: Int, height: Int
  ) {
    let box = mask.bounds
    let (left, top, width, height) = (Int(box.x), Int(box.y), Int(box.width), Int(box.height))
    let bitmap = mask.bitmap
    var runs: [Int] = []
    var (current, length) = (UInt8(0), 0)
    for row in top..<top + height {
      for column in left..<left + width {
        let pixel: UInt8 = bitmap[column * mask.height + row] == 0 ? 0 : 1
        if pixel == current {
          length += 1
        } else {
          runs.append(length)
          (current, length) = (pixel, 1)
        }
      }
    }
    runs.append(length)
    return (runs, left, top, width, height)
  }
}
