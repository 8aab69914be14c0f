import Testing

@testable import Workforce

@Suite struct MoneyTests {
  private let dollar = Currency("USD")!
  private let yen = Currency("JPY")!
  private let dinar = Currency("KWD")!

  @Test func amountsAreReadAndWrittenExactly() {
    let texts: [(String, Int64)] = [
      ("0", 0), ("7", 7_000_000), ("0.035", 35_000), ("12.5", 12_500_000), ("-0.000001", -1),
      ("9223372036854.775807", .max), ("-9223372036854.775808", .min),
    ]
    for (text, micros) in texts { #expect(Money.micros(decimal: text) == micros, "\(text)") }
    for text in [
      "", ".", "1.", ".5", "1e3", "+1", "1,5", "0.0000001", "NaN", "9223372036854.775808", "--1", "١",
    ] {
      #expect(Money.micros(decimal: text) == nil, "\(text)")
    }
    #expect(Money(micros: 35_000, dollar).decimal == "0.035")
    #expect(Money(micros: 12_500_000, dollar).decimal == "12.50")
    #expect(Money(micros: -1, dollar).decimal == "-0.000001")
    #expect(Money(micros: 7_000_000, yen).decimal == "7" && Money(micros: 500_000, yen).decimal == "0.5")
    #expect(Money(micros: .min, dollar).decimal == "-9223372036854.775808")
    for micros in [Int64.max, .min, 0, 1, 999_999, -1_000_001] {
      #expect(Money.micros(decimal: Money(micros: micros, dinar).decimal) == micros)
    }
  }

  @Test func onlyWholeMinorUnitsArePaid() {
    #expect(Money(micros: 1_239_999, dollar).payable == (1_230_000, 9_999))
    #expect(Money(micros: 1_999_999, yen).payable == (1_000_000, 999_999))
    #expect(Money(micros: 1_239_999, dinar).payable == (1_239_000, 999))
    #expect(Money(micros: 9_999, dollar).payable == (0, 9_999))
  }

  @Test func scalingRoundsToTheNearestAndNeverOverflowsInSilence() throws {
    #expect(try Money.scaled(100, by: 1, over: 3) == 33)
    #expect(try Money.scaled(5, by: 1, over: 2) == 3 && Money.scaled(-5, by: 1, over: 2) == -3)
    #expect(try Money.scaled(.max, by: 3, over: 3) == .max)
    #expect(try Money.scaled(0, by: .max, over: 1) == 0)
    #expect(throws: Money.Overflow.self) { try Money.scaled(.max, by: 2, over: 1) }
    #expect(throws: Money.Overflow.self) { try Money.scaled(.max, by: .max, over: 2) }
  }

  @Test func currenciesAreThoseOfISO4217() {
    #expect(Currency("KES")?.minorDigits == 2 && Currency("JPY")?.minorDigits == 0)
    #expect(Currency("KWD")?.minorDigits == 3 && Currency("KWD")?.minorMicros == 1_000)
    for code in ["usd", "XXX", "", "US", "USDT", "DEM"] { #expect(Currency(code) == nil, "\(code)") }
  }

  @Test func accountNumbersAreChecked() {
    #expect(PayoutAccount("GB82 WEST 1234 5698 7654 32") == .iban("GB82WEST12345698765432"))
    #expect(PayoutAccount("de89370400440532013000") == .iban("DE89370400440532013000"))
    #expect(PayoutAccount("GB82 WEST 1234 5698 7654 33") == nil)
    #expect(PayoutAccount("mpesa:+254 700 000000") == .other("mpesa:+254 700 000000"))
    #expect(PayoutAccount("  ") == nil && PayoutAccount(String(repeating: "9", count: 35)) == nil)
    #expect(PayoutAccount(String(repeating: "9", count: 34)) != nil)
    #expect(PayoutAccount("a\u{7}b") == nil)
    #expect(PayoutAccount.isBIC("DEUTDEFF") && PayoutAccount.isBIC("DEUTDEFF500"))
    #expect(!PayoutAccount.isBIC("DEUTDEF") && !PayoutAccount.isBIC("DEUT1EFF"))
  }
}
