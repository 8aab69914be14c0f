import CVips
import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What is asked of a process that makes small pictures, and how it answers: numbers of eight bytes, least
/// byte first, and bytes with their number before them.
struct PictureOrder: Hashable, Sendable {
  var width: Int
  var height: Int
  /// Exactly that large, whatever its proportions; else no larger than that.
  var isForced: Bool
  var kind: Kind

  enum Kind: Int, Hashable, Sendable {
    case jpeg, map

    /// As libvips calls the file, with how it is written.
    var suffix: String {
      switch self {
      case .jpeg: ".jpg[Q=82,strip,background=255]"
      case .map: ".ppm[strip]"
      }
    }
  }

  var numbers: [Int] { [width, height, isForced ? 1 : 0, kind.rawValue] }

  init(width: Int, height: Int, isForced: Bool, kind: Kind) {
    (self.width, self.height, self.isForced, self.kind) = (width, height, isForced, kind)
  }

  init?(_ numbers: [Int]) {
    guard numbers.count == 4, let kind = Kind(rawValue: numbers[3]) else { return nil }
    self.init(width: numbers[0], height: numbers[1], isForced: numbers[2] == 1, kind: kind)
  }
}

/// Makes small pictures with libvips until its input ends: what `assay small-pictures` does, in a process
/// that a hostile image can end without harm.
package enum SmallPictures {
  /// The word that asks the program for this.
  package static let command = "small-pictures"
  /// What it says once libvips is there.
  static let ready = 0x6173_7361_79
  static let failed = -1

  /// - Parameters:
  ///   - secondLimit: seconds of one processor that an image may take.
  ///   - memoryLimit: KiB that the process may map.
  /// - Returns: once there is nothing more to do, or no libvips.
  package static func serve(secondLimit: Int, memoryLimit: Int) {
    var memory = rlimit(
      rlim_cur: rlim_t(memoryLimit) * 1024, rlim_max: rlim_t(memoryLimit) * 1024)
    setrlimit(limitOfMemory, &memory)
    guard assay_vips_open() == 1 else { return }
    let (orders, answers) = (PipeEnd(STDIN_FILENO), PipeEnd(STDOUT_FILENO))
    guard answers.write([ready]) else { return }
    while let numbers = orders.numbers(5), let order = PictureOrder(Array(numbers.prefix(4))),
      let image = orders.bytes(numbers[4])
    {
      limit(seconds: secondLimit)
      let picture = shrink(image, order)
      alarm(0)
      guard answers.write([picture?.count ?? failed]), answers.write(picture ?? []) else { return }
    }
  }

  private static func shrink(_ image: [UInt8], _ order: PictureOrder) -> [UInt8]? {
    var (bytes, count): (UnsafeMutableRawPointer?, Int) = (nil, 0)
    let done = assay_vips_shrink(
      image, image.count, Int32(order.width), Int32(order.height), order.isForced ? 1 : 0,
      order.kind.suffix, &bytes, &count)
    guard done == 1, let bytes else { return nil }
    defer { assay_vips_free(bytes) }
    return [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
  }

  /// From now on: for the next image.
  private static func limit(seconds: Int) {
    var spent = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent)
    var limit = rlimit()
    getrlimit(limitOfProcessor, &limit)
    limit.rlim_cur = rlim_t(spent.tv_sec + max(seconds, 1))
    setrlimit(limitOfProcessor, &limit)
    alarm(UInt32(Vips.waitLimit))
  }

  #if canImport(Glibc)
    private static let limitOfMemory = __rlimit_resource_t(RLIMIT_AS.rawValue)
    private static let limitOfProcessor = __rlimit_resource_t(RLIMIT_CPU.rawValue)
  #else
    private static let limitOfMemory = RLIMIT_AS
    private static let limitOfProcessor = RLIMIT_CPU
  #endif
}

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
