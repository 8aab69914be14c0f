import Testing

@testable import Web

@Suite struct ChartTests {
  private let lines = Chart(
    title: "Cost & <accuracy>", across: "answers a task", up: "accuracy, percent",
    .lines([
      .init(name: "adaptive", points: [.init(x: 1, y: 50), .init(x: 2.5, y: 71.25)]),
      .init(name: "=fixed, \"k\"", points: [.init(x: 1, y: 50, range: 45...55)]),
    ]))

  @Test func theTableHoldsEveryNumberOfThePicture() {
    #expect(
      lines.table == [
        ["series", "answers a task", "accuracy, percent", "from", "to"],
        ["adaptive", "1", "50", "", ""], ["adaptive", "2.5", "71.25", "", ""],
        ["=fixed, \"k\"", "1", "50", "45", "55"],
      ])
    let bars = Chart(title: "", across: "sure", up: "tasks", .bars([.init(name: "0.9", value: 12)]))
    #expect(bars.csv == "sure,tasks\r\n0.9,12\r\n")
  }

  @Test func csvIsQuotedAndHoldsNoFormula() {
    #expect(lines.csv.hasSuffix("\"'=fixed, \"\"k\"\"\",1,50,45,55\r\n"))
    #expect(lines.csv.hasPrefix("series,answers a task,\"accuracy, percent\",from,to\r\n"))
  }

  @Test func namesCannotLeaveTheirPlaceInThePicture() {
    #expect(lines.svg.contains("Cost &amp; &lt;accuracy&gt;"))
    #expect(!lines.svg.contains("<accuracy>"))
    let control = Chart(title: "a\u{1}b\u{FFFE}c", across: "", up: "", .bars([]))
    #expect(control.svg.contains(">abc<"))
  }

  @Test func whatHasNoNumbersIsStillAPicture() {
    let empty: [Chart.Content] = [
      .lines([]), .lines([.init(name: "one", points: [.init(x: 1, y: .nan)])]), .bars([]),
      .matrix(names: [], values: []), .matrix(names: ["a"], values: [[2]]),
    ]
    for content in empty {
      let svg = Chart(title: "t", across: "x", up: "y", content).svg
      #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n") && !svg.contains("nan"))
    }
  }
}
