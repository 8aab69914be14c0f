/// Reads a ustar archive as it streams by: bytes in, files out.
package struct TarReader: Sendable {
  package enum Event: Sendable {
    case file(name: String, size: Int)
    case content(ArraySlice<UInt8>)
    case fileEnd
    case archiveEnd
  }

  package enum Fault: Error, Hashable, Sendable {
    case badHeader
    case badChecksum
    case unsafeName(String)
    case truncated
  }

  private enum State { case header, content(left: Int, padding: Int), padding(Int), ended }
  private var state = State.header
  private var buffer: [UInt8] = []

  package init() {}

  package mutating func read(
    _ bytes: some Sequence<UInt8>, _ body: (Event) throws -> Void
  ) throws {
    let input = Array(bytes)
    var position = 0
    while position < input.count {
      switch state {
      case .ended: return
      case .header:
        let count = min(512 - buffer.count, input.count - position)
        buffer.append(contentsOf: input[position..<position + count])
        position += count
        if buffer.count == 512 {
          try header(body)
          buffer.removeAll(keepingCapacity: true)
        }
      case .content(let left, let padding):
        let count = min(left, input.count - position)
        try body(.content(input[position..<position + count]))
        position += count
        if count == left {
          try body(.fileEnd)
          state = padding > 0 ? .padding(padding) : .header
        } else {
          state = .content(left: left - count, padding: padding)
        }
      case .padding(let left):
        let count = min(left, input.count - position)
        position += count
        state = count == left ? .header : .padding(left - count)
      }
    }
  }

  /// Call when the bytes are over.
  package func end() throws(Fault) {
    guard case .ended = state else { throw .truncated }
  }

  private mutating func header(_ body: (Event) throws -> Void) throws {
    if buffer.allSatisfy({ $0 == 0 }) {
      state = .ended
      return try body(.archiveEnd)
    }
    var sum = 0
    for (index, byte) in buffer.enumerated() {
      sum += (148..<156).contains(index) ? 0x20 : Int(byte)
    }
    guard octal(148, 8) == sum else { throw Fault.badChecksum }
    guard let size = octal(124, 12), buffer[156] == UInt8(ascii: "0") || buffer[156] == 0 else {
      throw Fault.badHeader
    }
    let prefix = text(345, 155)
    let name = prefix.isEmpty ? text(0, 100) : prefix + "/" + text(0, 100)
    guard !name.isEmpty, !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else {
      throw Fault.unsafeName(name)
    }
    try body(.file(name: name, size: size))
    let padding = (512 - size % 512) % 512
    if size == 0 {
      try body(.fileEnd)
      state = .header
    } else {
      state = .content(left: size, padding: padding)
    }
  }

  private func text(_ offset: Int, _ count: Int) -> String {
    String(decoding: buffer[offset..<offset + count].prefix { $0 != 0 }, as: UTF8.self)
  }

  private func octal(_ offset: Int, _ count: Int) -> Int? {
    let digits = buffer[offset..<offset + count].prefix { $0 != 0 && $0 != 0x20 }
    return Int(String(decoding: digits, as: UTF8.self), radix: 8)
  }
}
