/// A time as ISO 8601 writes it: an instant, or all of a day, a month or a year. Without a zone it is UTC.
struct Moment: Hashable, Sendable {
  /// Seconds since 1970, the end excluded; of an instant both are the same.
  let start: Double
  let end: Double

  /// - Parameter isPart: whether a year or a month will do, which alone are numbers as well.
  /// - Complexity: O(1)
  init?(_ text: String, isPart: Bool = false) {
    var bytes = Array(text.utf8.prefix(40))[...]
    guard let year = Self.number(4, &bytes), year >= 1 else { return nil }
    guard Self.take("-", &bytes) else {
      guard isPart, bytes.isEmpty else { return nil }
      (start, end) = (Self.seconds(year, 1, 1), Self.seconds(year + 1, 1, 1))
      return
    }
    guard let month = Self.number(2, &bytes), (1...12).contains(month) else { return nil }
    guard Self.take("-", &bytes) else {
      guard isPart, bytes.isEmpty else { return nil }
      let next = month == 12 ? (year + 1, 1) : (year, month + 1)
      (start, end) = (Self.seconds(year, month, 1), Self.seconds(next.0, next.1, 1))
      return
    }
    guard let day = Self.number(2, &bytes), (1...31).contains(day) else { return nil }
    let begin = Self.seconds(year, month, day)
    if bytes.isEmpty {
      (start, end) = (begin, begin + 86_400)
      return
    }
    guard Self.take("T", &bytes) || Self.take("t", &bytes) || Self.take(" ", &bytes),
      let time = Self.time(&bytes), let zone = Self.zone(&bytes), bytes.isEmpty
    else { return nil }
    (start, end) = (begin + time - zone, begin + time - zone)
  }

  /// Hours and minutes, with seconds and parts of them where they are said.
  private static func time(_ bytes: inout ArraySlice<UInt8>) -> Double? {
    guard let hour = number(2, &bytes), hour <= 24, take(":", &bytes), let minute = number(2, &bytes),
      minute < 60
    else { return nil }
    var seconds = Double(hour * 3600 + minute * 60)
    guard take(":", &bytes) else { return seconds }
    guard let second = number(2, &bytes), second <= 60 else { return nil }
    seconds += Double(second)
    guard take(".", &bytes) || take(",", &bytes) else { return seconds }
    var share = 0.1
    guard bytes.first.map(isDigit) == true else { return nil }
    while let byte = bytes.first, isDigit(byte) {
      seconds += Double(byte - 0x30) * share
      share /= 10
      bytes.removeFirst()
    }
    return seconds
  }

  /// Seconds ahead of UTC.
  private static func zone(_ bytes: inout ArraySlice<UInt8>) -> Double? {
    if bytes.isEmpty || take("Z", &bytes) || take("z", &bytes) { return 0 }
    let isAhead = take("+", &bytes)
    guard isAhead || take("-", &bytes), let hours = number(2, &bytes), hours <= 15 else { return nil }
    _ = take(":", &bytes)
    let minutes = bytes.isEmpty ? 0 : number(2, &bytes)
    guard let minutes, minutes < 60 else { return nil }
    return Double(hours * 3600 + minutes * 60) * (isAhead ? 1 : -1)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func number(_ digits: Int, _ bytes: inout ArraySlice<UInt8>) -> Int? {
    let head = bytes.prefix(digits)
    guard head.count == digits, head.allSatisfy(isDigit) else { return nil }
    bytes.removeFirst(digits)
    return head.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  private static func take(_ sign: Unicode.Scalar, _ bytes: inout ArraySlice<UInt8>) -> Bool {
    guard bytes.first == UInt8(ascii: sign) else { return false }
    bytes.removeFirst()
    return true
  }

  /// Of the beginning of a day of the Gregorian calendar, by Hinnant's *chrono-Compatible Low-Level Date
  /// Algorithms*.
  private static func seconds(_ year: Int, _ month: Int, _ day: Int) -> Double {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let ofEra = shifted - era * 400
    let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let days = era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    return Double(days) * 86_400
  }
}

extension ItemQuery.Comparison {
  /// Whether a time answers the comparison with another, or with all of a day, a month or a year.
  func accepts(_ time: Moment, _ wanted: Moment) -> Bool {
    let isInside = time.start == wanted.start || time.start > wanted.start && time.start < wanted.end
    switch self {
    case .equal, .oneOf, .contains: return isInside
    case .different: return !isInside
    case .less: return time.start < wanted.start
    case .lessOrEqual: return time.start < wanted.start || isInside
    case .greater: return time.start > wanted.start && !isInside
    case .greaterOrEqual: return time.start >= wanted.start
    }
  }
}
