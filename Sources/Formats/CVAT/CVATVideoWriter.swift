import Labels
import Notation

extension DatasetFormat {
  package static let cvatVideo = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "cvat-video", name: "CVAT XML 1.1 for video",
      layout: "`annotations.xml`: tracks; `images/frame_000000.png`",
      source: "docs.cvat.ai, XML annotation format",
      holds: [.box, .rotatedBox, .polygon, .polyline, .point, .ellipse, .cuboid, .mask, .keypoints],
      carries: [.attributes, .track], carriesOfClasses: [.keypointNames],
      hasSubsets: false,
      notes: """
        Items are frames, in the order that their metadata `frame` says, or else their own; names of frames \
        are not kept. Labels of one class with the same track are one track, a label without one is a track \
        of one frame; where a track pauses it is outside. Every frame of a track is a key frame unless its \
        attribute `keyframe` says no. Masks need all frames to have one size. It is read as `cvat` is.
        """, singleFile: "annotations.xml"),
    matches: { !CVATReader.files($0).isEmpty },
    read: { try CVATReader.read($0, $1) }, write: { CVATVideoWriter($0, $1, $2) })
}

/// Gathers tracks over all frames, since each is written in one piece; those of one frame are spooled.
final class CVATVideoWriter: DatasetWriting {
  private struct Name: Hashable {
    var classIndex: Int
    var track: Int
  }

  /// Shapes of a track, and those of the points of a skeleton, which have tracks inside of its own.
  private struct Shapes {
    var text = ""
    var points: [String] = []

    static func += (all: inout Shapes, more: Shapes) {
      all.text += more.text
      for (place, text) in more.points.enumerated() {
        if place == all.points.count { all.points.append("") }
        all.points[place] += text
      }
    }
  }

  private struct Track {
    var shapes = Shapes()
    var lastFrame = 0
    /// The last shape once more, where the track pauses after it.
    var ending = Shapes()

    mutating func add(_ shape: Shapes, ending: Shapes, at frame: Int) {
      if !shapes.text.isEmpty, lastFrame + 1 < frame { shapes += self.ending }
      shapes += shape
      (self.ending, lastFrame) = (ending, frame)
    }
  }

  private let sink: any DatasetSink
  private let options: WritingOptions
  private let diagnostics: Diagnostics
  private let unheard = Diagnostics(.lenient)
  private var elements = CVATElements(hasPointsApart: true)
  private var tracks: [Name: Track] = [:]
  private var order: [Name] = []
  /// Tracks of one frame, whole.
  private let short = SpooledBytes()
  /// Those of the newest frame: their ends depend on whether another comes.
  private var newest: [(classIndex: Int, shapes: Shapes, ending: Shapes)] = []
  private var trackCount = 0
  private var frames = 0
  private var size: ImageSize?

  init(_ sink: any DatasetSink, _ options: WritingOptions, _ diagnostics: Diagnostics) {
    (self.sink, self.options, self.diagnostics) = (sink, options, diagnostics)
  }

