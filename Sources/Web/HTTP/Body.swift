import Foundation
import Hummingbird
import NIOCore
import Notation
import Platform

/// A JSON object of a request, read member by member; what is wrong is said with its name.
struct Fields {
  let json: JSON

  /// - Parameter known: members that make sense; any other is refused, since it would be ignored.
  init(_ json: JSON, known: [String]) throws(Refusal) {
    guard let members = json.members else {
      throw .invalid(path: "body", problem: "must be a JSON object, not \(json.kindName)")
    }
    for member in members where !known.contains(member.name) {
      throw .invalid(
        path: member.name,
        problem: "is not known here; known are \(known.joined(separator: ", "))")
    }
    self.json = json
  }

  subscript(_ name: String) -> JSON? {
    let value = json[name]
    return value == .null ? nil : value
  }

  func string(_ name: String) throws(Refusal) -> String {
    guard let value = try optionalString(name) else {
      throw .invalid(path: name, problem: "is missing")
    }
    return value
  }

  func optionalString(_ name: String) throws(Refusal) -> String? {
    guard let value = self[name] else { return nil }
    guard let string = value.string else {
      throw .invalid(path: name, problem: "must be a string, not \(value.kindName)")
    }
    return string
  }

  /// An array of strings; an empty one where it is absent.
  func strings(_ name: String) throws(Refusal) -> [String] {
    guard let value = self[name] else { return [] }
    let strings = value.array?.compactMap(\.string)
    guard let strings, strings.count == value.array?.count else {
      throw .invalid(path: name, problem: "must be an array of strings")
    }
    return strings
  }

  func optionalInt(_ name: String) throws(Refusal) -> Int? {
    guard let value = self[name] else { return nil }
    guard let number = value.integer.flatMap({ Int(exactly: $0) }) else {
      throw .invalid(path: name, problem: "must be a whole number")
    }
    return number
  }

  func optionalInts(_ name: String) throws(Refusal) -> [Int]? {
    guard let value = self[name] else { return nil }
    let numbers = value.array?.compactMap { $0.integer.flatMap { Int(exactly: $0) } }
    guard let numbers, numbers.count == value.array?.count else {
      throw .invalid(path: name, problem: "must be an array of whole numbers")
    }
    return numbers
  }

  func optionalNumber(_ name: String) throws(Refusal) -> Double? {
    guard let value = self[name] else { return nil }
    guard let number = value.number else {
      throw .invalid(path: name, problem: "must be a number, not \(value.kindName)")
    }
    return number
  }

  func optionalBool(_ name: String) throws(Refusal) -> Bool? {
    guard let value = self[name] else { return nil }
    guard let bool = value.bool else {
      throw .invalid(path: name, problem: "must be true or false")
    }
    return bool
  }

  /// One of the raw values of an enumeration.
  func optionalChoice<T: RawRepresentable & CaseIterable>(
    _ name: String, _ type: T.Type
  ) throws(Refusal) -> T? where T.RawValue == String {
    guard let text = try optionalString(name) else { return nil }
    guard let choice = T(rawValue: text) else {
      throw .invalid(
        path: name, problem: "must be one of "
          + T.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }
}

extension Call {
  /// Bytes of a JSON body that is not a stream.
  static let bodyLimit = 8 * 1024 * 1024

  func bytes(limit: Int = Call.bodyLimit) async throws -> ByteBuffer {
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
      throw Refusal.tooLarge(what: "the body (bytes)", limit: limit)
    }
    do {
      return try await request.body.collect(upTo: limit)
    } catch is NIOTooManyBytesError {
      throw Refusal.tooLarge(what: "the body (bytes)", limit: limit)
    }
  }

  /// The body as JSON; an empty one is an empty object.
  func json(limit: Int = Call.bodyLimit) async throws -> JSON {
    let buffer = try await bytes(limit: limit)
    guard buffer.readableBytes > 0 else { return [:] }
    do {
      return try JSON(parsing: Array(buffer.readableBytesView))
    } catch {
      throw Refusal.notJSON(error)
    }
  }

  /// The members that the route takes; any other is refused.
  func fields() async throws -> Fields {
    try Fields(try await json(), known: body.map(\.name))
  }

  /// A body of any length, spooled to disk.
  func spool() async throws -> Spool {
    let encoding = request.headers[.contentEncoding] ?? "identity"
    guard encoding == "identity" else {
      throw Refusal.unsupportedMedia(
        what: "the body is \(encoding)-encoded; send it as it is, uncompressed")
    }
    let spool = try Spool(folder: engine.folder.spoolPath)
    for try await buffer in request.body { try spool.append(buffer.readableBytesView) }
    return spool
  }
}

extension Response {
  static func json(_ value: JSON, status: HTTPResponse.Status = .ok) -> Response {
    var writer = JSONWriter(reservingCapacity: 512)
    writer.value(value)
    return Response(
      status: status, headers: [.contentType: "application/json; charset=utf-8"],
      body: .init(byteBuffer: ByteBuffer(bytes: writer.bytes)))
  }

  static var noContent: Response { Response(status: .noContent) }
}
