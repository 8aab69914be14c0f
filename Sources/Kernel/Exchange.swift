/// The memory through which a caller and the kernel talk: the caller asks for room, writes there, calls,
/// and reads what the call left. One call at a time, as in a browser's single thread.
///
/// Every call returns a count; −1 says that the input makes no sense. What was read before a call that
/// asks for room may have moved.
nonisolated(unsafe) var exchange = Exchange()

struct Exchange {
  private(set) var input = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private(set) var output = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  /// Room for `count` bytes of input, on an address that suits any number.
  mutating func takeInput(_ count: Int) -> UnsafeMutableRawPointer? {
    if input.count < count {
      input.deallocate()
      input = .allocate(byteCount: max(count, 4096), alignment: 16)
    }
    return input.baseAddress
  }

  mutating func openOutput(_ count: Int) -> UnsafeMutableRawBufferPointer {
    if output.count < count {
      output.deallocate()
      output = .allocate(byteCount: max(count, 4096), alignment: 16)
    }
    return UnsafeMutableRawBufferPointer(rebasing: output[..<count])
  }

  /// Leaves numbers as the answer.
  ///
  /// - Returns: how many.
  mutating func answer<Number: BitwiseCopyable>(_ numbers: [Number]) -> Int32 {
    let room = openOutput(numbers.count * MemoryLayout<Number>.stride)
    numbers.withUnsafeBytes { room.copyMemory(from: $0) }
    return Int32(truncatingIfNeeded: numbers.count)
  }

  func inputBytes(_ count: Int32) -> UnsafeRawBufferPointer? {
    guard count >= 0, Int(count) <= input.count else { return nil }
    return UnsafeRawBufferPointer(rebasing: input[..<Int(count)])
  }

  /// `count` numbers of the input, those after the first `start`.
  func inputNumbers<Number: BitwiseCopyable>(
    _ count: Int32, after start: Int32 = 0, as type: Number.Type
  ) -> [Number]? {
    let stride = MemoryLayout<Number>.stride
    guard count >= 0, start >= 0, Int(count) <= input.count / stride - Int(start) else { return nil }
    let (from, count) = (Int(start) * stride, Int(count))
    return UnsafeRawBufferPointer(rebasing: input[from..<(from + count * stride)])
      .withMemoryRebound(to: type) { Array($0) }
  }
}

/// Room for so many bytes of input.
@_expose(wasm, "input") @c(assay_kernel_input)
public func kernelInput(_ count: Int32) -> UnsafeMutableRawPointer? {
  exchange.takeInput(Int(max(0, count)))
}

/// Where the answer of the last call lies.
@_expose(wasm, "output") @c(assay_kernel_output)
public func kernelOutput() -> UnsafeMutableRawPointer? { exchange.output.baseAddress }
