import Formats
import Geometry
import Labels
import Notation
import Testing

@testable import Platform

@Suite struct ItemQueryTests {
  /// Four items: a rainy street with two cars, a sunny one with a person, an empty one, a text.
  static func table() -> ItemTable {
    var table = ItemTable()
    let car = table.schema.index(of: "car")
    let person = table.schema.index(of: "traffic person")
    func box(_ x: Double, _ size: Double, of label: Int, score: Double? = nil) -> DatasetLabel {
      DatasetLabel(
        label, .shape(.box(Box(x: x, y: 0, width: size, height: size))),
        attributes: [.init("occluded", .bool(x > 0))], score: score)
    }
    table.set(
      DatasetItem(
        name: "rain/0001.jpg", subset: "train", size: ImageSize(width: 640, height: 480),
        metadata: [.init("weather", "rain"), .init("speed", 12), .init("captured", "2026-01-05")]),
      at: 0)
    table.set(
      DatasetItem(
        name: "sun/0002.jpg", subset: "val", size: ImageSize(width: 1280, height: 480),
        metadata: [.init("weather", "Sun"), .init("speed", 9.5), .init("captured", "2026-03-01")]),
      at: 1)
    table.set(DatasetItem(name: "sun/0003.jpg", subset: "train"), at: 2)
    table.set(DatasetItem(name: "note", text: "A Red car stood in the rain."), at: 3)
    var truth = LabelColumns()
    truth.set([box(0, 100, of: car), box(200, 50, of: car)], at: 0)
    truth.set([box(0, 40, of: person)], at: 1)
    var yolo = LabelColumns()
    yolo.set([box(0, 100, of: car, score: 0.9), box(500, 20, of: person, score: 0.4)], at: 0)
    yolo.set([box(0, 40, of: person, score: 0.3)], at: 1)
    yolo.setFact("confidence", .double(0.75), at: 1)
    table.sets = ["truth": truth, "yolo": yolo]
    table.slices = [
      "night": .fixed([1, 2]),
      "wet": .query(.compare(.metadata("weather"), .equal, [.init("rain")])),
    ]
    return table
  }

  static let found: [(String, [Int32])] = [
    ("", [0, 1, 2, 3]), ("weather = rain", [0]), ("weather = sun", [1]),
    ("weather != rain", [1, 2, 3]),
    ("weather = *", [0, 1]), ("weather != *", [2, 3]), ("speed > 9.5", [0]),
    ("speed >= 9.5", [0, 1]),
    ("speed < 10", [1]), ("captured >= 2026-02-01", [1]),
    ("weather in (rain, sun) and not speed > 10", [1]),
    ("rain", [0, 3]), ("\"red CAR\"", [3]), ("text : red", [3]), ("name : sun/*3.jpg", [2]),
    ("name = note", [3]),
    ("name != note", [0, 1, 2]), ("subset = train", [0, 2]),
    ("subset in (train, val) or name = note", [0, 1, 2, 3]),
    ("width > 1000", [1]), ("width = *", [0, 1]), ("aspect > 2", [1]), ("number >= 2", [2, 3]),
    ("count(car) = 2", [0]), ("count() = 0", [2, 3]), ("any(\"traffic person\")", [1]),
    ("none(car)", [1, 2, 3]), ("weather not in (rain, fog)", [1, 2, 3]), ("\"weather\"", []),
    ("any(class not in (car))", [1]), ("slice = *", [0, 1, 2]),
    ("slice = NIGHT", [1, 2]), ("truth.labels != *", [2, 3]), ("truth.labels = 0", []),
    ("count(car and area > 5000) = 1", [0]), ("any(class = car and width < 60)", [0]),
    ("any(not class = car)", [1]),
    ("count(occluded = true)", [0]), ("any(kind = box)", [0, 1]), ("any(crowd = true)", []),
    ("any(yolo: score < 0.5)", [0, 1]), ("any(yolo: car and score >= 0.9)", [0]),
    ("count(yolo:) > 1", [0]),
    ("yolo.labels = 1", [1]), ("yolo.confidence < 0.8", [1]), ("yolo.missed = 1", [0]),
    ("yolo.wrong > 0", [0]),
    ("yolo.found > 0", [0, 1]), ("slice = night", [1, 2]), ("slice != night", [0, 3]),
    ("slice in (night, wet)", [0, 1, 2]),
    ("weather = rain weather = sun", []), ("weather = rain speed = 12", [0]),
    ("(weather = rain or weather = sun) width < 1000", [0]),
    ("not (weather = rain)", [1, 2, 3]), ("meta.weather = rain", [0]), ("NOT weather = *", [2, 3]),
  ]

