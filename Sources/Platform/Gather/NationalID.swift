/// Numbers by which states know people, told from other numbers by their form and check digits: of the United
/// States (SSN), Canada (SIN), the United Kingdom (NHS), Spain (DNI), Finland (HETU), France (NIR), Germany
/// (tax id), Poland (PESEL), Sweden (personnummer), Norway (fødselsnummer), the Netherlands (BSN), Belgium,
/// Switzerland (AHV), Czechia and Slovakia (rodné číslo), Turkey, China (GB 11643-1999), South Korea, India
/// (Aadhaar), South Africa and Brazil (CPF). Those that every tenth number of their length would be are only
/// told by how they are grouped, or by the word before them.
enum NationalID {
  static func isValid(_ number: PersonalData.Number) -> Bool {
    switch (number.digits.count, number.letter) {
    case (8, let letter?): isSpanish(number, letter)
    case (9, let letter?): isFinnish(number, letter)
    case (9, nil): isAmerican(number) || isDutch(number) || isCanadian(number)
    case (10, nil), (12, nil):
      isSwedish(number) || isCzech(number) || isIndian(number) || isOfBritishHealth(number)
    case (11, nil):
      isPolish(number) || isGerman(number) || isBrazilian(number) || isNorwegian(number)
        || isBelgian(number) || isTurkish(number)
    case (13, nil): isSwiss(number) || isKorean(number) || isSouthAfrican(number)
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
    let isSaid = number.groups.count == 1 && ["ssn", "security"].contains(number.word)
    let isWritten = number.groups == [3, 2, 4] && number.separators == [UInt8(ascii: "-")]
    guard isSaid || isWritten else { return false }
    let area = value(number.digits[0..<3])
    return area != 0 && area != 666 && area < 900 && value(number.digits[3..<5]) != 0
      && value(number.digits[5..<9]) != 0
  }

  /// By 11 (NHS number): every eleventh number is one, so a word or its spaces must say so.
  private static func isOfBritishHealth(_ number: PersonalData.Number) -> Bool {
    let digits = number.digits
    guard digits.count == 10,
      number.word == "nhs" || number.groups == [3, 3, 4] && number.separators == [0x20]
    else { return false }
    let sum = digits.dropLast().enumerated().reduce(0) { $0 + $1.element * (10 - $1.offset) }
    let check = (11 - sum % 11) % 11
    return check < 10 && check == digits[9]
  }

  private static func isSpanish(_ number: PersonalData.Number, _ letter: UInt8) -> Bool {
    number.groups.count == 1
      && Array("TRWAGMYFPDXBNJZSQVHLCKE".utf8)[value(number.digits) % 23] == letter
  }

  /// A day of birth, a dash, a number and a letter by 31 (henkilötunnus).
  private static func isFinnish(_ number: PersonalData.Number, _ letter: UInt8) -> Bool {
    let digits = number.digits
    return number.groups == [6, 3] && number.separators == [UInt8(ascii: "-")]
      && isDay(value(digits[2..<4]), value(digits[0..<2]))
      && Array("0123456789ABCDEFHJKLMNPRSTUVWXY".utf8)[value(digits) % 31] == letter
  }

  private static func isFrench(_ number: PersonalData.Number) -> Bool {
    let digits = number.digits
    return (1...2).contains(digits[0]) && 97 - value(digits[0..<13]) % 97 == value(digits[13..<15])
  }

  private static func isChinese(_ number: PersonalData.Number) -> Bool {
    let digits = number.digits
    guard number.groups.count == 1 else { return false }
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    let sum = weighted(digits, weights) % 11
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
    let sum = weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3])
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

