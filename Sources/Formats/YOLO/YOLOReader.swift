import Geometry
import Labels
import Notation

struct YOLOReader: DatasetReading {
  private(set) var schema: DatasetSchema
  /// Of each number of a class, its place in the schema: two may have one name.
  private let classes: [Int]
  private let task: YOLOTask
  private let files: YOLOFiles
  private let folder: DatasetFolder
  private let diagnostics: Diagnostics
  private var place = 0

  init(_ task: YOLOTask, _ folder: DatasetFolder, _ diagnostics: Diagnostics) throws {
    guard let files = YOLOFiles.found(in: folder) else {
      if let broken = YOLOFiles.brokenList(folder) {
        throw FormatFault(
          broken, "", "it is not YAML with the list of class names that it should have",
          remedy: "Put it right: names: [cat, dog], or names with a number for each.")
      }
      throw FormatFault(
        folder.title, "", "there is no list of class names",
        remedy: "Name a folder with data.yaml, classes.txt or obj.names in it.")
    }
    (self.task, self.files, self.folder, self.diagnostics) = (task, files, folder, diagnostics)
    if !files.isNamed {
      try diagnostics.report(
        folder.title, "", "there is no list of class names",
        remedy: "Put data.yaml or classes.txt beside the labels; classes are called by their numbers.")
    }
    if let other = files.otherCount {
      try diagnostics.report(
        other.file, "nc", "\(other.count) classes are said, and \(files.names.count) are named",
        remedy: "Make both the same, as trainers want it; classes are read as they are named.")
    }
    let keypoints = (0..<(files.keypoints?.count ?? 0)).map { "\($0 + 1)" }
    var schema = DatasetSchema()
    classes = files.names.map { schema.add(.init($0, keypoints: task == .pose ? keypoints : [])) }
    self.schema = schema
  }

  mutating func next() throws -> DatasetItem? {
    while place < files.labels.count {
      place += 1
      if let item = try item(files.labels[place - 1]) { return item }
    }
    return nil
  }

  private func item(_ file: String) throws -> DatasetItem? {
    let (stem, subset) = YOLOFiles.place(of: file)
    guard let image = folder.image(named: stem, like: file) else {
      try diagnostics.report(
        file, "", "its image is not there, whose size the numbers are shares of",
        remedy: "Put \(stem).jpg, or another kind of image, below the folder; the file is left out."
      )
      return nil
    }
    guard let size = folder.size(of: image) else {
      try diagnostics.report(
        image, "", "its size cannot be told, as it is no image or damaged: numbers are shares of that",
        remedy: "Put a sound image there; its labels are left out.")
      return nil
    }
    let kind = image.lastIndex(of: ".").map { String(image[$0...]) } ?? ""
    var item = DatasetItem(
      name: stem + kind, subset: files.subset(of: image, subset, diagnostics), size: size,
      media: folder.fullPath(image))
    let bytes = try folder.open(file)
    var lines = bytes.lines()
    while let line = lines.next() {
      let words = line.words
      guard !words.isEmpty else { continue }
      do {
        item.labels.append(try label(words, size))
      } catch {
        try diagnostics.report(
          file, "line \(lines.number)", error.problem, remedy: "Put the line right; it is left out."
        )
      }
    }
    return item
  }

