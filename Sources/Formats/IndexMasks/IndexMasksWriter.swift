import Geometry
import Labels
import Notation

final class IndexMasksWriter: DatasetWriting {
  private let sink: any DatasetSink
  private let options: WritingOptions
  private let diagnostics: Diagnostics
  private var names: Set<String> = []

  init(_ sink: any DatasetSink, _ options: WritingOptions, _ diagnostics: Diagnostics) {
    (self.sink, self.options, self.diagnostics) = (sink, options, diagnostics)
  }

  func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    guard let size = try diagnostics.size(of: item, "which its picture must have") else { return }
    let folder = item.subset.isEmpty ? "" : item.subset + "/"
    guard names.insert(folder + item.stem).inserted else {
      return try diagnostics.leaveOut(
        item, "another image has this name but for its kind",
        remedy: "Rename one")
    }
    if options.hasMedia, let media = item.media {
      try sink.copy(media, to: "images/\(folder)\(item.name)")
    }
    var picture = IndexMask(width: size.width, height: size.height)
    for label in item.labels where label.classIndex >= 0 {
      guard label.classIndex < IndexMasks.classLimit else {
        diagnostics.leaveOutLabel(
          as: "labels left out of classes after the \(IndexMasks.classLimit)th")
        continue
      }
      if schema.name(label.classIndex) == VOCLabelMap.background {
        diagnostics.lose("regions of the class background left out, which is what is in none")
        continue
      }
      if let region = label.region(size),
        picture.fill(region, with: UInt32(label.classIndex + 1))
      {
        diagnostics.lose("labels written over parts of others")
      }
    }
    try sink.write(picture.png(.indices), to: "masks/\(folder)\(item.stem).png")
  }

  func finish(_ schema: DatasetSchema) throws {
    let lines = ["background"] + schema.classes.map { $0.name.replacing("\n", with: " ") }
    try sink.write(lines.joined(separator: "\n") + "\n", to: "classes.txt")
  }
}
