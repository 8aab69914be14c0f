import Formats
import Foundation
import Hummingbird
import NIOCore
import Platform
import Vault

/// Sends a sealed blob, whole or a range of it, a chunk at a time.
struct Download {
  let blob: SealedBlob
  let size: Int
  /// Strong: the blob never changes.
  let tag: String
  var headers: HTTPFields
  /// Whether it gets smaller by compressing: text, not images or archives.
  var isCompressible = false

  /// Bytes below which nothing is compressed.
  static let compressionThreshold = 1_000

  func response(to request: Request) -> Response {
    var headers = headers
    if isCompressible, size >= Self.compressionThreshold {
      headers[.vary] = "Accept-Encoding"
      // Ranges are of the bytes as they are, so that a cut download goes on whatever it began with; and so is
      // the size that HEAD asks for, which is not known of what is made smaller on its way.
      if request.headers[.range] == nil, request.method != .head,
        let encoding = Compression(accepted: request.headers[.acceptEncoding])
      {
        return compressed(encoding, headers, request)
      }
    }
    let plain = "\"\(tag)\""
    if !request.headers.want(tag: plain) { return Self.changed(plain) }
    headers[.eTag] = plain
    headers[.acceptRanges] = "bytes"
    if request.headers.have(tag: "\"\(tag)\"") {
      return Response(status: .notModified, headers: headers)
    }
    // A range is asked of GET alone (RFC 9110 §14.2).
    switch request.method == .head ? .whole : ByteRange.parse(request.headers, tag: tag, size: size) {
    case .whole:
      return Response(status: .ok, headers: headers, body: body(ByteRange(start: 0, end: size)))
    case .part(let range):
      headers[.contentRange] = "bytes \(range.start)-\(range.end - 1)/\(size)"
      return Response(status: .partialContent, headers: headers, body: body(range))
    case .unsatisfiable:
      var response = Problem(
        .rangeNotSatisfiable, "range", "Not a part of it",
        "The content has \(size) bytes; the range lies outside.", place: "Range"
      ).response
      response.headers[.contentRange] = "bytes */\(size)"
      return response
    }
  }

  private static func changed(_ tag: String) -> Response {
    Problem(
      .preconditionFailed, "changed", "It is another one by now",
      "The content has the tag \(tag) and none of those that were asked for; ask for it anew.",
      place: "If-Match"
    ).response
  }

  private func compressed(
    _ encoding: Compression, _ plain: HTTPFields, _ request: Request
  ) -> Response {
    var headers = plain
    let tag = "\"\(tag)-\(encoding.rawValue)\""
    if !request.headers.want(tag: tag) { return Self.changed(tag) }
    headers[.eTag] = tag
    headers[.contentEncoding] = encoding.rawValue
    if request.headers.have(tag: tag) {
      return Response(status: .notModified, headers: headers)
    }
    let (blob, size) = (blob, size)
    return Response(
      status: .ok, headers: headers,
      body: ResponseBody { writer in
        let opener = try SealedBlob.Opener(blob)
        var compressor = encoding.compressor()
        for index in 0..<SealedStream.chunkCount(plainSize: size) {
          let packed = compressor.add([UInt8](try opener.chunk(index)))
          if !packed.isEmpty { try await writer.write(ByteBuffer(bytes: packed)) }
        }
        try await writer.write(ByteBuffer(bytes: compressor.finish()))
        try await writer.finish(nil)
      })
  }

  private func body(_ range: ByteRange) -> ResponseBody {
    let blob = blob
    return ResponseBody(contentLength: range.end - range.start) { writer in
      let pieces = try Pieces(of: blob, range)
      // A piece is opened while the one before is sent: writing waits only where that is not done yet.
      while let piece = try pieces.next() { try await writer.write(piece) }
      try await writer.finish(nil)
    }
  }
}

/// A range of a sealed blob, piece by piece.
///
/// Unchecked: whoever has it asks for one piece after the other.
private final class Pieces: @unchecked Sendable {
  /// Chunks that are opened and sent at once: half a megabyte.
  private static let chunks = 8
  /// Places for pieces, which are used in turn: while one is sent the next is filled. More of them are no
  /// faster, and each is memory that a slow reader holds.
  private static let places = 2

  private let opener: SealedBlob.Opener
  private let range: ByteRange
  private var position: Int
  private var buffers: [ByteBuffer] = []
  private var turn = 0

  init(of blob: SealedBlob, _ range: ByteRange) throws {
    opener = try SealedBlob.Opener(blob)
    (self.range, position) = (range, range.start)
  }

  /// What comes next, up to the end of some chunks; nil at the end.
  func next() throws -> ByteBuffer? {
    guard position < range.end else { return nil }
    let first = position / SealedStream.chunkSize
    let last = min(first + Self.chunks, (range.end - 1) / SealedStream.chunkSize + 1)
    let room = (last - first) * SealedStream.chunkSize
    var buffer = place(for: room)
    try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: room) {
      try opener.open(first..<last, into: $0)
    }
    buffers[turn] = buffer
    turn = (turn + 1) % Self.places
    let start = first * SealedStream.chunkSize
    let length = min(buffer.readableBytes, range.end - start) - (position - start)
    let piece = buffer.getSlice(at: position - start, length: length)
    guard let piece, length > 0 else { return nil }
    position += length
    return piece
  }

  /// An empty one; of those before where its bytes are nobody's any more.
  private func place(for room: Int) -> ByteBuffer {
    guard buffers.count == Self.places else {
      let new = ByteBufferAllocator().buffer(capacity: room)
      buffers.append(ByteBuffer())
      turn = buffers.count - 1
      return new
    }
    var buffer = ByteBuffer()
    swap(&buffer, &buffers[turn])
    buffer.clear(minimumCapacity: room)
    return buffer
  }
}

/// One range of bytes (RFC 9110 §14), end exclusive.
struct ByteRange: Hashable {
  var start: Int
  var end: Int

  enum Request: Hashable {
    case whole
    case part(ByteRange)
    case unsatisfiable
  }

  /// Digits alone; what is too great to count is as great as can be.
  private static func number(_ digits: Substring) -> Int? {
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(digits) ?? .max
  }

  /// Several ranges at once, and anything that is no range, get the whole.
  static func parse(_ headers: HTTPFields, tag: String, size: Int) -> Request {
    // Units are known in any case (§14.1).
    guard let header = headers[.range], header.lowercased().hasPrefix("bytes=") else { return .whole }
    if let condition = headers[.ifRange], condition != "\"\(tag)\"" { return .whole }
    let bounds = header.dropFirst(6).split(
      separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard bounds.count == 2, !header.contains(",") else { return .whole }
    if bounds[0].isEmpty {
      guard let last = number(bounds[1]) else { return .whole }
      guard last > 0, size > 0 else { return .unsatisfiable }
      return .part(ByteRange(start: max(0, size - last), end: size))
    }
    guard let start = number(bounds[0]) else { return .whole }
    guard start < size else { return .unsatisfiable }
    guard !bounds[1].isEmpty else { return .part(ByteRange(start: start, end: size)) }
    guard let last = number(bounds[1]), last >= start else { return .whole }
    return .part(ByteRange(start: start, end: last < size ? last + 1 : size))
  }
}
