import Testing

@testable import Notation

@Suite struct JSONParserTests {
  @Test func readsEveryKindOfValueAndKeepsTheOrderOfMembers() throws {
    let json = try JSON(parsing: #" {"b":[1,-2.5,true,null,"é\n\u00e9\ud83d\ude00"],"a":{}} "#)
    #expect(json.members?.map(\.name) == ["b", "a"])
    #expect(json["b"]?.array?.count == 5)
    #expect(json["b"]?.array?[4].string == "é\né😀")
    #expect(json["b"]?.array?[0] == .int(1))
    #expect(json["b"]?.array?[1] == .double(-2.5))
  }

  @Test(
    arguments: [
      ("", JSONError.Reason.empty, 0), ("{", .unexpectedEnd, 1), ("[1,]", .unexpectedByte(93), 3),
      ("1 2", .trailingBytes, 2), ("01", .badNumber, 0), ("-", .badNumber, 0),
      ("1.", .badNumber, 0), ("NaN", .notFinite, 0), ("-Infinity", .notFinite, 0),
      ("1e999", .notFinite, 0), (#""\x""#, .badEscape, 1), (#""\ud800""#, .badEscape, 1),
      ("\"a\u{1}\"", .controlCharacter, 2), ("{bad", .unexpectedByte(98), 1),
      ("tru", .unexpectedEnd, 3), (#"{"a" 1}"#, .unexpectedByte(49), 5),
    ])
  func saysWhatIsWrongAndWhere(text: String, reason: JSONError.Reason, offset: Int) {
    #expect(throws: JSONError(reason, at: offset)) { try JSON(parsing: text) }
  }

  @Test func refusesBytesThatAreNotUTF8() {
    #expect(throws: JSONError(.badUTF8, at: 1)) { try JSON(parsing: [0x22, 0xFF, 0x22]) }
  }

  @Test func nestsAsDeepAsTheLimitAndNoDeeper() throws {
    let limit = JSON.defaultDepthLimit
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try JSON(parsing: nested(limit))
    #expect(throws: JSONError(.tooDeep(limit: limit), at: limit)) {
      try JSON(parsing: nested(limit + 1))
    }
  }

  @Test func readsNumbersAsTheStandardLibraryDoes() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      let value = Double(bitPattern: generator.next())
      guard value.isFinite else { continue }
      #expect(try JSON(parsing: "\(value)").number == value)
      let short = (Double.random(in: -1000...1000) * 1000).rounded() / 1000
      #expect(try JSON(parsing: "\(short)").number == short)
    }
    #expect(try JSON(parsing: "9223372036854775807") == .int(.max))
    #expect(try JSON(parsing: "9223372036854775808") == .double(9_223_372_036_854_775_808))
  }

  @Test func digitsAtTheLimitsOfWhatIsExactAreReadAsTheStandardLibraryDoes() throws {
    for text in [
      "1.234567890123456789", "12345678901234567890.5", "0.0000000000000000001",
      "0.1234567890123456789012",
      "9999999999999999999.9", "-0.30000000000000004", "123456789012345678901234567890",
      "9007199254740993.0",
    ] {
      #expect(try JSON(parsing: text).number == Double(text), "\(text)")
    }
    #expect(try JSON(parsing: "-9223372036854775807") == .int(-.max))
    #expect(try JSON(parsing: "99999999999999999999") == .double(1e20))
  }

  @Test func writesNumbersAsTheStandardLibraryDoes() {
    var generator = SystemRandomNumberGenerator()
    var values: [Double] = [
      0, -0.0, 1, -1, 0.5, 0.0001, -0.0001, 0.00011, 0.00009, 1e-5, 100, 99_999_999_999.9999, 1e11,
      1e15, 1e16,
      0.1 + 0.2, 123.45 * 10, .greatestFiniteMagnitude, .leastNonzeroMagnitude,
    ]
    for places in [1.0, 10, 100, 1000, 10_000, 100_000] {
      for size in [1.0, 1000, 1e8, 1e10, 1e11] {
        for _ in 0..<500 {
          values.append(
            (Double.random(in: -size...size, using: &generator) * places).rounded() / places)
          values.append(values[values.count - 1].nextUp)
        }
      }
    }
    for value in values { #expect(JSON.double(value).text == value.description) }
  }

  @Test func whatIsWrittenIsReadBackTheSame() throws {
    let json: JSON = [
      "text": "a\"\\\n\t\u{1}é😀", "numbers": [0, -1, 1.5, 1e-7], "none": .null, "yes": true,
      "nested": [["deep": []]],
    ]
    #expect(try JSON(parsing: json.utf8) == json)
  }

  @Test func numbersThatJSONCannotHoldAreWrittenAsNull() {
    #expect((JSON.array([.double(.nan), .double(.infinity)])).text == "[null,null]")
  }

  @Test func theLastOfMembersWithOneNameCounts() throws {
    #expect(try JSON(parsing: #"{"a":1,"a":2}"#)["a"] == .int(2))
  }
}
