import Labels
import Notation

extension DatasetFormat {
  package static let cvatVideo = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "cvat-video", name: "CVAT XML 1.1 for video",
      layout: "`annotations.xml`: tracks; `images/frame_000000.png`",
      source: "docs.cvat.ai, XML annotation format",
      holds: [.box, .rotatedBox, .polygon, .polyline, .point, .ellipse, .mask, .keypoints],
      carries: [.attributes, .track],
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

  private struct Track {
    var text = ""
    var lastFrame = 0
    /// The last shape once more, where the track pauses after it.
    var ending = ""

    mutating func add(_ shape: String, ending: String, at frame: Int) {
      if !text.isEmpty, lastFrame + 1 < frame { text += self.ending }
      text += shape
      (self.ending, lastFrame) = (ending, frame)
    }
  }

  private let sink: any DatasetSink
  private let options: WritingOptions
  private let diagnostics: Diagnostics
  private let unheard = Diagnostics(.lenient)
  private var elements = CVATElements()
  private var tracks: [Name: Track] = [:]
  private var order: [Name] = []
  /// Tracks of one frame, whole.
  private let short = SpooledBytes()
  /// Those of the newest frame: their ends depend on whether another comes.
  private var newest: [(open: String, ending: String)] = []
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
        $0 >= frames && $0 < CVATReader.frameLimit ? $0 : nil
      } ?? frames
    try endShortTracks(isLast: false)
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
        guard let text = shape(plain, frame, isKey: isKey, isOutside: false, schema) else { continue }
        let ending = shape(plain, frame + 1, isKey: true, isOutside: true, schema) ?? ""
        newest.append((opening(of: label.classIndex, schema) + text, ending))
        continue
      }
      let name = Name(classIndex: label.classIndex, track: number)
      if let known = tracks[name], known.lastFrame >= frame {
        diagnostics.lose("labels left out that are of a track that the frame has already")
        continue
      }
      guard let text = shape(plain, frame, isKey: isKey, isOutside: false, schema) else { continue }
      let ending = shape(plain, frame + 1, isKey: true, isOutside: true, schema) ?? ""
      if tracks[name] == nil { order.append(name) }
      tracks[name, default: Track()].add(text, ending: ending, at: frame)
    }
  }

  private func opening(of classIndex: Int, _ schema: DatasetSchema) -> String {
    defer { trackCount += 1 }
    let label = XMLText.escaped(schema.name(classIndex))
    return "  <track id=\"\(trackCount)\" label=\"\(label)\" source=\"manual\">\n"
  }

  /// CVAT shows a track to the end of the video unless it is said to be outside.
  private func endShortTracks(isLast: Bool) throws {
    for track in newest {
      let text = track.open + (isLast ? "" : track.ending) + "  </track>\n"
      try short.append(Array(text.utf8))
    }
    newest.removeAll(keepingCapacity: true)
  }

  private func shape(
    _ label: DatasetLabel, _ frame: Int, isKey: Bool, isOutside: Bool, _ schema: DatasetSchema
  ) -> String? {
    let common =
      " frame=\"\(frame)\" keyframe=\"\(isKey ? 1 : 0)\" outside=\"\(isOutside ? 1 : 0)\""
      + " occluded=\"\(label.has("occluded") ? 1 : 0)\" z_order=\"0\""
    if !isOutside { diagnostics.loseExtent(of: label) }
    // What is lost of a label is told once.
    return elements.text(label, common: common, schema, isOutside ? unheard : diagnostics)
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
      let ending = track.lastFrame + 1 < frames ? track.ending : ""
      let open = opening(of: name.classIndex, schema)
      try stream.append(Array((open + track.text + ending + "  </track>\n").utf8))
    }
    try endShortTracks(isLast: true)
    try short.drain(stream.append)
    try stream.append(Array("</annotations>\n".utf8))
    try stream.close()
  }
}
