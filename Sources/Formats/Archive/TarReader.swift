/// Reads the files of a tar archive as it streams by: bytes in, files out.
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

  private enum State {
    case header
    /// Of a file, or of nothing that is wanted.
    case content(left: Int, padding: Int, isWanted: Bool)
    case facts(TarHeader.Extension, left: Int, padding: Int)
    case padding(Int)
    case ended
  }

  private var state = State.header
  private var buffer: [UInt8] = []
  /// What was said of the next file.
  private var facts: [(form: TarHeader.Extension, bytes: [UInt8])] = []

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
        let count = min(TarHeader.size - buffer.count, input.count - position)
        buffer.append(contentsOf: input[position..<position + count])
        position += count
        if buffer.count == TarHeader.size {
          try header(body)
          buffer.removeAll(keepingCapacity: true)
        }
      case .content(let left, let padding, let isWanted):
        let count = min(left, input.count - position)
        if isWanted { try body(.content(input[position..<position + count])) }
        position += count
        if count == left {
          if isWanted { try body(.fileEnd) }
          state = padding > 0 ? .padding(padding) : .header
        } else {
          state = .content(left: left - count, padding: padding, isWanted: isWanted)
        }
      case .facts(let form, let left, let padding):
        let count = min(left, input.count - position)
        facts[facts.count - 1].bytes += input[position..<position + count]
        position += count
        state =
          count < left
          ? .facts(form, left: left - count, padding: padding)
          : padding > 0 ? .padding(padding) : .header
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
    guard var header = try TarHeader(buffer) else {
      state = .ended
      return try body(.archiveEnd)
    }
    if case .facts(let form) = header.kind {
      guard facts.count < TarHeader.factsCount else { throw Fault.badHeader }
      facts.append((form, []))
      state = header.size > 0 ? .facts(form, left: header.size, padding: header.padding) : .header
      return
    }
    for (form, bytes) in facts { try header.apply(bytes, form) }
    facts = []
    let isWanted = header.kind == .file
    if isWanted { try body(.file(name: header.safeName(), size: header.size)) }
    if header.size == 0 {
      if isWanted { try body(.fileEnd) }
      state = .header
    } else {
      state = .content(left: header.size, padding: header.padding, isWanted: isWanted)
    }
  }
}
