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
    /// Of a whole image, for work on it.
    case fine

    /// As libvips calls the file, with how it is written.
    var suffix: String {
      switch self {
      case .jpeg: ".jpg[Q=82,strip,background=255]"
      case .map: ".ppm[strip]"
      case .fine: ".jpg[Q=92,strip,background=255]"
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
  /// What it says once libvips is there, or where it is not.
  static let ready = 0x6173_7361_79
  static let missing = -2
  /// In place of a picture's size: the image cannot be read.
  static let failed = -1

  /// - Parameters:
  ///   - secondLimit: seconds of one processor that an image may take; it ends at an image that takes more.
  ///   - memoryLimit: KiB that the process may map.
  /// - Returns: once there is nothing more to do, or no libvips.
  package static func serve(secondLimit: Int, memoryLimit: Int) {
    // Whoever started this may have kept signals from itself; the limit of time comes as one.
    var none = sigset_t()
    sigemptyset(&none)
    sigprocmask(SIG_SETMASK, &none, nil)
    // Whoever waits for an answer comes before whoever waits for a picture.
    _ = nice(5)
    var memory = rlimit(
      rlim_cur: rlim_t(memoryLimit) * 1024, rlim_max: rlim_t(memoryLimit) * 1024)
    setrlimit(limitOfMemory, &memory)
    let (orders, answers) = (PipeEnd(STDIN_FILENO), PipeEnd(STDOUT_FILENO))
    guard assay_vips_open() == 1 else {
      _ = answers.write([missing])
      return
    }
    guard answers.write([ready]) else { return }
    while let numbers = orders.numbers(5), let order = PictureOrder(Array(numbers.prefix(4))),
      let image = orders.bytes(numbers[4])
    {
      limit(seconds: secondLimit)
      let picture = shrink(image, order)
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
  }

  #if canImport(Glibc)
    private static let limitOfMemory = __rlimit_resource_t(RLIMIT_AS.rawValue)
    private static let limitOfProcessor = __rlimit_resource_t(RLIMIT_CPU.rawValue)
  #else
    private static let limitOfMemory = RLIMIT_AS
    private static let limitOfProcessor = RLIMIT_CPU
  #endif
}
