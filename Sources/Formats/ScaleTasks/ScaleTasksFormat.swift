import Labels
import Notation

extension DatasetFormat {
  /// What leaves Scale, and what its API takes: so what is sent there, or was labelled there, is a set.
  package static let scale = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "scale", name: "Scale task JSON",
      layout: "`tasks.jsonl`: a task a line; a list of tasks, and pages of the API, are read too",
      source: "docs.scale.com, *Task object*, callback formats of each task type",
      holds: [
        .box, .rotatedBox, .polygon, .polyline, .point, .ellipse, .cuboid, .whole, .span, .relation,
      ],
      carries: [.text, .textName, .metadata, .attributes], carriesOf: [.whole: [], .relation: []],
      notes: """
        Image annotation, the older types of one geometry, categorization, named entities, document \
        transcription and text collection are read; images are written as `imageannotation`, texts as \
        `namedentityrecognition`, what has only classes as `categorization`. An item is called by the \
        task's `unique_id`, with the ending of its attachment, or by the attachment's path. The task's own \
        ids, project, batch, tags and metadata, its global attributes and the fields of a text collection \
        are metadata; a tag `train`, `val` or `test` is the subset. Spans are found by their `text`, \
        whether their end is inside or not, and characters or UTF-16 code units are counted. What lies in \
        files of its own (videos, LiDAR, segmentations) is left where it is.
        """, singleFile: "tasks.jsonl", hasAddresses: true, hasClassList: false),
    matches: { (try? ScaleTasks.files($0))?.isEmpty == false },
    read: { folder, diagnostics in
      ChainedReader(
        try ScaleTasks.files(folder, diagnostics).map { file in
          { schema in
            try JSONItems(file, folder, schema, diagnostics) { json, _, schema in
              try ScaleTaskReader(file, folder, diagnostics).items(json, &schema)
            }
          }
        })
    },
    write: { sink, options, diagnostics in
      try ScaleTasksWriter(sink, options, diagnostics)
    })
}

enum ScaleTasks {
  static func files(
    _ folder: DatasetFolder, _ diagnostics: Diagnostics? = nil
  ) throws -> [String] {
    try TextLines.files(folder, diagnostics) { json in
      tasks(in: json).prefix(10).contains {
        $0["task_id"]?.string != nil && $0["type"]?.string != nil && $0["params"]?.members != nil
      }
    }
  }

  /// The tasks of a page of the API, of the body of a callback, or the one that it is.
  static func tasks(in json: JSON) -> [JSON] {
    if let page = json["docs"]?.array { return page }
    if let task = json["task"], task.members != nil { return [task] }
    return [json]
  }

  /// Types of tasks whose annotations are all of one geometry and do not say it.
  static let geometries = [
    "annotation": "box", "polygonannotation": "polygon", "lineannotation": "line",
    "pointannotation": "point", "cuboidannotation": "cuboid", "namedentityrecognition": "span",
  ]

  /// Names of a cuboid's corners, in the order of ours.
  static let corners = [
    "face-topleft", "face-topright", "face-bottomright", "face-bottomleft", "side-topcorner",
    "side-bottomcorner",
  ]

  /// The global attribute that holds classes of the whole item.
  static let classes = "category"
  static let subsets = ["train", "val", "test"]
  /// Types of tasks that are about an image, whatever its address is like.
  static let ofImages: Set<String> = [
    "imageannotation", "segmentannotation", "annotation", "polygonannotation", "lineannotation",
    "pointannotation", "cuboidannotation",
  ]
  /// Members of a task that are metadata here.
  static let facts = ["task_id", "unique_id", "project", "batch", "tags"]
  /// What ids begin with that were only counted, since the item had none: no real one lies so long ago.
  static let countedID = "000000000000"
}
