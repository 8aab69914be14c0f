import Notation

extension DatasetFormat {
  package static let labelStudio = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "labelstudio", name: "Label Studio JSON", layout: "`tasks.json`, `label_config.xml`",
      source: "labelstud.io/guide, JSON format of annotated tasks",
      holds: [.box, .rotatedBox, .polygon, .point, .ellipse, .whole, .caption, .span, .relation],
      carries: [.text, .score], carriesOf: [.caption: []],
      notes: """
        Coordinates are percents of the image, rotation is in degrees about the top left corner. Of \
        several annotations of a task the first that was not cancelled is read; predictions where there \
        is none. Places in text are Unicode characters. Brushes are not read; masks are written as \
        polygons. Spans with gaps become several. Subsets are kept in the task's data.
        """),
    matches: { !LabelStudioReader.files($0).isEmpty },
    read: { try LabelStudioReader.read($0, $1) }, write: { LabelStudioWriter($0, $1, $2) })
}
