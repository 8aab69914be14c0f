import Labels

/// What CVAT's XML says of a video.
struct CVATVideo: Sendable {
  /// Of its task.
  private(set) var id: String?
  private(set) var name = ""
  private(set) var subset = ""
  private(set) var size: ImageSize?
  /// Frames that are made items, those without labels too.
  private(set) var frames = 0

  /// One of a set's frames; by the order of the videos, then by their numbers.
  struct Frame: Hashable, Comparable, Sendable {
    var video: Int
    var number: Int

    static func < (a: Frame, b: Frame) -> Bool { (a.video, a.number) < (b.video, b.number) }
  }

  /// Frames of a set that are made items although nothing is in them.
  static let frameLimit = 1_000_000

  /// Those of a project, with names that tell them apart.
  static func all(_ tasks: [XMLElement]) -> [CVATVideo] {
    var (names, left): (Set<String>, Int) = ([], frameLimit)
    return tasks.map { task in
      var video = CVATVideo(task)
      video.name = DatasetPath.cleaned(video.name)
      if !names.insert(video.name).inserted {
        video.name += "-\(video.id ?? "")"
        while !names.insert(video.name).inserted { video.name += "_" }
      }
      video.frames = video.frames <= left ? video.frames : 0
      left -= video.frames
      return video
    }
  }

  init() {}

  /// As it is called elsewhere: CVAT has Train, Validation and Test, and Default for what is of none.
  static func subset(_ name: String) -> String {
    name.lowercased() == "default" ? "" : DatasetItem.subset(of: name) ?? name
  }

  /// - Parameter task: the element of a task, or all of `<meta>`.
  init(_ task: XMLElement) {
    func all(_ name: String) -> [XMLElement] { CVATReader.all(name, in: task) }
    id = task.text(of: "id")
    name = task.text(of: "name") ?? "task-\(id ?? "")"
    subset = Self.subset(task.text(of: "subset") ?? "")
    // Where frames are passed over, their numbers are not those of a whole video.
    if all("mode").first?.text == "interpolation", all("frame_filter").allSatisfy({ $0.text.isEmpty }),
      all("start_frame").allSatisfy({ $0.text == "0" }),
      let count = all("size").first.flatMap({ Int($0.text) }), (0...Self.frameLimit).contains(count)
    {
      frames = count
    }
    if let said = all("original_size").first,
      let width = said.text(of: "width").flatMap({ Int($0) }),
      let height = said.text(of: "height").flatMap({ Int($0) }), width > 0, height > 0
    {
      size = ImageSize(width: width, height: height)
    }
  }
}
