/// How a VOC set counts its pixels. The two cannot be told apart from a file.
enum VOCCounting: Hashable, Sendable {
  /// The devkit's: whole numbers, the first pixel is 1, the last one is inside.
  case fromOne
  /// labelImg's, Roboflow's and Datumaro's: edges from 0, with fractions.
  case fromZero
}

extension DatasetFormat {
  package static let voc = voc(
    .fromOne, "voc", "Pascal VOC",
    "Pixels are whole numbers from 1, the last one inside, as the devkit counts: edges are rounded."
  )
  package static let vocFromZero = voc(
    .fromZero, "voc-zero", "Pascal VOC, counted from 0",
    """
    Edges from 0 with fractions, as labelImg, Roboflow and Datumaro count. No file says which it is; where \
    edges are 0 it is told by that.
    """
  )

  private static func voc(_ counting: VOCCounting, _ id: String, _ name: String, _ notes: String)
    -> DatasetFormat
  {
    DatasetFormat(
      facts: DatasetFormatFacts(
        id: id, name: name,
        layout: """
          `Annotations/STEM.xml`, `ImageSets/Main/SUBSET.txt`, `JPEGImages/…`, `labelmap.txt` (or \
          `labels.txt`)
          """,
        source: "host.robots.ox.ac.uk/pascal/VOC, devkit documentation", holds: [.box],
        carries: [.attributes],
        subsetOfNone: "default", notes: notes
          + " difficult, truncated, occluded and pose are attributes; other attributes are kept as "
          + "Datumaro keeps them, numbers as text. Segmentation images are not read.",
        isFilePerItem: true),
      matches: { !VOCReader.files($0).isEmpty },
      read: { folder, diagnostics in
        let reader = try VOCReader(counting, folder, diagnostics)
        let hasFolder = folder.files.contains { $0.contains("JPEGImages/") && DatasetFolder.isImage($0) }
        return WithUnlabelledImages(reader, folder, labels: VOCReader.files(folder)) { image in
          guard hasFolder == image.contains("JPEGImages/"), !image.contains("Segmentation") else {
            return nil
          }
          let parts = image.split(separator: "/")
          let root = parts.firstIndex(of: "JPEGImages").map { $0 + 1 } ?? 0
          let name = parts[root...].joined(separator: "/")
          return (name, reader.subset(of: name))
        }
      }, write: { VOCWriter(counting, $0, $1, $2) })
  }
}
