extension DatasetFormat {
  package static let cvat = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "cvat", name: "CVAT XML 1.1", layout: "one XML file (`annotations.xml`), `images/…`",
      source: "docs.cvat.ai, XML annotation format",
      holds: [
        .box, .rotatedBox, .polygon, .polyline, .point, .ellipse, .cuboid, .mask, .keypoints, .whole,
      ],
      carries: [.attributes, .group], carriesOf: [.whole: [.attributes]],
      carriesOfClasses: [.keypointNames],
      subsetOfNone: "default",
      notes: """
        Coordinates have 2 decimals. Rotation is in degrees, clockwise about the centre. Masks are run \
        lengths by rows inside their rectangle. Tracks of a video are read frame by frame, and \
        written as images; `cvat-video` writes tracks. Holes of polygons are filled. Of \
        cuboids what is seen is kept; hidden corners are written as far behind as those that are seen.
        """, singleFile: "annotations.xml"),
    matches: { !CVATReader.files($0).isEmpty },
    read: { try CVATReader.read($0, $1) }, write: { CVATWriter($0, $1, $2) })
}
