import Notation
import Testing

@testable import Formats

@Suite struct CVATInputTests {
  @Test func valuesComeBackAsTheirTypeIsDeclared() {
    for value: JSON in [5, -2.5, true, false, "12a", ""] {
      let text = value.string ?? value.text
      #expect(CVATInput(value).value(text) == value)
    }
    #expect(CVATInput.text.value("12") == "12")
    #expect(CVATInput.number.value("many") == "many" && CVATInput.number.value("nan") == "nan")
  }

  @Test func valuesOfSeveralTypesAreText() {
    var input = CVATInput(5)
    input.widen(to: CVATInput(2.5))
    #expect(input == .number)
    input.widen(to: CVATInput("five"))
    #expect(input == .text)
  }
}
