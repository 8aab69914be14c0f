#if arch(wasm32)
  // What a WebAssembly module without libc and system must bring itself. The linker puts the functions
  // named `__wrap_…` in the place of those that the Swift runtime asks for (scripts/build-kernel: --wrap).

  @_extern(c, "llvm.wasm.memory.grow.i32")
  private func grow(_ memory: Int32, _ pages: Int32) -> Int32
  @_extern(c, "llvm.wasm.memory.size.i32")
  private func size(_ memory: Int32) -> Int32

  /// Free lists by powers of two, and a mark up to which the memory has been handed out. Each piece is
  /// preceded by 16 bytes that hold its list's number.
  private struct Heap {
    var next: UInt = 0
    var free:
      (
        UInt, UInt, UInt, UInt, UInt, UInt, UInt, UInt, UInt, UInt, UInt, UInt, UInt, UInt, UInt,
        UInt,
        UInt, UInt, UInt, UInt, UInt, UInt, UInt, UInt, UInt, UInt, UInt, UInt, UInt, UInt, UInt,
        UInt
      ) = (
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0
      )

    /// The head of a list.
    @inline(__always)
    static func withList<R>(_ number: Int, _ body: (UnsafeMutablePointer<UInt>) -> R) -> R {
      withUnsafeMutableBytes(of: &heap.free) {
        body($0.baseAddress!.assumingMemoryBound(to: UInt.self) + number)
      }
    }
  }

  nonisolated(unsafe) private var heap = Heap()
  private let header: UInt = 16
  private let page: UInt = 65_536

  @c(__wrap_posix_memalign)
  public func allocate(
    _ place: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ alignment: UInt, _ count: UInt
  ) -> Int32 {
    // Nothing here asks for more than 16.
    guard alignment <= header, count < 1 << 30 else { return 12 }
    var number = 5
    while (1 as UInt) << UInt(number) < count + header { number += 1 }
    let known = Heap.withList(number) { $0.pointee }
    if known != 0, let piece = UnsafeMutableRawPointer(bitPattern: known) {
      let following = (piece + Int(header)).load(as: UInt.self)
      Heap.withList(number) { $0.pointee = following }
      place.pointee = piece + Int(header)
      return 0
    }
    if heap.next == 0 { heap.next = UInt(size(0)) * page }
    let end = heap.next + (1 as UInt) << UInt(number)
    let limit = UInt(size(0)) * page
    if end > limit {
      let pages = (end - limit + page - 1) / page
      guard grow(0, Int32(truncatingIfNeeded: pages)) >= 0 else { return 12 }
    }
    guard let piece = UnsafeMutableRawPointer(bitPattern: heap.next) else { return 12 }
    heap.next = end
    piece.storeBytes(of: UInt(number), as: UInt.self)
    place.pointee = piece + Int(header)
    return 0
  }

  @c(__wrap_free)
  public func release(_ pointer: UnsafeMutableRawPointer?) {
    guard let pointer else { return }
    let piece = pointer - Int(header)
    let number = Int(piece.load(as: UInt.self))
    let head = Heap.withList(number) { $0.pointee }
    pointer.storeBytes(of: head, as: UInt.self)
    Heap.withList(number) { $0.pointee = UInt(bitPattern: piece) }
  }

  /// The product of two 128-bit numbers, which checked 64-bit multiplication asks for; by halves, since
  /// anything wider would ask for it again.
  @c(__multi3)
  public func multiply(
    _ product: UnsafeMutablePointer<UInt64>, _ a: UInt64, _ aHigh: UInt64, _ b: UInt64,
    _ bHigh: UInt64
  ) {
    let (p, q) = (a & 0xffff_ffff, a >> 32)
    let (r, s) = (b & 0xffff_ffff, b >> 32)
    let low = p &* r
    let middle = q &* r &+ (low >> 32)
    let other = p &* s &+ (middle & 0xffff_ffff)
    product[0] = other << 32 | (low & 0xffff_ffff)
    product[1] = q &* s &+ (middle >> 32) &+ (other >> 32) &+ aHigh &* b &+ a &* bHigh
  }

  /// The browser's own reading of a decimal number, correctly rounded as strtod's is.
  @_extern(wasm, module: "env", name: "parseNumber")
  private func parseNumber(_ text: UnsafePointer<UInt8>, _ count: Int32) -> Double

  @c(__wrap__swift_stdlib_strtod_clocale)
  public func readNumber(
    _ text: UnsafePointer<UInt8>, _ value: UnsafeMutablePointer<Double>
  ) -> UnsafePointer<UInt8>? {
    var count: Int32 = 0
    while text[Int(count)] != 0 { count += 1 }
    value.pointee = parseNumber(text, count)
    return value.pointee.isNaN ? nil : text + Int(count)
  }

  /// Hashing need not be hard to guess here: there is one user, and results do not depend on it.
  @c(__wrap_arc4random_buf)
  public func fill(_ buffer: UnsafeMutableRawPointer, _ count: UInt) {
    for index in 0..<Int(count) {
      buffer.storeBytes(
        of: UInt8(truncatingIfNeeded: index &* 151 &+ 7), toByteOffset: index, as: UInt8.self)
    }
  }

  @c(__wrap_memcmp)
  public func compare(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ count: UInt) -> Int32 {
    for index in 0..<Int(count) {
      let (x, y) = (
        a.load(fromByteOffset: index, as: UInt8.self), b.load(fromByteOffset: index, as: UInt8.self)
      )
      if x != y { return Int32(x) - Int32(y) }
    }
    return 0
  }
#endif