  private func label(_ words: [Substring], _ size: ImageSize) throws(NotationFault) -> DatasetLabel
  {
    // Some write numbers of one kind for all of a line.
    guard let number = Int(words[0]) ?? Double(words[0]).flatMap({ Int(exactly: $0) }),
      classes.indices.contains(number)
    else {
      throw NotationFault(
        path: "",
        problem: "\(words[0]) is no class of the \(classes.count) that are named, from 0")
    }
    let index = classes[number]
    var numbers: [Double] = []
    numbers.reserveCapacity(words.count - 1)
    for word in words.dropFirst() {
      guard let number = Double(word), number.isFinite else {
        throw NotationFault(path: "", problem: "\(word.prefix(40)) is not a number")
      }
      numbers.append(number)
    }
    if task == .detect || task == .segment, numbers.count == 6, numbers[5] > 1,
      numbers[5] == numbers[5].rounded()
    {
      diagnostics.lose("ids of tracks left out, which YOLO's tracker writes")
      numbers.removeLast()
    }
    let isFar = numbers.contains { $0.magnitude > 4 }
    guard task == .pose || !isFar else {
      throw NotationFault(
        path: "", problem: "numbers must be shares of the image's size, not pixels")
    }
    let (width, height) = (Double(size.width), Double(size.height))
    switch task {
    // Boxes and outlines may be in one set, as trainers of both take them.
    case .detect, .segment:
      if numbers.count == 4 || numbers.count == 5 {
        return DatasetLabel(
          index, .shape(.box(try Self.box(numbers, width, height))),
          score: numbers.count == 5 ? numbers[4] : nil)
      }
      guard numbers.count >= 6 else {
        throw Self.count(numbers, task == .detect ? "four" : "six or more, in pairs")
      }
      let score = numbers.count % 2 == 1 ? numbers.removeLast() : nil
      return DatasetLabel(
        index, .shape(.polygon(Polygon(Self.points(numbers, width, height)))), score: score)
    case .obb:
      let score = numbers.count == 9 ? numbers.removeLast() : nil
      guard numbers.count == 8 else { throw Self.count(numbers, "eight") }
      let corners = Self.points(numbers, width, height)
      guard !RotatedBox.areOfRectangle(corners) else {
        return DatasetLabel(index, .shape(.rotatedBox(RotatedBox(corners: corners))), score: score)
      }
      diagnostics.lose("outlines of four corners read as the smallest box around them")
      return DatasetLabel(index, .shape(.rotatedBox(RotatedBox(around: corners))), score: score)
    case .pose: return try pose(index, numbers, width, height)
    }
  }

  private func pose(
    _ index: Int, _ numbers: [Double], _ width: Double, _ height: Double
  ) throws(NotationFault) -> DatasetLabel {
    let (count, dimensions) = files.keypoints ?? ((numbers.count - 4) / 3, 3)
    let whole = 4 + count * dimensions
    guard numbers.count >= 4, count >= 0, (2...3).contains(dimensions),
      [whole, whole + 1].contains(numbers.count)
    else { throw Self.count(numbers, "\(whole)") }
    let score = numbers.count > whole ? numbers[whole] : nil
    var keypoints: [Keypoints.Keypoint] = []
    for start in stride(from: 4, to: whole, by: dimensions) {
      let isNowhere = numbers[start] == 0 && numbers[start + 1] == 0
      var said = dimensions == 3 ? Int32(exactly: numbers[start + 2]) : isNowhere ? 0 : 2
      if said == nil, (0...1).contains(numbers[start + 2]) {
        diagnostics.lose("confidences of keypoints read as visible, or hidden below 0.5")
        said = numbers[start + 2] < 0.5 ? 1 : 2
      }
      guard let visibility = said.flatMap(Keypoints.Visibility.init) else {
        throw NotationFault(path: "", problem: "a keypoint's visibility must be 0, 1 or 2")
      }
      let point = Point(x: numbers[start] * width, y: numbers[start + 1] * height)
      keypoints.append(.init(visibility == .absent ? Point(x: 0, y: 0) : point, visibility))
    }
    return DatasetLabel(
      index, .shape(.keypoints(Keypoints(keypoints))), box: try Self.box(numbers, width, height),
      score: score)
  }

  private static func count(_ numbers: [Double], _ wanted: String) -> NotationFault {
    NotationFault(
      path: "", problem: "after the class there are \(numbers.count) numbers, not \(wanted)")
  }

  private static func points(_ numbers: [Double], _ width: Double, _ height: Double) -> [Point] {
    stride(from: 0, to: numbers.count, by: 2).map {
      Point(x: numbers[$0] * width, y: numbers[$0 + 1] * height)
    }
  }

  private static func box(
    _ numbers: [Double], _ width: Double, _ height: Double
  ) throws(NotationFault) -> Box {
    guard numbers[2] >= 0, numbers[3] >= 0 else {
      throw NotationFault(path: "", problem: "width and height must not be below 0")
    }
    return Box(
      x: (numbers[0] - numbers[2] / 2) * width, y: (numbers[1] - numbers[3] / 2) * height,
      width: numbers[2] * width, height: numbers[3] * height)
  }
}
