import Testing

@testable import Platform

@Suite struct PersonalDataTests {
  static let found: [(String, [PersonalData.Kind])] = [
    ("Write to ada.lovelace+x@example.co.uk, please.", [.email]),
    ("to joe.o'neil+x@ex-ample.co.uk", [.email]),
    ("a@b", []),
    ("@home at 5", []),
    ("x@y..com", []),
    ("Call +49 30 901820 now", [.phone]),
    ("call (415) 555-2671", [.phone]),
    ("415-555-2671", [.phone]), ("020 7946 0958", [.phone]), ("Tel. 030/901820", [.phone]),
    ("0049 30 901820", [.phone]), ("06 12 34 56 78", [.phone]), ("on 01-12-2026", []),
    ("0123456789", []), ("000 123 456 789", []), ("11.222.333/0001-81", []),
    ("+1 415 555 2671", [.phone]),
    ("paid with 4111 1111 1111 1111.", [.card]),
    ("5500-0000-0000-0004", [.card]),
    ("378282246310005", [.card]),
    ("4111 1111 1111 1112", []),
    ("IBAN DE89 3704 0044 0532 0130 00 thanks", [.account]),
    ("GB82WEST12345698765432", [.account]),
    ("GB82WEST12345698765433", []),
    ("SSN 078-05-1120", [.nationalID]), ("SSN: 078051120", [.nationalID]), ("078051120", []),
    ("NHS number 9434765919", [.nationalID]), ("NHS 943 476 5919", [.nationalID]),
    ("NHS number 9434765918", []), ("9434765919", []), ("Phone: 4155552671", [.phone]),
    ("phone number is 4155552671", [.phone]), ("order 4155552671", []),
    ("4111.1111.1111.1111", [.card]), ("4111.1111.1111.1112", []),
    ("000-12-3456", []),
    ("DNI 12345678Z", [.nationalID]),
    ("12345678A", []),
    ("11010519491231002X", [.nationalID]),
    ("CPF 529.982.247-25", [.nationalID]),
    ("529.982.247-26", []),
    ("NIR 2 55 08 14 168 025 38", [.nationalID]),
    ("PESEL 44051401359", [.nationalID]), ("44051401358", []), ("44991401359", []),
    ("tax id 86095742719", [.nationalID]), ("86 095 742 719", [.nationalID]), ("86095742718", []),
    ("RSSMRA85T10A562S", [.nationalID]), ("rssmra85t10a562s", [.nationalID]),
    ("RSSMRA85T10A562T", []),
    ("811228-9874", [.nationalID]), ("19811228-9874", [.nationalID]), ("811228-9875", []),
    ("2341 2341 2346", [.nationalID]), ("2341 2341 2347", []),
    ("a DE89 3704 0044 0532 0130 01 b", []), ("AB12 we met at 5 in the old house", []),
    ("schreib an jürgen.müller@bücher.example", [.email]), ("почта@пример.рф.", [.email]),
    ("联系me@example.com。", [.email]), ("«ana@example.es»", [.email]), ("me@example.com…", [.email]),
    ("Write to anna@example.com...", [.email]), ("nguyễn@example.com", [.email]),
    ("a@foo.bar.xn--p1ai", [.email]), ("No20 4111 1111 1111 1111", [.card]),
    ("ID42 4111111111111111", [.card]), ("US10 4111 1111 1111 1111", [.card]),
    ("ES91 2100 0418 4502 0005 1333 4111 1111 1111 1111", [.card]),
    ("pay me 123456 a year", []), ("at 10 00 00 a", []), ("AB 123456 C", [.nationalID]),
    ("AB 12 34 56 C", [.nationalID]), ("ab123456c", [.nationalID]), ("GB123456A", []),
    ("AB 12 34 56 E", []),
    ("S1234567D", [.nationalID]), ("S1234567E", []), ("F1234567N", [.nationalID]),
    ("A123456789", [.nationalID]), ("A123456788", []),
    ("HEGG560427MVZRRL04", [.nationalID]), ("HEGG560427MVZRRL05", []),
    ("BSN: 523646483", [.nationalID]), ("5236.46.483", [.nationalID]), ("523646483", []),
    ("BSN 523646484", []), ("SIN 734 089 535", [.nationalID]), ("734-089-536", []),
    ("810504/0988", [.nationalID]), ("810504/0989", []),
    ("756.1139.6705.31", [.nationalID]), ("756.1139.6705.32", []),
    ("470227-1910972", [.nationalID]), ("470227-1910973", []),
    ("7203221982088", [.nationalID]),
    ("In 2026 we sold 1,234,567 units at 12.50 on 2026-11-28 12:30:45", []),
    ("version 10.15.7.123", []),
    ("ISBN 978-3-16-148410-0", []),
    ("mail a@b.de or c@d.fr", [.email, .email]),
    ("π = 3.14159265358979", []),
    ("order 1234567890123456789012", []),
    // As they are written in print, by hand and in tables.
    ("+49 (0)30 1234567", [.phone]), ("(030) 1234567", [.phone]), ("(020) 7946 0958", [.phone]),
    ("(11) 91234-5678", [.phone]), ("01.23.45.67.89", [.phone]), ("4111  1111  1111  1111", [.card]),
    ("4111\u{A0}1111\u{A0}1111\u{A0}1111", [.card]), ("+49\u{202F}30\u{2011}901820", [.phone]),
    ("4111–1111–1111–1111", [.card]), ("DE89-3704-0044-0532-0130-00", [.account]),
    ("ada＠example.org", [.email]), ("X1234567L", [.nationalID]), ("X1234567M", []),
    ("131052-308T", [.nationalID]), ("131052-308U", []),
    // What looks like one and is none.
    ("05/06/2024 14:00", []), ("09/11/2001 08:46", []), ("see icon@2x.png.", []),
    ("06 12 34 56 78 07 98 76 54 32", [.phone, .phone]),
    ("0100-0200-0300", []), ("300-400-5000", []), ("+20000000 people", []), ("icon@2x.png", []),
  ]

