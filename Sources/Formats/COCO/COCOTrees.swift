import Notation

/// Images of a COCO file with their annotations as trees, in the order of the file: they are made on a thread
/// of its own while items are made of those before.
final class COCOTrees {
  struct Image {
    var place: Int
    var json: JSON
    var annotations: [(offset: Int, json: JSON)]
  }

  /// Annotations of a portion, give or take those of an image, which count as one more.
  private static let portionSize = 256

  private let ahead: Ahead<[Result<Image, any Error>]>
  private var portion: [Result<Image, any Error>] = []
  private var taken = 0

  /// - Parameter passed: places of images that are not wanted.
  init(_ index: COCOIndex, without passed: Set<Int>) {
    var place = 0
    ahead = Ahead {
      guard place < index.images.count else { return nil }
      var (portion, size): ([Result<Image, any Error>], Int) = ([], 0)
      while place < index.images.count, size < Self.portionSize {
        defer { place += 1 }
        guard !passed.contains(place) else { continue }
        let image = Result {
          Image(
            place: place, json: try index.image(place), annotations: try index.annotations(of: place))
        }
        size += 1 + ((try? image.get())?.annotations.count ?? 0)
        portion.append(image)
      }
      return portion
    }
  }

  /// The next image; nil after the last.
  ///
  /// - Throws: `FormatFault` where it is no JSON.
  func next() throws -> Image? {
    while taken == portion.count {
      guard let more = ahead.take() else { return nil }
      (portion, taken) = (more, 0)
    }
    taken += 1
    return try portion[taken - 1].get()
  }
}