  @Test func whatAnItemHadAndHasNoMoreIsNotFound() throws {
    var table = Self.table()
    table.set(DatasetItem(name: "rain/0001.jpg", metadata: [.init("speed", 12)]), at: 0)
    table.sets["yolo"]?.set([], at: 1)
    func found(_ query: String) throws -> [Int32] {
      ItemTable.numbers(try table.marks(of: ItemQuery(parsing: query)))
    }
    #expect(try found("weather = *") == [1] && found("speed = 12") == [0])
    #expect(try found("yolo.confidence = *") == [])
  }

  @Test func wholeNumbersNextToEachOtherAreTwoHoweverLargeTheyAre() throws {
    var table = ItemTable()
    for (number, id) in [Int64.max, .max - 1, 9_007_199_254_740_993, -.max].enumerated() {
      table.set(DatasetItem(name: "\(number)", metadata: [.init("frame", .int(id))]), at: number)
    }
    func found(_ query: String) throws -> [Int32] {
      ItemTable.numbers(try table.marks(of: ItemQuery(parsing: query)))
    }
    #expect(try found("frame = \(Int64.max)") == [0])
    #expect(try found("frame < \(Int64.max) and frame > 0") == [1, 2])
    #expect(try found("frame != 9007199254740992") == [0, 1, 2, 3])
    #expect(try found("frame <= -9223372036854775807") == [3])
    #expect(try found("frame > 1e18") == [0, 1])
  }

  @Test(arguments: found) func aQueryFinds(_ query: String, _ items: [Int32]) throws {
    var table = Self.table()
    #expect(ItemTable.numbers(try table.marks(of: ItemQuery(parsing: query))) == items)
  }

  static let wrong: [(String, Int)] = [
    ("weather =", 9), ("= rain", 0), ("(weather = rain", 15), ("weather = rain)", 14),
    ("weather in rain", 11),
    ("weather in (rain", 16), ("count(car", 9), ("count(car) > many", 11), ("\"open", 0),
    ("a or", 4), ("count(car) : 3", 11),
    ("name = =", 7), ("weather in (rain,)", 17),
    ("width > 10px", 8), ("width = \"640\"", 8), ("height in (1, tall)", 14),
    ("width > nan", 8), ("any(yolo: score > high)", 18), ("any(area not in (big))", 17),
  ]

