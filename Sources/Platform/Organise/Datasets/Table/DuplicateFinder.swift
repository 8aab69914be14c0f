import Formats
import Foundation

/// Finds items that are the same as an earlier one, or nearly: images by file and by the fingerprint of what
/// they show, texts by the parts that they share.
///
/// Fingerprints of 64 bits are near where at most `bitLimit` differ; they are found by four bands of 16 bits,
/// of which one then is equal. Texts are near where their sets of five characters in a row are alike by
/// `similarity`, estimated by 64 minima of hashes (Broder, *On the resemblance and containment of documents*,
/// 1997), and found by 16 bands of four.
struct DuplicateFinder {
  static let bitLimit = 3
  static let similarity = 0.8
  private static let (hashes, bandRows, shingle) = (64, 4, 5)

  private var files: [UInt64: Int32] = [:]
  private var pictures: [[UInt16: [Int32]]] = Array(repeating: [:], count: 4)
  private var fingerprints: [UInt64?]
  private var bands: [[UInt64: Int32]] = Array(repeating: [:], count: hashes / bandRows)
  private var signatures: [Int32: [UInt32]] = [:]

  /// - Parameter items: of the dataset, which are given in the order of their numbers.
  init(items: Int) { fingerprints = Array(repeating: nil, count: items) }

  /// The earlier item that an item is a duplicate of; nil where there is none, and it is kept for later ones.
  ///
  /// - Parameters:
  ///   - file: 0 for none.
  ///   - text: in lower case; empty for none.
  mutating func original(
    of item: Int, file: UInt64, fingerprint: UInt64?, text: [UInt8]
  ) -> Int32? {
    if file != 0 {
      if let known = files[file] { return known }
      files[file] = Int32(item)
    }
    if let fingerprint, PictureFingerprint.isTelling(fingerprint),
      let known = nearPicture(item, fingerprint)
    {
      return known
    }
    return text.isEmpty ? nil : nearText(item, text)
  }

  private mutating func nearPicture(_ item: Int, _ fingerprint: UInt64) -> Int32? {
    for band in 0..<4 {
      let key = UInt16(truncatingIfNeeded: fingerprint >> (16 * UInt64(band)))
      for other in pictures[band][key] ?? [] {
        guard let known = fingerprints[Int(other)] else { continue }
        if (known ^ fingerprint).nonzeroBitCount <= Self.bitLimit { return other }
      }
    }
    fingerprints[item] = fingerprint
    for band in 0..<4 {
      pictures[band][UInt16(truncatingIfNeeded: fingerprint >> (16 * UInt64(band))), default: []]
        .append(
          Int32(item))
    }
    return nil
  }

  /// With one space between words, whatever white space stands there.
  static func words(_ text: [UInt8]) -> [UInt8] {
    String(decoding: text, as: UTF8.self).split(whereSeparator: \.isWhitespace).joined(separator: " ")
      .utf8.map { $0 }
  }

  private mutating func nearText(_ item: Int, _ text: [UInt8]) -> Int32? {
    let text = Self.words(text)
    guard !text.isEmpty else { return nil }
    let signature = Self.signature(text)
    var keys: [UInt64] = []
    for band in bands.indices {
      let rows = signature[band * Self.bandRows..<(band + 1) * Self.bandRows]
      let key = rows.reduce(UInt64(band) &+ 0x9E37_79B9_7F4A_7C15) { Self.mixed($0 ^ UInt64($1)) }
      if let other = bands[band][key], let known = signatures[other] {
        let same = zip(known, signature).count { $0 == $1 }
        if Double(same) >= Self.similarity * Double(Self.hashes) { return other }
      }
      keys.append(key)
    }
    signatures[Int32(item)] = signature
    for band in bands.indices where bands[band][keys[band]] == nil {
      bands[band][keys[band]] = Int32(item)
    }
    return nil
  }

  static func signature(_ text: [UInt8]) -> [UInt32] {
    var minima = [UInt32](repeating: .max, count: hashes)
    let width = min(shingle, text.count)
    for start in 0...(text.count - width) {
      var state = mixed(FNVHash.of(text[start..<start + width]))
      for place in minima.indices {
        // A generator begun by the shingle gives as many hashes of it as are needed.
        state = state &* 0x5851_F42D_4C95_7F2D &+ 0x1405_7B7E_F767_814F
        minima[place] = min(minima[place], UInt32(truncatingIfNeeded: state >> 32))
      }
    }
    return minima
  }

  /// The finalizer of SplitMix64.
  static func mixed(_ value: UInt64) -> UInt64 {
    var value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}

/// What an image shows, in 64 bits: whether each of its 64 coarsest waves but the mean is stronger than most.
///
/// Zauner, *Implementation and Benchmarking of Perceptual Image Hash Functions*, 2010 (DCT hash). Two are
/// alike where few bits differ, whatever the size, the compression and the brightness of the images.
package enum PictureFingerprint {
  /// Pixels of the picture that it is made of.
  package static let (width, height) = (32, 32)
  /// Waves along a side.
  private static let waves = 8

  /// Of images with less difference between their brightest and darkest place, as pages of text, bits say
  /// nothing of what they show…
  static let contrastLimit = 12
  /// …nor where fewer waves than this have a strength at all, as of a plain slope…
  static let waveLimit = 20
  /// …which is more than this, in shades.
  private static let strengthLimit = 0.2

  /// Whether two that are near show the same: one that says next to nothing is near to many.
  static func isTelling(_ bits: UInt64) -> Bool { bits != 0 }

  /// - Parameter grey: `width × height` shades, row by row.
  /// - Returns: 0 for an image that says next to nothing, which is near to no other.
  package static func of(_ grey: [UInt8]) -> UInt64? {
    guard grey.count == width * height else { return nil }
    let places = means(grey)
    guard let darkest = places.min(), let brightest = places.max(),
      brightest - darkest >= Double(contrastLimit)
    else { return 0 }
    // The mean is the brightness of all of it.
    let strengths = Array(transform(grey).dropFirst())
    guard strengths.count(where: { abs($0) > strengthLimit }) >= waveLimit else { return 0 }
    let middle = strengths.sorted()[strengths.count / 2]
    return strengths.reduce(UInt64(0)) { $0 << 1 | ($1 > middle ? 1 : 0) }
  }

  /// Of squares of 4 × 4 pixels.
  private static func means(_ grey: [UInt8]) -> [Double] {
    let side = width / waves
    return (0..<waves * waves).map { place in
      var sum = 0
      for row in 0..<side {
        for column in 0..<side {
          sum += Int(grey[(place / waves * side + row) * width + place % waves * side + column])
        }
      }
      return Double(sum) / Double(side * side)
    }
  }

  /// The coarsest waves of the discrete cosine transform (II), row by row; the first is the mean.
  private static func transform(_ grey: [UInt8]) -> [Double] {
    let rows = (0..<height).map { row in
      (0..<waves).map { wave in
        (0..<width).reduce(0.0) { $0 + Double(grey[row * width + $1]) * cosines[wave][$1] }
      }
    }
    return (0..<waves * waves).map { place in
      (0..<height).reduce(0.0) { $0 + rows[$1][place % waves] * cosines[place / waves][$1] }
        / Double(width * height)
    }
  }

  private static let cosines: [[Double]] = (0..<waves).map { wave in
    (0..<width).map { cos(.pi / Double(width) * (Double($0) + 0.5) * Double(wave)) }
  }
}
