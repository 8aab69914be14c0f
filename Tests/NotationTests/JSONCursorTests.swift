import Notation
import Testing

struct JSONCursorTests {
  private func walk<R>(_ text: String, _ body: (inout JSONCursor) throws -> R) rethrows -> R {
    let bytes = Array(text.utf8)
    return try bytes.withUnsafeBufferPointer { buffer in
      var cursor = JSONCursor(buffer)
      return try body(&cursor)
    }
  }

  private func found(_ text: String, _ names: [StaticString]) throws -> [String] {
    try walk(text) { cursor in
      var found: [String] = []
      try cursor.members(among: names) { place, cursor throws(JSONError) in
        guard let place else { return try cursor.skip() }
        found.append("\(names[place])=\(try cursor.value().text)")
      }
      return found
    }
  }

  @Test func membersAreFoundInAnyOrderAndOthersArePassedOver() throws {
    let text = #" { "b" : [1, {"a": 2}] , "x": "}\"{", "a": -1.5e3, "y": [[], {}], "c": null } "#
    #expect(try found(text, ["a", "b", "c"]) == ["b=[1,{\"a\":2}]", "a=-1500.0", "c=null"])
    #expect(try found(text, ["c", "b", "a"]) == ["b=[1,{\"a\":2}]", "a=-1500.0", "c=null"])
    #expect(try found(text, ["d"]) == [])
    #expect(try found("{}", ["a"]) == [])
  }

  @Test func namesMayBeWrittenWithEscapes() throws {
    #expect(try found(#"{"\u0062":1,"x\"":2,"a\u0020c":3}"#, ["b", "a c"]) == ["b=1", "a c=3"])
    #expect(try walk(#"{"\u0061":1}"#) { try $0.member("a") } == 1)
  }

  @Test func aMemberThatIsThereTwiceIsGivenTwice() throws {
    #expect(try found(#"{"a":1,"a":2}"#, ["a", "b"]) == ["a=1", "a=2"])
  }

  @Test func theWalkEndsBehindTheObject() throws {
    for text in [#"{"a":1,"b":{"c":[2]}}7"#, #"{"b":"\\","a":[1]}7"#, #"{}7"#] {
      try walk(text) { cursor in
        try cursor.members(among: ["a"]) { _, cursor throws(JSONError) in try cursor.skip() }
        #expect(cursor.peek() == UInt8(ascii: "7"))
      }
      try walk(text) { cursor in
        _ = try cursor.member("a")
        #expect(cursor.peek() == UInt8(ascii: "7"))
      }
    }
  }

  @Test func ofAMemberThatIsThereTwiceTheLastIsTaken() throws {
    #expect(try walk(#"{"z":[],"a":1,"a":2}"#) { try $0.member("a") } == 2)
    #expect(try walk(#"{"z":{"a":3}}"#) { try $0.member("a") } == nil)
  }

  @Test func whatIsPassedOverMayHoldBracketsAndQuotesInItsTexts() throws {
    for text in [
      #"{"s":"[{","a":1}"#, #"{"s":"\"]}","a":1}"#, #"{"s":{"t":"\\"},"a":1}"#,
      #"{"s":[true,null,-0.5e+3,"é"],"a":1}"#, #"{"s":[[[["]"]]]],"a":1}"#,
    ] {
      #expect(try walk(text) { try $0.member("a") } == 1, "\(text)")
    }
  }

  @Test func whatIsCutOffIsTold() {
    let text = #"{"z":[1,{"y":"x\"y"}],"a":[1,2],"b":3}"#
    for end in text.utf8.indices.dropFirst() {
      let part = String(text[..<end])
      #expect(throws: JSONError.self, "\(part)") { try walk(part) { try $0.member("a") } }
      #expect(throws: JSONError.self, "\(part)") {
        try walk(part) { cursor in
          try cursor.members(among: ["q"]) { _, cursor throws(JSONError) in try cursor.skip() }
        }
      }
    }
  }

  @Test(arguments: [
    ("[1]", JSONError.Reason.unexpectedByte(91), 0), ("{,}", .unexpectedByte(44), 1),
    (#"{"a" 1}"#, .unexpectedByte(49), 5), (#"{"a":1 "b":2}"#, .unexpectedByte(34), 7),
    (#"{"a":1,}"#, .unexpectedByte(125), 7), ("{1:2}", .unexpectedByte(49), 1),
    (#"{"a":1]"#, .unexpectedByte(93), 6), (#"{"b":,"a":1}"#, .unexpectedByte(44), 5),
    ("7", .unexpectedByte(55), 0), (#"{"a":1"#, .unexpectedEnd, 6),
  ])
  func whatIsNoObjectIsToldWithItsPlace(text: String, reason: JSONError.Reason, offset: Int) {
    for name: StaticString in ["a", "q"] {
      #expect(throws: JSONError(reason, at: offset), "\(text)") {
        try walk(text) { try $0.member(name) }
      }
    }
  }

  @Test func aNameWithoutItsEndIsToldWhereItsLineEnds() {
    #expect(throws: JSONError(.controlCharacter, at: 12)) {
      try walk("{\n\"images: [\n{\"id\": 1}]}") { cursor in
        try cursor.members { _, cursor throws(JSONError) in try cursor.skip() }
      }
    }
  }

  @Test func depthHasALimitWhereItIsPassedOverToo() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    try walk(nested(JSON.defaultDepthLimit)) { try $0.skip() }
    for text in [
      #"{"a":1,"x":\#(nested(JSON.defaultDepthLimit))}"#,
      #"{"x":\#(nested(JSON.defaultDepthLimit)),"a":1}"#,
    ] { #expect(try walk(text) { try $0.member("a") } == 1) }
    #expect(throws: JSONError(.tooDeep(limit: 64), at: 64)) {
      try walk(nested(JSON.defaultDepthLimit + 1)) { try $0.skip() }
    }
  }
}
