/// Numbers of persons that begin with letters: of Italy (codice fiscale), the United Kingdom (National
/// Insurance number), Spain (NIE), Singapore (NRIC and FIN), Taiwan and Mexico (CURP).
enum LetteredID {
  /// Letters and digits of one at most.
  static let lengthLimit = 18
  /// Within so many there is a digit.
  static let headLimit = 7

  /// - Parameters:
  ///   - code: in capitals, without spaces.
  ///   - gaps: after how many of them there were spaces.
  static func isValid(_ code: [UInt8], gaps: [Int]) -> Bool {
    guard gaps.isEmpty else {
      return code.count == 9 && [[2, 4, 6, 8], [2, 8]].contains(gaps) && isBritish(code)
    }
    return switch code.count {
    case 9: isBritish(code) || isSingaporean(code) || isSpanish(code)
    case 10: isTaiwanese(code)
    case 16: isFiscalCode(code)
    case 18: isMexican(code)
    default: false
    }
  }

  /// - Parameter form: `L` for a letter, `D` for a digit, `A` for either.
  private static func has(_ form: String, _ code: [UInt8]) -> Bool {
    zip(form.utf8, code).allSatisfy { kind, byte in
      let isLetter = (0x41...0x5A).contains(byte)
      return kind == UInt8(ascii: "A") || isLetter == (kind == UInt8(ascii: "L"))
    }
  }

  private static func digits(_ code: some Sequence<UInt8>) -> [Int] { code.map { Int($0) - 0x30 } }

  /// It has no check digit; which letters it may have is laid down (HMRC, NIM39110).
  private static func isBritish(_ code: [UInt8]) -> Bool {
    let isPlain = { (byte: UInt8) in !"DFIQUV".utf8.contains(byte) }
    return has("LLDDDDDDL", code) && isPlain(code[0]) && isPlain(code[1])
      && code[1] != UInt8(ascii: "O")
      && !["BG", "GB", "NK", "KN", "TN", "NT", "ZZ"].contains(
        String(decoding: code[..<2], as: UTF8.self))
      && "ABCD".utf8.contains(code[8])
  }

  /// Of foreigners: X, Y or Z stand for 0, 1 and 2 before the number.
  private static func isSpanish(_ code: [UInt8]) -> Bool {
    guard has("LDDDDDDDL", code), (0x58...0x5A).contains(code[0]) else { return false }
    let number = digits(code[1..<8]).reduce(Int(code[0]) - 0x58) { $0 * 10 + $1 }
    return Array("TRWAGMYFPDXBNJZSQVHLCKE".utf8)[number % 23] == code[8]
  }

  private static func isSingaporean(_ code: [UInt8]) -> Bool {
    guard has("LDDDDDDDL", code) else { return false }
    let sum = weighted(digits(code[1..<8]), [2, 7, 6, 5, 4, 3, 2])
    switch code[0] {
    case UInt8(ascii: "S"): return Array("JZIHGFEDCBA".utf8)[sum % 11] == code[8]
    case UInt8(ascii: "T"): return Array("JZIHGFEDCBA".utf8)[(sum + 4) % 11] == code[8]
    case UInt8(ascii: "F"): return Array("XWUTRQPNMLK".utf8)[sum % 11] == code[8]
    case UInt8(ascii: "G"): return Array("XWUTRQPNMLK".utf8)[(sum + 4) % 11] == code[8]
    default: return false
    }
  }

  private static func isTaiwanese(_ code: [UInt8]) -> Bool {
    guard has("LDDDDDDDDD", code), [1, 2, 8, 9].contains(code[1] - 0x30) else { return false }
    // The letters stand for 10…35 in this order.
    let order = Array("ABCDEFGHJKLMNPQRSTUVXYWZIO".utf8)
    let letter = (order.firstIndex(of: code[0]) ?? 0) + 10
    let sum =
      letter / 10 + letter % 10 * 9 + weighted(digits(code[1...]), [8, 7, 6, 5, 4, 3, 2, 1, 1])
    return sum % 10 == 0
  }

  private static func isMexican(_ code: [UInt8]) -> Bool {
    guard has("LLLLDDDDDDLLLLLLAD", code), "HMX".utf8.contains(code[10]) else { return false }
    // 0…9, A…N, Ñ, O…Z.
    let values = code[..<17].map { byte -> Int in
      let letter = Int(byte) - 0x41
      return byte < 0x41 ? Int(byte) - 0x30 : letter + (letter > 13 ? 11 : 10)
    }
    let sum = weighted(values, Array((2...18).reversed()))
    return (10 - sum % 10) % 10 == Int(code[17]) - 0x30
  }

  /// Six letters, two digits, a letter for the month, the day (of women 40 more), a place, and a check
  /// letter.
  private static func isFiscalCode(_ code: [UInt8]) -> Bool {
    guard has("LLLLLLDDLDDLDDDL", code), "ABCDEHLMPRST".utf8.contains(code[8]) else { return false }
    let day = Int(code[9] - 0x30) * 10 + Int(code[10] - 0x30)
    guard (1...31).contains(day % 40) else { return false }
    let odd = [
      1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
    ]
    let sum = code[..<15].enumerated().reduce(0) { sum, one in
      let value = Int(one.element) - (one.element > 0x39 ? 0x41 : 0x30)
      return sum + (one.offset % 2 == 0 ? odd[value] : value)
    }
    return UInt8(0x41 + sum % 26) == code[15]
  }
}
