import Foundation
import Hummingbird
import Notation
import Platform
import Store
import Wire

/// What Scale's clients send, read as they mean it: empty query values and nulls are absent, and
/// lists are repeated names.
extension Call {
  /// A name in the path, decoded.
  func scaleName(_ parameter: String) -> String {
    let text = parameters.get(parameter) ?? ""
    return text.removingPercentEncoding ?? text
  }

  func scaleQuery(_ name: String) -> String? {
    guard let value = queries[name], !value.isEmpty else { return nil }
    return value
  }

  func scaleRequired(_ name: String) throws(ScaleFault) -> String {
    guard let value = scaleQuery(name) else {
      throw ScaleFault("Please include a \(name) parameter.")
    }
    return value
  }

  /// The task that the query names.
  func scaleTask() throws -> TaskID {
    let text = try scaleRequired("task_id")
    guard let id = TaskID(text) else { throw Refusal.unknown(.task, text) }
    return id
  }

  func scaleQueries(_ name: String) -> [String] {
    queries.all(name).filter { !$0.isEmpty }
  }

  /// 1…100; 100 where nothing is said.
  func scaleLimit() throws -> Int {
    guard let text = scaleQuery("limit") else { return 100 }
    guard let limit = Int(text), (1...100).contains(limit) else {
      throw ScaleFault("limit must be a whole number of 1 to 100.")
    }
    return limit
  }

  func scaleOffset() throws -> Int {
    guard let text = scaleQuery("offset") else { return 0 }
    guard let offset = Int(text), offset >= 0 else {
      throw ScaleFault("offset must be a whole number, 0 or more.")
    }
    return offset
  }

  /// A moment: a date, or a date and a time with or without an offset; UTC where none is given.
  func scaleTime(_ name: String) throws -> Int64? {
    guard let text = scaleQuery(name) else { return nil }
    guard let milliseconds = ScaleTime.milliseconds(text) else {
      throw ScaleFault("\(name) must be a date like 2026-11-22 or 2026-11-22T10:00:00Z.")
    }
    return milliseconds
  }

  /// The body as an object without its nulls; an empty one is an empty object.
  func scaleBody() async throws -> JSON {
    let json = try await json()
    guard let members = json.members else {
      throw ScaleFault("The body must be a JSON object.")
    }
    return .object(members.filter { $0.value != .null })
  }

  /// Runs `body` in the vault of the key.
  func atScale(
    _ body: (ScaleDesk) async throws -> JSON
  ) async throws -> Response {
    try await inVault { vault, actor in
      .json(try await body(ScaleDesk(vault: vault, actor: actor, services: services)))
    }
  }
}

/// Times as Scale's clients write them.
enum ScaleTime {
  static func milliseconds(_ text: String) -> Int64? {
    // A plus sign that was not encoded arrives as a space before the offset.
    var text = text.trimmingCharacters(in: .whitespaces).uppercased()
    if text.count > 10, text.dropFirst(10).first == " " {
      text = text.prefix(10) + "T" + text.dropFirst(11)
    }
    text = text.replacingOccurrences(of: " ", with: "+")
    let day = text.prefix(10).split(separator: "-").compactMap { Int($0) }
    guard day.count == 3, let midnight = days(day[0], day[1], day[2]) else { return nil }
    var rest = text.dropFirst(10)
    guard !rest.isEmpty else { return midnight * 86_400_000 }
    guard rest.first == "T" else { return nil }
    rest = rest.dropFirst()
    var offset = 0
    if rest.hasSuffix("Z") {
      rest = rest.dropLast()
    } else if let sign = rest.lastIndex(where: { $0 == "+" || $0 == "-" }) {
      let parts = rest[rest.index(after: sign)...].replacingOccurrences(of: ":", with: "")
      guard parts.count == 4, let number = Int(parts) else { return nil }
      offset = (number / 100 * 60 + number % 100) * (rest[sign] == "-" ? -1 : 1)
      rest = rest[..<sign]
    }
    let clock = rest.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(clock.count), let hour = Int(clock[0]), let minute = Int(clock[1]),
      (0..<24).contains(hour), (0..<60).contains(minute)
    else { return nil }
    let second = clock.count == 3 ? Double(clock[2]) ?? -1 : 0
    guard second >= 0, second < 61 else { return nil }
    return midnight * 86_400_000 + Int64((hour * 60 + minute - offset) * 60_000)
      + Int64(second * 1000)
  }

  /// Days since 1970 after H. Hinnant, *chrono-Compatible Low-Level Date Algorithms*.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int64? {
    guard (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else {
      return nil
    }
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return Int64(era * 146_097 + dayOfEra - 719_468)
  }
}
