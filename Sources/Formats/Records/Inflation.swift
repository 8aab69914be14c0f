import CLZ4
import CSnappy
import CZlib
import CZstd

/// Makes bytes whole again whose size is known, by the libraries of each codec.
enum Inflation {
  case none, snappy, gzip, zstd, lz4, lz4Frame

  /// Bytes that one block may become.
  static let limit = 1 << 30

  func bytes(
    _ packed: UnsafeBufferPointer<UInt8>, size: Int
  ) throws(TableBytes.Fault) -> [UInt8] {
    guard size >= 0, size <= Self.limit else {
      throw .init("a block says that it unpacks to more than \(Self.limit) bytes")
    }
    if self == .none { return Array(packed) }
    guard size > 0 else { return [] }
    let fault = TableBytes.Fault("a block does not unpack to the size that it says")
    if self == .gzip {
      guard let out = try? Self.whole(packed, limit: size), out.count == size else { throw fault }
      return out
    }
    var count = 0
    let out = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      count = fill(buffer, packed)
      filled = max(0, min(count, size))
    }
    guard count == size else { throw fault }
    return out
  }

  /// - Returns: bytes written; -1 where that failed.
  private func fill(
    _ buffer: UnsafeMutableBufferPointer<UInt8>, _ packed: UnsafeBufferPointer<UInt8>
  ) -> Int {
    let (source, count) = (UnsafeRawPointer(packed.baseAddress!), packed.count)
    switch self {
    case .none, .gzip: return -1
    case .snappy:
      var size = buffer.count
      let status = snappy_uncompress(
        source.assumingMemoryBound(to: CChar.self), count,
        UnsafeMutableRawPointer(buffer.baseAddress!).assumingMemoryBound(to: CChar.self), &size)
      return status == SNAPPY_OK ? size : -1
    case .zstd:
      let size = ZSTD_decompress(buffer.baseAddress, buffer.count, source, count)
      return ZSTD_isError(size) != 0 ? -1 : size
    case .lz4:
      return Int(
        LZ4_decompress_safe(
          source.assumingMemoryBound(to: CChar.self),
          UnsafeMutableRawPointer(buffer.baseAddress!).assumingMemoryBound(to: CChar.self),
          Int32(clamping: count), Int32(clamping: buffer.count)))
    case .lz4Frame: return fillFrame(buffer, source, count)
    }
  }

  private func fillFrame(
    _ buffer: UnsafeMutableBufferPointer<UInt8>, _ source: UnsafeRawPointer, _ count: Int
  ) -> Int {
    var context: OpaquePointer?
    guard LZ4F_isError(LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))) == 0 else {
      return -1
    }
    defer { LZ4F_freeDecompressionContext(context) }
    var (read, written) = (0, 0)
    while read < count {
      var (room, some) = (buffer.count - written, count - read)
      let left = LZ4F_decompress(
        context, buffer.baseAddress! + written, &room, source + read, &some, nil)
      guard LZ4F_isError(left) == 0, room > 0 || some > 0 else { return -1 }
      (read, written) = (read + some, written + room)
      if left == 0 { break }
    }
    return written
  }

  /// All of a gzip or zlib stream whose size nothing says.
  ///
  /// - Parameter limit: bytes that it may become.
  static func whole(
    _ packed: UnsafeBufferPointer<UInt8>, limit: Int
  ) throws(TableBytes.Fault) -> [UInt8] {
    var stream = z_stream()
    // 32 above the window reads gzip's and zlib's frames.
    guard
      inflateInit2_(&stream, 15 + 32, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw .init("it cannot be unpacked") }
    defer { inflateEnd(&stream) }
    stream.next_in = UnsafeMutablePointer(mutating: packed.baseAddress)
    stream.avail_in = UInt32(clamping: packed.count)
    var (out, status) = ([UInt8](), Z_OK)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while status == Z_OK {
      buffer.withUnsafeMutableBufferPointer { room in
        stream.next_out = room.baseAddress
        stream.avail_out = UInt32(room.count)
        status = inflate(&stream, Z_NO_FLUSH)
        out += room.prefix(room.count - Int(stream.avail_out))
      }
      guard out.count <= limit else { throw .init("it unpacks to more than \(limit) bytes") }
    }
    guard status == Z_STREAM_END else { throw .init("it cannot be unpacked to its end") }
    return out
  }
}
