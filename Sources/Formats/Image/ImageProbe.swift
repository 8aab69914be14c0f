/// What an image file says of itself, read from its structure without decoding pixels.
package struct ImageProbe: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case png = "image/png"
    case jpeg = "image/jpeg"
    case gif = "image/gif"
    case webp = "image/webp"
    case tiff = "image/tiff"
    case bmp = "image/bmp"

    package var fileExtension: String {
      switch self {
      case .png: "png"
      case .jpeg: "jpg"
      case .gif: "gif"
      case .webp: "webp"
      case .tiff: "tif"
      case .bmp: "bmp"
      }
    }

    /// Whether a browser shows it as it is.
    package var isShown: Bool { self != .tiff }
  }

  package var kind: Kind
  /// Pixels as shown, after the EXIF orientation.
  package var width: Int
  package var height: Int

  package enum Fault: Error, Hashable, Sendable {
    /// Not one of the kinds; `looksLike` names what it is where the bytes tell.
    case notAnImage(looksLike: String?)
    /// The file ends before its structure does.
    case truncated
    /// The structure contradicts itself.
    case damaged(String)
    case tooManyPixels(width: Int, height: Int, limit: Int)
  }

  /// Pixels an image may have: 200 megapixels.
  package static let pixelLimit = 200_000_000

  /// Looks at a whole file. What a name or a header claimed plays no part.
  ///
  /// - Complexity: O(bytes)
  package init(_ bytes: UnsafeBufferPointer<UInt8>) throws(Fault) {
    let reader = ByteReader(bytes: bytes)
    if reader.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = try PNGProbe.probe(reader)
    } else if reader.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = try JPEGProbe.probe(reader)
    } else if reader.starts(with: Array("GIF87a".utf8)) || reader.starts(with: Array("GIF89a".utf8))
    {
      self = try GIFProbe.probe(reader)
    } else if reader.starts(with: Array("RIFF".utf8)), reader.text(8, 4) == "WEBP" {
      self = try Self.webp(reader)
    } else if reader.isTIFF {
      self = try TIFFProbe.probe(reader)
    } else if reader.starts(with: Array("BM".utf8)), reader.count >= 18, reader.little32(14) <= 124
    {
      self = try BMPProbe.probe(reader)
    } else {
      throw .notAnImage(looksLike: reader.likeness)
    }
    guard width > 0, height > 0 else { throw .damaged("it has no pixels") }
    guard width <= Self.pixelLimit / height else {
      throw .tooManyPixels(width: width, height: height, limit: Self.pixelLimit)
    }
  }

  init(kind: Kind, width: Int, height: Int) {
    self.kind = kind
    self.width = width
    self.height = height
  }

  private static func webp(_ reader: ByteReader) throws(Fault) -> ImageProbe {
    guard reader.count >= 30 else { throw .truncated }
    guard reader.little32(4) + 8 <= reader.count else { throw .truncated }
    switch reader.text(12, 4) {
    case "VP8 ":
      guard reader.starts(with: [0x9D, 0x01, 0x2A], at: 23) else {
        throw .damaged("its VP8 frame has no start code")
      }
      return ImageProbe(
        kind: .webp, width: reader.little16(26) & 0x3FFF, height: reader.little16(28) & 0x3FFF)
    case "VP8L":
      let bits = reader.little32(21)
      return ImageProbe(
        kind: .webp, width: bits & 0x3FFF + 1, height: bits >> 14 & 0x3FFF + 1)
    case "VP8X":
      return ImageProbe(
        kind: .webp, width: reader.little16(24) + Int(reader.bytes[26]) << 16 + 1,
        height: reader.little16(27) + Int(reader.bytes[29]) << 16 + 1)
    default: throw .damaged("it is a WebP of no known kind")
    }
  }
}

/// Numbers out of bytes, by offset. The caller checks that they are there.
struct ByteReader {
  let bytes: UnsafeBufferPointer<UInt8>
  var count: Int { bytes.count }

  func starts(with prefix: [UInt8], at offset: Int = 0) -> Bool {
    bytes.count >= offset + prefix.count
      && zip(bytes[offset...], prefix).allSatisfy { $0 == $1 }
  }

  func big16(_ at: Int) -> Int { Int(bytes[at]) << 8 | Int(bytes[at + 1]) }
  func big32(_ at: Int) -> Int { big16(at) << 16 | big16(at + 2) }
  func little16(_ at: Int) -> Int { Int(bytes[at]) | Int(bytes[at + 1]) << 8 }
  func little32(_ at: Int) -> Int { little16(at) | little16(at + 2) << 16 }

  func text(_ at: Int, _ length: Int) -> String? {
    guard at + length <= count else { return nil }
    return String(decoding: bytes[at..<at + length], as: UTF8.self)
  }

  var isTIFF: Bool {
    starts(with: [0x49, 0x49, 0x2A, 0x00]) || starts(with: [0x4D, 0x4D, 0x00, 0x2A])
  }

  /// What the bytes are, for a message to somebody who thought they were an image.
  var likeness: String? {
    if bytes.isEmpty { return "an empty file" }
    if starts(with: [0x50, 0x4B, 0x03, 0x04]) { return "a zip archive" }
    if starts(with: [0x1F, 0x8B]) { return "gzip-compressed data" }
    if starts(with: Array("%PDF".utf8)) { return "a PDF" }
    if starts(with: [0x49, 0x49, 0x2B, 0x00]) || starts(with: [0x4D, 0x4D, 0x00, 0x2B]) {
      return "a BigTIFF"
    }
    if text(4, 4) == "ftyp", ["heic", "heix", "mif1", "avif"].contains(text(8, 4)) {
      return "a HEIC or AVIF"
    }
    let head = String(decoding: bytes.prefix(256), as: UTF8.self).lowercased()
    if head.contains("<svg") { return "an SVG" }
    if head.contains("<html") || head.contains("<!doctype") { return "an HTML page" }
    return nil
  }
}
