import Geometry
import Labels
import Notation

extension DatasetFormat {
  package static let datumaro = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "datumaro", name: "Datumaro JSON",
      layout: "`annotations/SUBSET.json`, `images/[SUBSET/]…`",
      source: "openvinotoolkit.github.io/datumaro",
      holds: [.box, .polygon, .polyline, .keypoints, .mask, .whole, .caption],
      carries: [.metadata, .attributes, .score, .group, .crowd], carriesOf: [.caption: []],
      carriesOfClasses: .everything,
      subsetOfNone: "default",
      notes: """
        Points are keypoints. Holes of polygons are filled; objects of several pieces become several \
        with one group. Ellipses and rotated boxes are written as polygons, as Datumaro's own \
        reader knows none (`rotated_bbox` of others is read). Scores are attributes. \
        Metadata stands in `attr` of each item.
        """),
    matches: { !DatumaroReader.files($0).isEmpty },
    read: { try DatumaroReader($0, $1) }, write: { DatumaroWriter($0, $1, $2) })
}
