/// Finds personal data in text by rules with checksums: e-mail addresses, telephone numbers, payment cards,
/// bank accounts and national ids. What cannot be told from any number (a name, a street) is not looked for.
///
/// Cards by ISO/IEC 7812 (Luhn), accounts by ISO 13616 (IBAN, mod 97), telephone numbers by E.164; national
/// ids by `NationalID` and `LetteredID`.
package enum PersonalData {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case email, phone, card, account
    case nationalID = "national_id"
  }

  package struct Finding: Hashable, Sendable {
    package var kind: Kind
    /// Places in the text's UTF-8.
    package var range: Range<Int>
  }

  /// What stands in place of each character that is masked.
  package static let mask: Character = "█"

  /// - Returns: what was found, from the left, none over another.
  /// - Complexity: O(bytes)
  package static func find(in text: String) -> [Finding] {
    let signs = PlainSigns(text)
    let bytes = signs.bytes
    guard bytes.contains(where: { $0 == UInt8(ascii: "@") || isDigit($0) }) else { return [] }
    var found: [Finding] = []
    var place = 0
    while place < bytes.count {
      if let next = address(bytes, at: place) {
        found.append(next)
        place = next.range.upperBound
      } else if let (end, isAccount) = account(bytes, place) {
        // What is written as an account and is none is not a card from its middle on either.
        if isAccount { found.append(Finding(kind: .account, range: place..<end)) }
        place = end
      } else if let next = lettered(bytes, place) ?? number(bytes, place) {
        found.append(next)
        place = next.range.upperBound
      } else {
        place += 1
      }
    }
    return found.map { Finding(kind: $0.kind, range: signs.range($0.range)) }
  }

  /// The text with each found character masked: as long as before, so that spans stay where they are.
  package static func masked(_ text: String, _ findings: [Finding]) -> String {
    guard !findings.isEmpty else { return text }
    let bytes = Array(text.utf8)
    var (result, place) = ("", 0)
    for finding in findings {
      result += String(decoding: bytes[place..<finding.range.lowerBound], as: UTF8.self)
      let scalars = bytes[finding.range].count { $0 & 0xC0 != 0x80 }
      result += String(repeating: mask, count: scalars)
      place = finding.range.upperBound
    }
    return result + String(decoding: bytes[place...], as: UTF8.self)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
  private static func isLetter(_ byte: UInt8) -> Bool {
    (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A
  }
  private static func isWord(_ byte: UInt8) -> Bool {
    isDigit(byte) || isLetter(byte) || byte >= 0x80
  }

  // MARK: Addresses

  /// An e-mail address whose first character is here, with letters beyond ASCII too (RFC 6531), but for
  /// scripts that are written without spaces, where it cannot be told from the words beside it.
  private static func address(_ bytes: [UInt8], at start: Int) -> Finding? {
    guard length(of: localMarks, bytes, start) > 0, !".'".utf8.contains(bytes[start]),
      start == 0 || !ends(in: localMarks, bytes, start) || isQuoted(bytes, start)
    else { return nil }
    var at = start
    while at - start <= 64, case let length = length(of: localMarks, bytes, at), length > 0 {
      at += length
    }
    guard at < bytes.count, bytes[at] == UInt8(ascii: "@") else { return nil }
    // The last end after which it is whole: dots and hyphens that follow are the sentence's.
    var (label, place, letters, isPlain, hasDot) = (at + 1, at + 1, 0, true, false)
    var found: Range<Int>?
    while case let length = length(of: ".-", bytes, place), length > 0 {
      if bytes[place] == UInt8(ascii: ".") {
        guard place > label else { break }
        (label, letters, isPlain, hasDot) = (place + 1, 0, true, true)
        place += 1
        continue
      }
      let isMark = bytes[place] == UInt8(ascii: "-")
      isPlain = isPlain && !isMark && !isDigit(bytes[place])
      letters += 1
      place += length
      // A top level of letters alone, or as ASCII says one of other letters (RFC 3492).
      let isTop =
        (isPlain && letters > 1)
        || (letters > 4 && bytes[label...].starts(with: "xn--".utf8))
      if hasDot, !isMark, isTop { found = label..<place }
    }
    guard let top = found, !isOfImage(bytes[top]) else { return nil }
    return Finding(kind: .email, range: start..<top.upperBound)
  }

  /// Whether it ends as names of images do: `icon@2x.png` is no address.
  private static func isOfImage(_ top: ArraySlice<UInt8>) -> Bool {
    top.count <= 4
      && ["png", "jpg", "jpeg", "gif", "webp", "svg", "bmp", "tif", "tiff"].contains(
        String(decoding: top.map { $0 | 0x20 }, as: UTF8.self))
  }

  /// Whether a quote that opens stands before a place.
  private static func isQuoted(_ bytes: [UInt8], _ place: Int) -> Bool {
    bytes[place - 1] == UInt8(ascii: "'")
      && (place == 1 || !ends(in: localMarks, bytes, place - 1))
  }

  private static let localMarks = "._%+-'"

  /// Bytes of the letter, digit or one of the marks that is here; 0 for anything else.
  private static func length(of marks: String, _ bytes: [UInt8], _ place: Int) -> Int {
    guard place < bytes.count else { return 0 }
    let byte = bytes[place]
    if byte < 0x80 { return isDigit(byte) || isLetter(byte) || marks.utf8.contains(byte) ? 1 : 0 }
    let count = byte >= 0xE0 ? 3 : 2
    guard byte >= 0xC3, byte < 0xF0, place + count <= bytes.count else { return 0 }
    let value = bytes[place + 1..<place + count].reduce(UInt32(byte & (count == 3 ? 0x0F : 0x1F))) {
      $0 << 6 | UInt32($1 & 0x3F)
    }
    // Of scripts with spaces between words: from Latin to those of India, and more of Latin and Greek.
    guard value < 0x0E00 || (0x1E00..<0x2000).contains(value), let scalar = Unicode.Scalar(value)
    else { return 0 }
    return scalar.properties.isAlphabetic || scalar.properties.isDiacritic ? count : 0
  }

  private static func ends(in marks: String, _ bytes: [UInt8], _ place: Int) -> Bool {
    (1...3).contains { $0 <= place && length(of: marks, bytes, place - $0) == $0 }
  }

  /// Ids of letters and digits.
  private static func lettered(_ bytes: [UInt8], _ start: Int) -> Finding? {
    guard isLetter(bytes[start]), start == 0 || !isWord(bytes[start - 1]),
      bytes[start..<min(start + LetteredID.headLimit, bytes.count)].contains(where: isDigit)
    else { return nil }
    var (letters, place, found) = ([UInt8](), start, Int?.none)
    // Letters and digits up to each gap.
    var (groups, isCapital) = ([Int](), true)
    while place < bytes.count, letters.count <= LetteredID.lengthLimit {
      if bytes[place] == 0x20, place + 1 < bytes.count, isWord(bytes[place + 1]) {
        groups.append(letters.count)
        place += 1
        continue
      }
      guard isDigit(bytes[place]) || isLetter(bytes[place]) else { break }
      isCapital = isCapital && bytes[place] < 0x61
      letters.append(isLetter(bytes[place]) ? bytes[place] & 0xDF : bytes[place])
      place += 1
      let isWhole = place == bytes.count || !isWord(bytes[place])
      if isWhole, groups.isEmpty || isCapital, LetteredID.isValid(letters, gaps: groups) {
        found = place
      }
    }
    return found.map { Finding(kind: .nationalID, range: start..<$0) }
  }

  // MARK: Accounts

  /// Where what is written as an IBAN ends, and whether it is one.
  private static func account(_ bytes: [UInt8], _ start: Int) -> (end: Int, isAccount: Bool)? {
    guard start + 15 <= bytes.count, isLetter(bytes[start]), isLetter(bytes[start + 1]),
      isDigit(bytes[start + 2]), isDigit(bytes[start + 3]), start == 0 || !isWord(bytes[start - 1])
    else { return nil }
    var (letters, place): ([UInt8], Int) = ([], start)
    var (found, mistyped): (Int?, Int?)
    let length = BankAccounts.length(of: bytes[start], bytes[start + 1])
    while place < bytes.count, letters.count < 34 {
      if bytes[place] == 0x20 || bytes[place] == UInt8(ascii: "-"), letters.count % 4 == 0 {
        place += 1
        continue
      }
      guard isDigit(bytes[place]) || isLetter(bytes[place]) else { break }
      letters.append(bytes[place])
      place += 1
      let isWhole = place == bytes.count || !isWord(bytes[place])
      guard letters.count >= 15, isWhole else { continue }
      if remainder(letters) == 1 { found = place }
      if letters.count == length { mistyped = place }
    }
    if let found { return (found, true) }
    return mistyped.map { ($0, false) }
  }

  /// Of an IBAN with its first four characters at the end, by 97.
  private static func remainder(_ letters: [UInt8]) -> Int {
    (letters[4...] + letters[..<4]).reduce(0) { sum, byte in
      let value = isDigit(byte) ? Int(byte) - 0x30 : Int(byte | 0x20) - 0x61 + 10
      return (sum * (value > 9 ? 100 : 10) + value) % 97
    }
  }

  // MARK: Numbers

  /// Digits that belong together, with how they are grouped.
  struct Number {
    var digits: [Int] = []
    /// Digits before each gap.
    var groups: [Int] = []
    var separators: Set<UInt8> = []
    var range: Range<Int>
    /// A letter right after it, in capitals.
    var letter: UInt8?
    /// The word before it, in small letters, where it may count: `bsn` of `BSN: 111222333`.
    var word = ""
  }

  /// Signs between two digits of one number, as in `+49 (0) 30`.
  private static let gapLimit = 3

  private static func number(_ bytes: [UInt8], _ start: Int) -> Finding? {
    let isInternational = bytes[start] == UInt8(ascii: "+")
    let isBracketed = bytes[start] == UInt8(ascii: "(")
    guard isDigit(bytes[start]) || isInternational || isBracketed,
      start == 0 || !isWord(bytes[start - 1])
    else { return nil }
    // The longest that is something: what follows may be another number.
    var best: Finding?
    var number = Number(range: start..<start)
    // Digits of the group, and signs since the last digit.
    var (place, group, gap) = (start + (isDigit(bytes[start]) ? 0 : 1), 0, 0)
    while place < bytes.count, number.digits.count < 20 {
      let byte = bytes[place]
      if isDigit(byte) {
        number.digits.append(Int(byte) - 0x30)
        (group, gap) = (group + 1, 0)
        place += 1
        number.range = start..<place
        let ends = place == bytes.count || !isDigit(bytes[place])
        guard ends else { continue }
        let next = place < bytes.count ? bytes[place] : 0
        number.letter =
          isLetter(next) && (place + 1 == bytes.count || !isWord(bytes[place + 1]))
          ? next & 0xDF : nil
        guard number.letter != nil || !isWord(next) else { break }
        var whole = number
        whole.groups.append(group)
        if (9...12).contains(whole.digits.count), whole.letter == nil {
          whole.word = word(before: start, bytes)
        }
        if let kind = kind(of: whole, isInternational, isBracketed) {
          let end = place + (number.letter != nil && kind == .nationalID ? 1 : 0)
          best = Finding(kind: kind, range: start..<end)
        }
      } else if " -.()/".utf8.contains(byte), place + 1 < bytes.count,
        group > 0 || byte == 0x20 || byte == UInt8(ascii: "("), gap < gapLimit
      {
        // Two spaces, or one behind a bracket, are one gap.
        let isPair = byte == UInt8(ascii: ")") || byte == 0x20 && group > 0
        let isGap = isPair && bytes[place + 1] == 0x20
        guard isGap || isDigit(bytes[place + 1]) || bytes[place + 1] == UInt8(ascii: "(") else {
          break
        }
        number.separators.insert(byte)
        gap += 1
        if group > 0 { number.groups.append(group) }
        group = 0
        place += 1
      } else {
        break
      }
    }
    return best
  }

  /// But for those that say only that a number comes: `NHS number: …`.
  private static func word(before place: Int, _ bytes: [UInt8], passingOver fillers: Int = 2) -> String {
    var end = place
    while end > 0, place - end < 4, !isWord(bytes[end - 1]) { end -= 1 }
    var start = end
    while start > 0, end - start < 24, isLetter(bytes[start - 1]) { start -= 1 }
    let word = String(decoding: bytes[start..<end].map { $0 | 0x20 }, as: UTF8.self)
    return fillers > 0 && ["number", "no", "nr", "is"].contains(word)
      ? self.word(before: start, bytes, passingOver: fillers - 1) : word
  }

  /// Words after which any number as long as one is a telephone's.
  private static let phoneWords: Set<String> = [
    "phone", "telephone", "tel", "telefon", "mobile", "cell", "cellphone", "fax", "whatsapp",
  ]

  private static func kind(
    of number: Number, _ isInternational: Bool, _ isBracketed: Bool
  ) -> Kind? {
    let (digits, groups) = (number.digits, number.groups)
    if isInternational {
      let isRound = digits.suffix(5).allSatisfy { $0 == 0 }
      return (8...15).contains(digits.count) && digits[0] != 0 && !isRound ? .phone : nil
    }
    if isBracketed { return isBehindBrackets(number) ? .phone : nil }
    if NationalID.isValid(number) { return .nationalID }
    let isCardLike = number.separators.isSubset(of: [0x20, UInt8(ascii: "-"), UInt8(ascii: ".")])
    if isCardLike, (13...19).contains(digits.count), (2...6).contains(digits[0]),
      Set(digits).count > 1,
      groups.count == 1 || groups.dropLast().allSatisfy({ (4...6).contains($0) }), isLuhn(digits)
    {
      return .card
    }
    if isDialled(number) { return .phone }
    if groups.count == 1, (9...12).contains(digits.count), phoneWords.contains(number.word) { return .phone }
    guard groups == [3, 3, 4], number.separators.count <= 1 else { return nil }
    // No region has a code of 200, 300 or 400 (North American Numbering Plan).
    let hasCode = digits[0] > 1 && !(digits[0] < 5 && digits[1] == 0 && digits[2] == 0)
    return hasCode && digits[3] > 1 ? .phone : nil
  }

  /// The code of a region in brackets, and the number there.
  private static func isBehindBrackets(_ number: Number) -> Bool {
    let (digits, groups) = (number.digits, number.groups)
    if [[3, 3, 4], [2, 4, 4], [2, 5, 4]].contains(groups) { return true }
    return digits[0] == 0 && (9...12).contains(digits.count) && (2...5).contains(groups[0])
      && (2...5).contains(groups.count)
  }

  /// A telephone number as it is dialled: in a country behind 0, as 020 7946 0958, or abroad behind 00. In
  /// one piece it is any number.
  private static func isDialled(_ number: Number) -> Bool {
    let (digits, groups) = (number.digits, number.groups)
    let dividers: Set<UInt8> = [0x20, UInt8(ascii: "-"), UInt8(ascii: "/")]
    let isOfPairs = groups.allSatisfy { $0 == 2 }
    // Points divide pairs, of which there are five: 01.23.45.67.89.
    if isOfPairs, digits[1] != 0, digits[0] == 0, number.separators == [UInt8(ascii: ".")] {
      return groups.count == 5
    }
    guard digits.count > 2, digits[0] == 0, (2...6).contains(groups.count),
      number.separators.isSubset(of: dividers), !isDate(number), groups != [4, 4, 4],
      !isOfPairs || groups.count == 5
    else { return false }
    if digits[1] == 0 { return digits[2] != 0 && (10...17).contains(digits.count) }
    return (9...12).contains(digits.count) && (2...5).contains(groups[0])
  }

  /// A day like 05/06/2024, and what may follow of its hour.
  private static func isDate(_ number: Number) -> Bool {
    guard number.groups.starts(with: [2, 2, 4]) else { return false }
    func value(_ place: Int) -> Int { number.digits[place] * 10 + number.digits[place + 1] }
    return (1...31).contains(value(0)) && (1...31).contains(value(2)) && [19, 20].contains(value(4))
  }

  static func isLuhn(_ digits: [Int]) -> Bool {
    let sum = digits.reversed().enumerated().reduce(0) { sum, one in
      let doubled = one.offset % 2 == 1 ? one.element * 2 : one.element
      return sum + (doubled > 9 ? doubled - 9 : doubled)
    }
    return sum % 10 == 0
  }
}
