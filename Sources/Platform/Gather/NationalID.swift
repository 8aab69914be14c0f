/// Numbers by which states know people, told from other numbers by their form and check digits: of the United
/// States (SSN), Spain (DNI), France (NIR), Germany (tax id), Italy (codice fiscale), Poland (PESEL), Sweden
/// (personnummer), China (GB 11643-1999), India (Aadhaar) and Brazil (CPF). Those that every tenth number of
/// their length would be are only told by how they are grouped.
enum NationalID {
  static func isValid(_ number: PersonalData.Number) -> Bool {
    switch (number.digits.count, number.letter) {
    case (8, let letter?): isSpanish(number, letter)
    case (9, nil): isAmerican(number)
    case (10, nil), (12, nil): isSwedish(number) || isIndian(number)
    case (11, nil): isPolish(number) || isGerman(number) || isBrazilian(number)
    case (15, nil): isFrench(number)
    case (18, nil), (17, UInt8(ascii: "X")): isChinese(number)
    default: false
    }
  }

  private static func value(_ digits: some Sequence<Int>) -> Int {
    digits.reduce(0) { $0 * 10 + $1 }
  }

  private static func isDay(_ month: Int, _ day: Int) -> Bool {
    (1...12).contains(month) && (1...31).contains(day)
  }

  private static func isAmerican(_ number: PersonalData.Number) -> Bool {
    guard number.groups == [3, 2, 4], number.separators == [UInt8(ascii: "-")] else { return false }
    let area = value(number.digits[0..<3])
    return area != 0 && area != 666 && area < 900 && value(number.digits[3..<5]) != 0
      && value(number.digits[5..<9]) != 0
  }

  private static func isSpanish(_ number: PersonalData.Number, _ letter: UInt8) -> Bool {
    number.groups.count == 1
      && Array("TRWAGMYFPDXBNJZSQVHLCKE".utf8)[value(number.digits) % 23] == letter
  }

  private static func isFrench(_ number: PersonalData.Number) -> Bool {
    let digits = number.digits
    return (1...2).contains(digits[0]) && 97 - value(digits[0..<13]) % 97 == value(digits[13..<15])
  }

  private static func isChinese(_ number: PersonalData.Number) -> Bool {
    let digits = number.digits
    guard number.groups.count == 1 else { return false }
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    let sum = zip(digits, weights).reduce(0) { $0 + $1.0 * $1.1 } % 11
    let check = [1, 0, 10, 9, 8, 7, 6, 5, 4, 3, 2][sum]
    return (1900...2100).contains(value(digits[6..<10]))
      && isDay(value(digits[10..<12]), value(digits[12..<14]))
      && check == (digits.count == 18 ? digits[17] : 10)
  }

  private static func isBrazilian(_ number: PersonalData.Number) -> Bool {
    let digits = number.digits
    guard number.groups == [3, 3, 3, 2], Set(digits).count > 1 else { return false }
    func check(_ count: Int) -> Int {
      let sum = (0..<count).reduce(0) { $0 + digits[$1] * (count + 1 - $1) } * 10 % 11
      return sum == 10 ? 0 : sum
    }
    return check(9) == digits[9] && check(10) == digits[10]
  }

  /// A day of birth, whose century is in the month, and a weighted sum.
  private static func isPolish(_ number: PersonalData.Number) -> Bool {
    let digits = number.digits
    let sum = zip(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]).reduce(0) { $0 + $1.0 * $1.1 }
    return number.groups.count == 1 && isDay(value(digits[2..<4]) % 20, value(digits[4..<6]))
      && (10 - sum % 10) % 10 == digits[10]
  }

  /// ISO/IEC 7064, mod 11,10; of the first ten digits one is there twice or three times.
  private static func isGerman(_ number: PersonalData.Number) -> Bool {
    let digits = number.digits
    guard number.groups.count == 1 || number.groups == [2, 3, 3, 3], digits[0] != 0 else {
      return false
    }
    let repeated = Dictionary(grouping: digits[..<10]) { $0 }.values.map(\.count).filter { $0 > 1 }
    guard repeated.count == 1, repeated[0] <= 3 else { return false }
    let product = digits[..<10].reduce(10) { product, digit in
      let sum = (digit + product) % 10
      return (sum == 0 ? 10 : sum) * 2 % 11
    }
    return (11 - product) % 10 == digits[10]
  }

  /// A day of birth, four digits, and Luhn over the last ten.
  private static func isSwedish(_ number: PersonalData.Number) -> Bool {
    let digits = Array(number.digits.suffix(10))
    guard number.groups == [6, 4] || number.groups == [8, 4],
      number.separators == [UInt8(ascii: "-")]
    else { return false }
    return isDay(value(digits[2..<4]), value(digits[4..<6])) && PersonalData.isLuhn(digits)
  }

  /// Verhoeff's check digit, in groups of four.
  private static func isIndian(_ number: PersonalData.Number) -> Bool {
    guard number.groups == [4, 4, 4], number.digits[0] > 1 else { return false }
    // Products of the dihedral group of order ten, and the permutation that is applied by place.
    func product(_ a: Int, _ b: Int) -> Int {
      switch (a < 5, b < 5) {
      case (true, true): (a + b) % 5
      case (true, false): 5 + (a + b - 5) % 5
      case (false, true): 5 + (a - 5 - b + 5) % 5
      case (false, false): (a - b + 5) % 5
      }
    }
    let turn = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
    var sum = 0
    for (place, digit) in number.digits.reversed().enumerated() {
      sum = product(sum, (0..<place % 8).reduce(digit) { turned, _ in turn[turned] })
    }
    return sum == 0
  }

  static let fiscalCodeLength = 16

  /// Six letters, two digits, a letter for the month, the day (of women 40 more), a place, and a check
  /// letter.
  static func isFiscalCode(_ code: ArraySlice<UInt8>) -> Bool {
    let letters = code.map { $0 & ($0 > 0x39 ? 0xDF : 0xFF) }
    let isLetter = letters.map { (0x41...0x5A).contains($0) }
    let form = "LLLLLLDDLDDLDDDL".map { $0 == "L" }
    guard isLetter == form,
      letters.indices.allSatisfy({ form[$0] || (0x30...0x39).contains(letters[$0]) }),
      "ABCDEHLMPRST".utf8.contains(letters[8])
    else { return false }
    let day = Int(letters[9] - 0x30) * 10 + Int(letters[10] - 0x30)
    guard (1...31).contains(day % 40) else { return false }
    let odd = [
      1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
    ]
    let sum = letters[..<15].enumerated().reduce(0) { sum, one in
      let value = Int(one.element) - (one.element > 0x39 ? 0x41 : 0x30)
      return sum + (one.offset % 2 == 0 ? odd[value] : value)
    }
    return UInt8(0x41 + sum % 26) == letters[15]
  }
}