  @Test(arguments: wrong) func whatIsNotUnderstoodIsToldWithItsPlace(_ query: String, _ place: Int)
  {
    #expect {
      _ = try ItemQuery(parsing: query)
    } throws: {
      ($0 as? QueryFault)?.place == place
    }
  }

  @Test func whatWasSavedBeforeNumbersWereCheckedIsStillRead() throws {
    #expect(
      try ItemQuery(parsing: "width = \"640\"", checksNumbers: false)
        == .compare(.width, .equal, [.init("640", isQuoted: true)]))
  }

  @Test func bracketsAndLengthHaveLimits() throws {
    let deep = String(repeating: "(", count: ItemQuery.depthLimit - 1)
    let end = String(repeating: ")", count: ItemQuery.depthLimit - 1)
    #expect(try ItemQuery(parsing: deep + "a" + end) == .word("a"))
    #expect(throws: QueryFault.self) { try ItemQuery(parsing: "((" + deep + "a" + end + "))") }
    #expect(throws: QueryFault.self) {
      try ItemQuery(parsing: String(repeating: "a", count: ItemQuery.lengthLimit + 1))
    }
    #expect(
      try ItemQuery(parsing: String(repeating: "a", count: ItemQuery.lengthLimit))
        == .word(String(repeating: "a", count: ItemQuery.lengthLimit)))
  }

  @Test(arguments: [
    "colour = red", "any(plane)", "any(seg: car)", "yolo.speed > 3", "slice = day",
    "any(shape = 1)", "weather is rain", "speed > fast", "speed between 1 and 5",
    "yolo.confidence = high", "yolo.missed > many", "truth.labels = x",
  ])
  func whatIsNotThereIsTold(_ query: String) throws {
    var table = Self.table()
    let parsed = try ItemQuery(parsing: query)
    #expect(throws: ItemTable.Unknown.self) { try table.marks(of: parsed) }
  }

  @Test func whatIsAListIsFoundByWhatStandsInIt() throws {
    var table = ItemTable()
    let tags: [JSON] = [["day", "wet"], ["night"], "day", [7, "wet road"]]
    for (place, value) in tags.enumerated() {
      table.set(DatasetItem(name: "\(place)", metadata: [.init("tags", value)]), at: place)
    }
    table.sets["p"] = LabelColumns()
    for (place, workers) in ["w-1 w-2", "w-2", "w-12"].enumerated() {
      table.sets["p"]?.set([], at: place)
      table.sets["p"]?.setFact("workers", .string(workers), at: place)
    }
    func found(_ query: String) throws -> [Int32] {
      ItemTable.numbers(try table.marks(of: ItemQuery(parsing: query)))
    }
    #expect(try found("tags = day") == [0, 2] && found("tags in (night, 7)") == [1, 3])
    #expect(try found("tags != wet") == [1, 2, 3] && found("tags : wet") == [0, 3])
    #expect(try found(#"tags = "[\"day\",\"wet\"]""#) == [0])
    #expect(try found("p.workers = w-2") == [0, 1] && found("p.workers != w-2") == [2, 3])
    #expect(QueryCompletion.all(of: "p.workers = w", in: table).map(\.text) == ["w-1", "w-12", "w-2"])
  }

  @Test func aSliceThatNamesWhatIsGoneHidesNoOther() throws {
    var table = Self.table()
    table.slices["gone"] = .query(try ItemQuery(parsing: "any(m9: car)"))
    #expect(ItemTable.numbers(try table.marks(of: ItemQuery(parsing: "slice = *"))) == [0, 1, 2])
    #expect(throws: ItemTable.Unknown.self) {
      try table.marks(of: ItemQuery(parsing: "slice = gone"))
    }
  }

  @Test func lettersWithMarksAreFoundHoweverTheyAreWritten() throws {
    var table = ItemTable()
    table.set(DatasetItem(name: "Zu\u{308}rich.jpg"), at: 0)
    table.set(DatasetItem(name: "x", text: "from Zürich"), at: 1)
    for query in ["zürich", "zu\u{308}rich", "name : ZÜRICH or text : ZU\u{308}RICH"] {
      #expect(ItemTable.numbers(try table.marks(of: ItemQuery(parsing: query))) == [0, 1])
    }
  }

  @Test func numbersAreFoundByPatternsToo() throws {
    var table = Self.table()
    func found(_ query: String) throws -> [Int32] {
      ItemTable.numbers(try table.marks(of: ItemQuery(parsing: query)))
    }
    #expect(try found("width : 12*") == [1] && found("width : 640") == [0])
  }

  @Test func slicesThatNameEachOtherEnd() throws {
    var table = Self.table()
    table.slices["a"] = .query(try ItemQuery(parsing: "slice = b"))
    table.slices["b"] = .query(try ItemQuery(parsing: "slice = a"))
    #expect(throws: ItemTable.Unknown.self) { try table.marks(of: ItemQuery(parsing: "slice = a")) }
    table.slices = ["rest": .query(try ItemQuery(parsing: "slice != *"))]
    #expect(throws: ItemTable.Unknown.self) { try table.marks(of: ItemQuery(parsing: "slice = *")) }
  }

  static let completed: [(String, String)] = [
    ("wea", "weather"), ("weather = ", "rain"), ("weather = r", "rain"), ("weather in (", "Sun"),
    ("count(", "car"),
    ("any(tra", "\"traffic person\""), ("subset = t", "train"), ("slice = n", "night"),
    ("yolo.m", "yolo.missed"),
    ("any(kind = b", "box"), ("any(yolo: ca", "car"), ("any(occ", "occluded"), ("any(", "yolo:"),
    ("weather = rain and spe", "speed"), ("weather ", "="), ("speed ", "not in ("),
    ("weather = rain ", "and"), ("any(area ", ">"), ("any(car) ", "or"),
  ]

  @Test(arguments: completed) func whatIsBegunIsCompleted(_ text: String, _ expected: String) {
    let found = QueryCompletion.all(of: text, in: Self.table())
    #expect(found.contains { $0.text == expected }, "\(found.map(\.text))")
    #expect(found.allSatisfy { $0.start <= text.count })
  }

  @Test func whatItemsAreLikeIsCounted() throws {
    var table = Self.table()
    let marks = try table.marks(of: .all)
    let summary = try ItemSummary(table, marks, set: "truth")
    #expect((summary.items, summary.labels, summary.unlabelled) == (4, 3, 2))
    #expect(
      summary.classes == [.init(name: "car", count: 2), .init(name: "traffic person", count: 1)])
    #expect(summary.labelCounts?.counts == [2, 1, 1])
    #expect(summary.facets.map(\.name) == ["subset", "captured", "speed", "weather"])
    #expect(throws: ItemTable.Unknown.self) { try ItemSummary(table, marks, set: "seg") }
  }

  @Test func daysAreCountedInBarsOfWholeDaysAndWhatIsNoTimeByValues() throws {
    func facet(_ values: [String]) -> ItemSummary.Facet {
      var column = ValueColumn()
      for (row, value) in values.enumerated() { column.set(.string(value), at: row) }
      return ItemSummary.Facet("taken", column, Array(0..<Int32(values.count)))
    }
    let days = (1...30).map { "2026-06-\($0 < 10 ? "0" : "")\($0)" }
    let taken = facet(days)
    let histogram = try #require(taken.histogram)
    #expect(taken.isOfTimes && histogram.counts == Array(repeating: 2, count: 15))
    #expect(histogram.edges.first == Moment("2026-06-01")?.start)
    #expect(histogram.edges.last == Moment("2026-07-01")?.start)
    // Few are told one by one, and one that is no time has all be what they are.
    #expect(facet(Array(days.prefix(12))).histogram == nil)
    #expect(facet(days + ["soon"]).histogram == nil)
    let hours = facet((0..<24).map { "2026-06-01T\($0 < 10 ? "0" : "")\($0):00:00Z" })
    #expect(hours.isOfTimes && hours.histogram?.counts.reduce(0, +) == 24)
  }
}

