import Notation

extension DatasetFormat {
  package static let labelStudio = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "labelstudio", name: "Label Studio JSON", layout: "`tasks.json`, `label_config.xml`",
      source: "labelstud.io/guide, JSON format of annotated tasks",
      holds: [
        .box, .rotatedBox, .polygon, .point, .ellipse, .mask, .whole, .caption, .span, .relation,
      ],
      carries: [.text, .metadata, .score], carriesOf: [.caption: []],
      notes: """
        Coordinates are percents of the image, rotation is in degrees about the top left corner. Of \
        several annotations of a task the first that was not cancelled is read; predictions where there \
        is none, or by the name `labelstudio-predictions`. Places in text are Unicode characters. Masks \
        are brushes, packed by `rle-pack`. Spans with gaps become several. Subsets and metadata \
        are kept in the task's data. Answers to what is asked of a region are read as its \
        attributes, ratings, numbers and taxonomies of a task as metadata. The short form (JSON_MIN) is read \
        too. An image that is a URL stays where it is; its name is the end of that.
        """),
    matches: { !LabelStudioReader.files($0).isEmpty },
    read: { try LabelStudioReader.read($0, $1) }, write: { LabelStudioWriter($0, $1, $2) })

  /// Asked for by name: the same files, of which a set has the one and another the other.
  package static let labelStudioPredictions = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "labelstudio-predictions", name: "Label Studio predictions",
      layout: labelStudio.facts.layout, source: labelStudio.facts.source,
      holds: labelStudio.facts.holds, carries: labelStudio.facts.carries,
      carriesOf: labelStudio.facts.carriesOf,
      notes: """
        The first prediction of each task with its score, whatever people said of it: annotations go into \
        one set of a dataset, and these into another. It is asked for by name and only read.
        """),
    matches: { _ in false },
    read: { try LabelStudioReader.read($0, $1, predictions: true) }, write: nil)
}
