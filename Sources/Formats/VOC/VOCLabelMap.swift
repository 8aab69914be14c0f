/// `labelmap.txt`, in which CVAT and Datumaro list the classes of a VOC set with the colours that their
/// pixels have: `cat:128,0,0:head,tail:runs`, in the order of their numbers.
struct VOCLabelMap {
  /// In order, the background among them.
  let names: [String]
  /// Places in `names` by colour, as `PNGReader` counts: red + 256 green + 65536 blue.
  let numbers: [UInt32: Int]

  static let file = "labelmap.txt"
  static let background = "background"

  init?(_ folder: DatasetFolder) {
    guard folder.has(Self.file), let text = try? folder.text(Self.file) else { return nil }
    var (names, numbers): ([String], [UInt32: Int]) = ([], [:])
    for line in text.split(separator: "\n") where !line.trimmingASCIISpace.hasPrefix("#") {
      let parts = line.split(separator: ":", omittingEmptySubsequences: false)
      let name = parts[0].trimmingASCIISpace
      guard !name.isEmpty else { continue }
      let color =
        parts.count > 1 ? parts[1].split(separator: ",").map { UInt8($0.trimmingASCIISpace) } : []
      if color.count == 3, let red = color[0], let green = color[1], let blue = color[2] {
        numbers[UInt32(red) | UInt32(green) << 8 | UInt32(blue) << 16] = names.count
      }
      names.append(name)
    }
    guard !names.isEmpty else { return nil }
    (self.names, self.numbers) = (names, numbers)
  }

  /// What lists classes; nil where the name of one has no form in it.
  static func text(_ names: [String]) -> String? {
    let own: Set<Character> = [":", "#", "\n", "\r"]
    guard names.allSatisfy({ !$0.isEmpty && $0 != background && !$0.contains(where: own.contains) })
    else { return nil }
    let lines = names.enumerated().map { "\($0.element):\(color(of: $0.offset + 1))::\n" }
    return "# label:color_rgb:parts:actions\n\(background):0,0,0::\n" + lines.joined()
  }

  /// The devkit's colour of a number: its bits, three by three, from the highest down.
  private static func color(of number: Int) -> String {
    var (rest, color) = (number, [0, 0, 0])
    for shift in stride(from: 7, through: 0, by: -1) {
      for channel in 0..<3 { color[channel] |= (rest >> channel & 1) << shift }
      rest >>= 3
    }
    return color.map(String.init).joined(separator: ",")
  }
}