  @Test(arguments: found) func whatIsPersonalIsFound(_ text: String, _ kinds: [PersonalData.Kind]) {
    #expect(PersonalData.find(in: text).map(\.kind) == kinds)
  }

  /// Numbers that python-stdnum says are valid, of Norway, Belgium and Turkey.
  @Test(arguments: [
    "21044318528", "05099214076", "15085020568", "61062866413", "55030767894",
    "67047752378", "20275514354", "77124806498",
  ])
  func idsOfElevenDigitsAreFoundAndNoneWithAnotherCheckDigit(_ id: String) {
    #expect(PersonalData.find(in: "id \(id)").map(\.kind) == [.nationalID])
    let last = id.utf8.last.map { Int($0) - 0x30 } ?? 0
    let other = "\(id.dropLast())\((last + 1) % 10)"
    #expect(PersonalData.find(in: "id \(other)").isEmpty)
  }

  @Test func addressesWithLettersBeyondASCIIAreMaskedLetterByLetter() {
    let text = "an jürgen@bücher.example, danke"
    let masked = PersonalData.masked(text, PersonalData.find(in: text))
    #expect(masked == "an █████████████████████, danke")
  }

  @Test func quotesAreNoPartOfAnAddressThatTheyStandBefore() {
    for (text, kept) in [
      ("from 'ada@x.org'", "from '█████████'"), ("o'neil@x.org", "████████████"),
    ] {
      #expect(PersonalData.masked(text, PersonalData.find(in: text)) == kept)
    }
  }

  @Test func bracketsWithoutEndAreLookedAtOnce() {
    for signs in ["(", "( ", " ("] {
      let text = "1 " + String(repeating: signs, count: 100_000) + "(020) 7946 0958"
      #expect(PersonalData.find(in: text).map(\.kind) == [.phone])
    }
  }

  @Test func aLongLabelIsLookedAtOnce() {
    let text = "a@b." + String(repeating: "c", count: 400_000)
    #expect(PersonalData.find(in: text) == [.init(kind: .email, range: 0..<text.utf8.count)])
  }

  @Test func whatIsMaskedKeepsItsLength() {
    let text = "Müller <m@x.de>, card 4111 1111 1111 1111!"
    let masked = PersonalData.masked(text, PersonalData.find(in: text))
    #expect(masked == "Müller <██████>, card ███████████████████!")
    #expect(masked.unicodeScalars.count == text.unicodeScalars.count)
    #expect(PersonalData.find(in: masked).isEmpty)
  }
}
