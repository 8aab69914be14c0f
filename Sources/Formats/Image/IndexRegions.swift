import Geometry
import Labels

/// The regions of an image whose pixels have one number each, as masks.
struct IndexRegions {
  /// By number.
  let masks: [UInt32: RunLengthMask]

  /// - Parameter ignored: numbers that stand for nothing.
  /// - Complexity: O(pixels), whatever the number of regions
  init(_ image: PNGReader, ignoring ignored: Set<UInt32>) {
    let (width, height) = (image.width, image.height)
    // Runs inside of each, as they come down the columns: where they start, and where they end.
    var runs: [UInt32: [UInt32]] = [:]
    var (current, start) = (image.values.first ?? 0, 0)
    func close(at end: Int) {
      if !ignored.contains(current) { runs[current, default: []] += [UInt32(start), UInt32(end)] }
    }
    for column in 0..<width {
      for row in 0..<height {
        let value = image.values[row * width + column]
        guard value != current else { continue }
        let place = column * height + row
        close(at: place)
        (current, start) = (value, place)
      }
    }
    close(at: width * height)
    masks = runs.compactMapValues { ends in
      var (counts, last): ([UInt32], UInt32) = ([], 0)
      for end in ends {
        counts.append(end - last)
        last = end
      }
      counts.append(UInt32(width * height) - last)
      return RunLengthMask(width: width, height: height, counts: counts)
    }
  }
}

extension DatasetLabel {
  /// What it covers, for drawing; nil of what covers nothing.
  func region(_ size: ImageSize) -> Shape? {
    switch value {
    case .shape(let shape): shape.kind.coversArea ? shape : nil
    case .pieces(let pieces): mask(of: pieces, size).map { .mask($0) }
    default: nil
    }
  }
}
