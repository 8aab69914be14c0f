import Consensus
import Formats

/// A picture made here: coloured boxes on a plain ground, as an uncompressed PNG.
struct DrawnScene {
  static let width = 640
  static let height = 480

  let png: [UInt8]

  init(seed: UInt64, index: Int) {
    var generator = SeededGenerator(seed: seed, "scene \(index)")
    var pixels = [UInt8](repeating: 0, count: Self.width * Self.height * 3)
    let ground = UInt8.random(in: 190...235, using: &generator)
    for position in pixels.indices { pixels[position] = ground }
    for _ in 0..<Int.random(in: 2...5, using: &generator) {
      let w = Int.random(in: 60...220, using: &generator)
      let h = Int.random(in: 60...180, using: &generator)
      let x = Int.random(in: 0..<(Self.width - w), using: &generator)
      let y = Int.random(in: 0..<(Self.height - h), using: &generator)
      let color = (0..<3).map { _ in UInt8.random(in: 30...220, using: &generator) }
      for row in y..<y + h {
        for column in x..<x + w {
          let place = (row * Self.width + column) * 3
          for channel in 0..<3 { pixels[place + channel] = color[channel] }
        }
      }
    }
    png = PNGWriter.png(pixels, width: Self.width, height: Self.height)
  }
}
