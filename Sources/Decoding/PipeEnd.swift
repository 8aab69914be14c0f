import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Whole values over a pipe, waited for.
struct PipeEnd {
  private let file: Int32

  init(_ file: Int32) { self.file = file }

  func write(_ numbers: [Int]) -> Bool {
    numbers.map { Int64($0).littleEndian }.withUnsafeBytes { write($0) }
  }

  func write(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { write($0) } }

  func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var place = 0
    while place < bytes.count {
      let count = Self.write(file, bytes.baseAddress! + place, bytes.count - place)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      place += count
    }
    return true
  }

  private static func write(_ file: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    #if canImport(Glibc)
      Glibc.write(file, bytes, count)
    #else
      Darwin.write(file, bytes, count)
    #endif
  }

  /// Nil where they end too early.
  func numbers(_ count: Int) -> [Int]? {
    guard let bytes = bytes(8 * count) else { return nil }
    return bytes.withUnsafeBytes { bytes in
      (0..<count).map {
        Int(Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Int64.self)))
      }
    }
  }

  func bytes(_ count: Int) -> [UInt8]? {
    guard (0...PictureWorker.answerLimit).contains(count) else { return nil }
    var isWhole = true
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let got = read(file, buffer.baseAddress! + filled, count - filled)
        if got < 0, errno == EINTR { continue }
        guard got > 0 else {
          isWhole = false
          return
        }
        filled += got
      }
    }
    return isWhole ? bytes : nil
  }
}
