import Labels

extension DatasetFormat {
  /// Semantic segmentation: a picture for each image whose pixels are the numbers of classes.
  package static let indexMasks = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "masks", name: "Index masks (PNG)",
      layout:
        """
        `masks/[SUBSET/]NAME.png` (or `SegmentationClass/`), `images/…` (or `JPEGImages/`), `classes.txt` \
        (or `labelmap.txt`)
        """,
      source: "host.robots.ox.ac.uk/pascal/VOC, Segmentation",
      holds: [.polygon, .pieces, .mask],
      notes: """
        A pixel is the line of its class in `classes.txt`, from 0, the background; 255 is nothing. Of grey \
        or palette pictures of any depth; of coloured ones a pixel is of the class whose colour \
        `labelmap.txt` says (CVAT's *Segmentation mask*), without a list of one called by its colour. \
        Objects of a class are one region; where labels lie over each other the later one is kept. At most \
        254 classes. Without `classes.txt` classes are called by their numbers, and 255 is one where no \
        picture has another; so are sets read that no other format knows.
        """),
    matches: { IndexMasks.isListed($0) },
    read: { folder, diagnostics in
      let set = IndexMasks(folder)
      var schema = DatasetSchema()
      for name in set.classes { _ = schema.index(of: name) }
      let files = IndexMasks.files(folder)
      let labelled = ItemFiles(files, folder, schema, diagnostics) { try set.item($0, $1, &$2, $3) }
      return WithUnlabelledImages(labelled, folder, labels: files, image: set.image(of:)) { image in
        IndexMasks.imageFolders.contains { image.hasPrefix($0) } ? IndexMasks.name(of: image) : nil
      }
    },
    write: { sink, options, diagnostics in IndexMasksWriter(sink, options, diagnostics) })
}