  func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    let said = item.metadata.last { $0.name == "frame" }?.value.integer
    let frame =
      said.flatMap { Int(exactly: $0) }.flatMap {
        $0 >= frames && $0 < CVATVideo.frameLimit ? $0 : nil
      } ?? frames
    try endShortTracks(isLast: false, schema)
    frames = frame + 1
    size = size ?? item.size
    if let media = item.media, options.hasMedia {
      let kind = media.lastIndex(of: ".").map { String(media[$0...]) } ?? ".png"
      try sink.copy(media, to: "images/\(CVATReader.name(ofFrame: frame))\(kind)")
    }
    for label in item.labels where label.classIndex >= 0 {
      if label.value.kind == .mask, item.size != size {
        diagnostics.lose("masks left out of frames whose size is another than the video's")
        continue
      }
      let isKey = label.attribute("keyframe") != .bool(false)
      var plain = label
      plain.attributes.removeAll { $0.name == "keyframe" }
      guard let number = label.track else {
        guard let own = shapes(plain, frame, isKey: isKey, isOutside: false, schema) else { continue }
        let ending = shapes(plain, frame + 1, isKey: true, isOutside: true, schema) ?? Shapes()
        newest.append((label.classIndex, own, ending))
        continue
      }
      let name = Name(classIndex: label.classIndex, track: number)
      if let known = tracks[name], known.lastFrame >= frame {
        diagnostics.lose("labels left out that are of a track that the frame has already")
        continue
      }
      guard let own = shapes(plain, frame, isKey: isKey, isOutside: false, schema) else { continue }
      let ending = shapes(plain, frame + 1, isKey: true, isOutside: true, schema) ?? Shapes()
      if tracks[name] == nil { order.append(name) }
      tracks[name, default: Track()].add(own, ending: ending, at: frame)
    }
  }

  private func track(
    _ shapes: Shapes, of classIndex: Int, _ schema: DatasetSchema
  ) -> [UInt8] {
    defer { trackCount += 1 }
    let label = XMLText.escaped(schema.name(classIndex))
    var text = "  <track id=\"\(trackCount)\" label=\"\(label)\" source=\"manual\">\n" + shapes.text
    for (place, points) in shapes.points.enumerated() {
      let name = CVATElements.name(ofPoint: place, schema.classes[classIndex].keypoints)
      text += "    <track id=\"\(place)\" label=\"\(name)\" source=\"manual\">\n"
      text += points + "    </track>\n"
    }
    return Array((text + "  </track>\n").utf8)
  }

  /// CVAT shows a track to the end of the video unless it is said to be outside.
  private func endShortTracks(isLast: Bool, _ schema: DatasetSchema) throws {
    for (classIndex, own, ending) in newest {
      var shapes = own
      if !isLast { shapes += ending }
      try short.append(track(shapes, of: classIndex, schema))
    }
    newest.removeAll(keepingCapacity: true)
  }

  private func shapes(
    _ label: DatasetLabel, _ frame: Int, isKey: Bool, isOutside: Bool, _ schema: DatasetSchema
  ) -> Shapes? {
    func common(_ isOutside: Bool, _ isOccluded: Bool) -> String {
      " frame=\"\(frame)\" keyframe=\"\(isKey ? 1 : 0)\" outside=\"\(isOutside ? 1 : 0)\""
        + " occluded=\"\(isOccluded ? 1 : 0)\" z_order=\"0\""
    }
    if !isOutside { diagnostics.loseExtent(of: label) }
    // What is lost of a label is told once.
    let text = elements.text(
      label, common: common(isOutside, label.has("occluded")), schema,
      isOutside ? unheard : diagnostics)
    let points = elements.pointsApart.map { point in
      "      <points" + common(isOutside || point.visibility == .absent, point.visibility == .hidden)
        + " points=\"\(CVATElements.pair(point.point))\">\n      </points>\n"
    }
    return text.map { Shapes(text: $0, points: points) }
  }

  func finish(_ schema: DatasetSchema) throws {
    let stream = try sink.open("annotations.xml")
    let original = size.map {
      "      <original_size><width>\($0.width)</width><height>\($0.height)</height></original_size>\n"
    }
    let head = """
      <?xml version="1.0" encoding="utf-8"?>
      <annotations>
        <version>1.1</version>
        <meta>
          <task>
            <name>Assay</name>
            <size>\(frames)</size>
            <mode>interpolation</mode>
            <start_frame>0</start_frame>
            <stop_frame>\(max(0, frames - 1))</stop_frame>
            <labels>
      \(elements.labels(of: schema))      </labels>
      \(original ?? "")    </task>
        </meta>

      """
    try stream.append(Array(head.utf8))
    for name in order {
      guard let track = tracks.removeValue(forKey: name) else { continue }
      var shapes = track.shapes
      if track.lastFrame + 1 < frames { shapes += track.ending }
      try stream.append(self.track(shapes, of: name.classIndex, schema))
    }
    try endShortTracks(isLast: true, schema)
    try short.drain(stream.append)
    try stream.append(Array("</annotations>\n".utf8))
    try stream.close()
  }
}
