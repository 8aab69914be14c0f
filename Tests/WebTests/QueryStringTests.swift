import Testing

@testable import Web

@Suite struct QueryStringTests {
  @Test func aPlusIsASpaceAndAnEncodedPlusIsAPlus() {
    let query = QueryString("name=Pages+1&sum=1%2B1&path=a%2Fb%20c")
    #expect(query["name"] == "Pages 1")
    #expect(query["sum"] == "1+1")
    #expect(query["path"] == "a/b c")
  }

  @Test func namesMayRepeatAndValuesMayBeMissing() {
    let query = QueryString("tag=x&tag=y&empty=&bare")
    #expect(query.all("tag") == ["x", "y"])
    #expect(query["empty"] == "" && query["bare"] == "" && query["other"] == nil)
  }
}

@Suite struct ScaleTimeTests {
  @Test(arguments: [
    ("2020-09-08", 1_599_523_200_000), ("2020-09-08T10:20:30.500Z", 1_599_560_430_500),
    ("2020-09-08 10:20:30.500000", 1_599_560_430_500),
    ("2020-09-08T12:20:30.500+02:00", 1_599_560_430_500),
    ("2020-09-08T12:20:30.500 0200", 1_599_560_430_500),
    ("2020-09-08T05:20:30.500-0500", 1_599_560_430_500), ("2020-02-29T00:00", 1_582_934_400_000),
  ])
  func readsWhatClientsWrite(_ text: String, _ milliseconds: Int64) {
    #expect(ScaleTime.milliseconds(text) == milliseconds)
  }

  @Test(arguments: ["", "noon", "2020-13-01", "2020-09-08T25:00", "2020-09-08X10:00", "20-9-8T1"])
  func refusesWhatIsNoMoment(_ text: String) { #expect(ScaleTime.milliseconds(text) == nil) }
}
