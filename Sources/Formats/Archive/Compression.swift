import CZlib
import CZstd

/// How bytes are made smaller on their way, by the names of HTTP (RFC 9110 §8.4.1, RFC 8878).
package enum Compression: String, Hashable, Sendable, CaseIterable {
  case gzip, zstd

  /// The best one that an `Accept-Encoding` takes, of those that there are; nil for none.
  package init?(accepted header: String?, of offered: [Compression] = [.zstd, .gzip]) {
    var weights: [String: Double] = [:]
    for part in (header ?? "").lowercased().split(separator: ",") {
      let fields = part.split(separator: ";").map { $0.trimmingASCIISpace }
      guard let name = fields.first else { continue }
      let weight = fields.dropFirst().first { $0.hasPrefix("q=") }.map {
        Double($0.dropFirst(2)) ?? 0
      }
      weights[String(name)] = weight ?? 1
    }
    func weight(_ one: Compression) -> Double { weights[one.rawValue] ?? weights["*"] ?? 0 }
    // Of equals the first.
    guard let best = offered.max(by: { weight($0) < weight($1) }), weight(best) > 0,
      weight(best) >= weights["identity"] ?? 0
    else { return nil }
    self = best
  }

  package func compressor() -> any Compressor {
    switch self {
    // Fast rather than small: whoever downloads waits for it.
    case .gzip: GzipCompressor(level: 1)
    case .zstd: ZstdCompressor()
    }
  }
}

/// Makes a stream of bytes smaller, piece by piece.
package protocol Compressor {
  /// - Returns: what is ready to be sent, if anything.
  mutating func add(_ bytes: [UInt8]) -> [UInt8]
  mutating func finish() -> [UInt8]
}

/// By zlib.
final class GzipCompressor: Compressor {
  private var stream = z_stream()
  private var buffer = [UInt8](repeating: 0, count: 64 * 1024)

  /// - Parameters:
  ///   - level: 1 (fast) to 9 (small).
  ///   - isZlib: whether it is framed as zlib (RFC 1950).
  init(level: Int32, isZlib: Bool = false) {
    // 16 above the window asks for gzip's frame in place of zlib's.
    deflateInit2_(
      &stream, level, Z_DEFLATED, isZlib ? 15 : 15 + 16, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
  }

  deinit { deflateEnd(&stream) }

  func add(_ bytes: [UInt8]) -> [UInt8] { run(bytes, Z_NO_FLUSH) }
  func finish() -> [UInt8] { run([], Z_FINISH) }

  private func run(_ bytes: [UInt8], _ flush: Int32) -> [UInt8] {
    var (bytes, out) = (bytes, [UInt8]())
    bytes.withUnsafeMutableBufferPointer { input in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(input.count)
      repeat {
        buffer.withUnsafeMutableBufferPointer { output in
          stream.next_out = output.baseAddress
          stream.avail_out = UInt32(output.count)
          deflate(&stream, flush)
          out += output.prefix(output.count - Int(stream.avail_out))
        }
      } while stream.avail_out == 0
    }
    return out
  }
}

private final class ZstdCompressor: Compressor {
  private let stream = ZSTD_createCStream()
  private var buffer = [UInt8](repeating: 0, count: ZSTD_CStreamOutSize())

  deinit { ZSTD_freeCStream(stream) }

  func add(_ bytes: [UInt8]) -> [UInt8] { run(bytes, ZSTD_e_continue) }
  func finish() -> [UInt8] { run([], ZSTD_e_end) }

  private func run(_ bytes: [UInt8], _ mode: ZSTD_EndDirective) -> [UInt8] {
    var out: [UInt8] = []
    bytes.withUnsafeBytes { input in
      var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
      var left = 0
      repeat {
        buffer.withUnsafeMutableBytes { output in
          var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
          left = ZSTD_compressStream2(stream, &target, &source, mode)
          out += output.prefix(target.pos)
        }
        if ZSTD_isError(left) != 0 { return }
      } while mode == ZSTD_e_end ? left > 0 : source.pos < source.size
    }
    return out
  }
}
