import Foundation
import Testing

@testable import Platform

struct ClassNumbersTests {
  @Test func numbersAreWrittenAsRangesAndReadAgain() {
    var numbers = ClassNumbers()
    #expect(numbers.text.isEmpty && ClassNumbers(stored: "") == numbers)
    for number in [3, 1, 2, 9, 0, 3] { numbers.insert(number) }
    #expect(numbers.text == "0-3,9")
    #expect(ClassNumbers(stored: "0-3,9") == numbers)
    #expect(numbers.contains(2) && !numbers.contains(4))
    numbers.formUnion(ClassNumbers(stored: "4-8,20"))
    #expect(numbers.text == "0-9,20")
  }

  @Test func whatIsNoRangeIsPassedOver() {
    #expect(ClassNumbers(stored: "x,5-2,,7").text == "7")
  }
}