struct MomentTests {
  @Test(
    arguments: [
      ("2026-05-01T23:00:00+09:00", "2026-05-01T14:00:00Z"), ("2026-05-01 14:00", "2026-05-01T14:00:00.000Z"),
      ("2026-05-01T14:00:00-0930", "2026-05-01T23:30:00Z"), ("1970-01-01T00:00:00Z", "1970-01-01T00:00"),
      ("2000-02-29T12:00:00Z", "2000-02-29T12:00:00"),
    ])
  func timesAreTheSameInAnyZone(_ a: String, _ b: String) throws {
    #expect(try #require(Moment(a)) == #require(Moment(b)))
  }

  @Test func aDayAMonthAndAYearAreAllOfThem() throws {
    let time = try #require(Moment("2026-05-01T10:00:00Z"))
    #expect(time.start == 1_777_629_600)
    for part in ["2026-05-01", "2026-05", "2026"] {
      let whole = try #require(Moment(part, isPart: true))
      for how in [ItemQuery.Comparison.equal, .lessOrEqual, .greaterOrEqual] {
        #expect(how.accepts(time, whole), "\(part)")
      }
      for how in [ItemQuery.Comparison.less, .greater, .different] {
        #expect(!how.accepts(time, whole), "\(part)")
      }
    }
    let next = try #require(Moment("2026-05-02", isPart: true))
    #expect(ItemQuery.Comparison.less.accepts(time, next) && !ItemQuery.Comparison.equal.accepts(time, next))
  }

  @Test(
    arguments: [
      "2026", "2026-13-01", "2026-05-01T25:00", "2026-05-01x", "rain", "", "2026-05-01T10:00:00+99:00",
    ])
  func whatIsNoTimeIsNone(_ text: String) {
    #expect(Moment(text) == nil)
  }

  @Test func whatIsNoNumberIsNeitherLessNorMoreThanOne() {
    for how in [ItemQuery.Comparison.less, .lessOrEqual, .greater, .greaterOrEqual] {
      #expect(!how.accepts("n/a", nil, against: .init("4")))
    }
    #expect(ItemQuery.Comparison.different.accepts("n/a", nil, against: .init("4")))
    #expect(ItemQuery.Comparison.greater.accepts("b", nil, against: .init("a")))
  }
}