  /// Two check digits by 11 (fødselsnummer), of a day of birth.
  private static func isNorwegian(_ number: PersonalData.Number) -> Bool {
    let digits = number.digits
    guard number.groups.count == 1 || number.groups == [6, 5],
      isDay(value(digits[2..<4]), value(digits[0..<2]))
    else { return false }
    func check(_ weights: [Int]) -> Int { (11 - weighted(digits, weights) % 11) % 11 }
    return check([3, 7, 6, 1, 8, 9, 4, 5, 2]) == digits[9]
      && check([5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) == digits[10]
  }

  /// A day of birth, a number, and 97 less the remainder; of who was born from 2000 on with a 2 before it.
  private static func isBelgian(_ number: PersonalData.Number) -> Bool {
    let digits = number.digits
    guard number.groups.count == 1 || number.groups == [2, 2, 2, 3, 2],
      isDay(value(digits[2..<4]), value(digits[4..<6]))
    else { return false }
    let (own, check) = (value(digits[0..<9]), value(digits[9..<11]))
    return 97 - own % 97 == check || 97 - (2_000_000_000 + own) % 97 == check
  }

  /// Two check digits of sums (T.C. kimlik numarası).
  private static func isTurkish(_ number: PersonalData.Number) -> Bool {
    let digits = number.digits
    guard number.groups.count == 1, digits[0] != 0, Set(digits).count > 2 else { return false }
    let odd = digits[0] + digits[2] + digits[4] + digits[6] + digits[8]
    let even = digits[1] + digits[3] + digits[5] + digits[7]
    return ((odd * 7 - even) % 10 + 10) % 10 == digits[9]
      && digits[..<10].reduce(0, +) % 10 == digits[10]
  }

  /// By 11 (burgerservicenummer): every eleventh number is one, so a word or its points must say so.
  private static func isDutch(_ number: PersonalData.Number) -> Bool {
    let isSaid = ["bsn", "burgerservicenummer", "sofinummer"].contains(number.word)
    guard isSaid || (number.groups == [4, 2, 3] && number.separators == [UInt8(ascii: ".")]) else {
      return false
    }
    return value(number.digits) != 0
      && weighted(number.digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 == 0
  }

  /// Luhn, in groups of three (SIN).
  private static func isCanadian(_ number: PersonalData.Number) -> Bool {
    let isSaid = ["sin", "nas"].contains(number.word)
    return (isSaid || number.groups == [3, 3, 3]) && ![0, 8].contains(number.digits[0])
      && number.separators.isSubset(of: [0x20, UInt8(ascii: "-")])
      && PersonalData.isLuhn(number.digits)
  }

  /// The check digit of EAN-13 after 756 (AHV).
  private static func isSwiss(_ number: PersonalData.Number) -> Bool {
    let digits = number.digits
    guard value(digits[0..<3]) == 756, [[3, 4, 4, 2], [13]].contains(number.groups) else {
      return false
    }
    let sum = digits[..<12].enumerated().reduce(0) {
      $0 + $1.element * ($1.offset % 2 == 0 ? 1 : 3)
    }
    return (10 - sum % 10) % 10 == digits[12]
  }

  /// A day of birth, a dash, and a check digit by 11 (resident registration number).
  private static func isKorean(_ number: PersonalData.Number) -> Bool {
    let digits = number.digits
    guard number.groups == [6, 7], number.separators == [UInt8(ascii: "-")],
      isDay(value(digits[2..<4]), value(digits[4..<6]))
    else { return false }
    return (11 - weighted(digits, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11) % 10 == digits[12]
  }

  /// A day of birth, citizenship as 0 or 1, and Luhn.
  private static func isSouthAfrican(_ number: PersonalData.Number) -> Bool {
    let digits = number.digits
    return [[13], [6, 4, 2, 1], [6, 4, 3]].contains(number.groups)
      && isDay(value(digits[2..<4]), value(digits[4..<6])) && digits[10] < 2
      && PersonalData.isLuhn(digits)
  }

  /// A day of birth, of women 50 more in the month, a slash, and divisible by 11 (rodné číslo).
  private static func isCzech(_ number: PersonalData.Number) -> Bool {
    let digits = number.digits
    let month = value(digits[2..<4]) % 50
    return number.groups == [6, 4] && number.separators == [UInt8(ascii: "/")]
      && isDay(month > 20 ? month - 20 : month, value(digits[4..<6])) && value(digits) % 11 == 0
  }
}

/// The first digits by their weights, added up.
func weighted(_ digits: [Int], _ weights: [Int]) -> Int {
  zip(digits, weights).reduce(0) { $0 + $1.0 * $1.1 }
}
