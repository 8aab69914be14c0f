import Geometry
import Labels
import Notation
import Testing

@testable import Formats

/// What Scale's API answers with, as its documentation and recorded answers have it.
@Suite struct ScaleTasksTests {
  private func read(
    _ tasks: String, as name: String = "tasks.jsonl"
  ) throws -> (items: [DatasetItem], schema: DatasetSchema, diagnostics: Diagnostics) {
    let folder = try TestFolder()
    try folder.write(tasks, to: name)
    let diagnostics = Diagnostics(.lenient)
    let format = try #require(DatasetFormat.of(DatasetFolder(folder.path)))
    #expect(format == .scale)
    var reader = try format.reader(of: DatasetFolder(folder.path), diagnostics)
    var items: [DatasetItem] = []
    while let item = try reader.next() { items.append(item) }
    return (items, reader.schema, diagnostics)
  }

  private static let traffic = #"""
    {"task_id":"6526eb2365f4f43fdc857211","created_at":"2023-10-11T18:36:21.350Z",
     "type":"imageannotation","status":"completed","metadata":{"scene":"night"},
     "project":"Traffic Light Detection","tags":["val","hard"],
     "params":{"attachment":"http://i.imgur.com/a%20b/3Cpje3l.jpg?x=1","attachment_type":"image",
       "geometries":{"box":{"objects_to_annotate":["Traffic lights"],"min_width":0}}},
     "response":{"links":[{"label":"same post","from":"u1","to":"u2"}],"global_attributes":{"night":"No"},
       "annotations":[
        {"type":"box","label":"Traffic lights","uuid":"u1","attributes":{"status":"Green"},
         "left":1484,"top":871,"width":93,"height":257},
        {"type":"box","label":"Sign","uuid":"u2","left":1,"top":2,"width":10,"height":4,
         "rotation":0.5},
        {"type":"polygon","label":"car","uuid":"u3",
         "vertices":[{"x":1,"y":1},{"x":9,"y":1},{"x":9,"y":7}]},
        {"type":"line","label":"lane","vertices":[{"x":1,"y":2},{"x":3,"y":4}],"uuid":"u4"},
        {"type":"point","label":"light","x":10,"y":20,"uuid":"u5"}]}}
    """#

  @Test(arguments: ["", "[]", "docs", "task"])
  func tasksAreReadHoweverTheyWereKept(_ frame: String) throws {
    let text =
      switch frame {
      case "[]": "[\(Self.traffic)]"
      case "docs": #"{"docs":[\#(Self.traffic)],"total":1,"has_more":false}"#
      case "task": #"{"task_id":"6526eb2365f4f43fdc857211","response":{},"task":\#(Self.traffic)}"#
      default: Self.traffic
      }
    let (items, schema, diagnostics) = try read(text, as: "tasks.json")
    let item = try #require(items.first)
    #expect(items.count == 1 && diagnostics.faultCount == 0 && diagnostics.losses.isEmpty)
    #expect(item.name == "a b/3Cpje3l.jpg" && item.subset == "val")
    #expect(item.media == "http://i.imgur.com/a%20b/3Cpje3l.jpg?x=1")
    #expect(
      Set(item.metadata)
        == [
          .init("scene", "night"), .init("task_id", "6526eb2365f4f43fdc857211"),
          .init("project", "Traffic Light Detection"), .init("tags", ["hard"]),
          .init("night", "No"),
        ])
    #expect(
      item.labels.map { schema.name($0.classIndex) }
        == ["Traffic lights", "Sign", "car", "lane", "light", "same post"])
    #expect(item.labels[0].value == .shape(.box(Box(x: 1484, y: 871, width: 93, height: 257))))
    #expect(item.labels[0].attributes == [.init("status", "Green")])
    #expect(item.labels[1].value.kind == .rotatedBox)
    #expect(item.labels[5].value == .relation(from: 0, to: 1))
  }

  @Test func theOlderTypesSayNeitherGeometryNorId() throws {
    let tasks = [
      ("annotation", #"{"left":0,"top":0,"width":9,"height":8,"label":"cow"}"#),
      (
        "polygonannotation",
        #"{"vertices":[{"x":1,"y":1},{"x":9,"y":1},{"x":1,"y":9}],"label":"cow"}"#
      ),
      ("lineannotation", #"{"vertices":[{"x":1,"y":1},{"x":9,"y":1}],"label":"cow"}"#),
      ("pointannotation", #"{"x":1,"y":1}"#),
    ].enumerated().map { place, task in
      #"{"task_id":"t\#(place)","type":"\#(task.0)","params":{"attachment":"http://x.org/a.jpg"},"#
        + #""response":{"annotations":[\#(task.1)]}}"#
    }
    let (items, schema, diagnostics) = try read(tasks.joined(separator: "\n"))
    #expect(items.flatMap { $0.labels.map(\.value.kind) } == [.box, .polygon, .polyline, .point])
    #expect(schema.classes.map(\.name) == ["cow", "object"] && diagnostics.faultCount == 0)
  }

  @Test func spansAreFoundByTheirTextHoweverTheyAreCounted() throws {
    let text = "😀 Alex Wang spoke"
    func task(_ start: Int, _ end: Int, _ said: String) -> String {
      #"{"task_id":"t\#(start)\#(end)","type":"namedentityrecognition","#
        + #""params":{"text":"\#(text)"},"response":{"annotations":["#
        + #"{"id":"a","start":\#(start),"end":\#(end),"text":"\#(said)","label":"person"}]}}"#
    }
    let (items, _, diagnostics) = try read(
      [
        task(2, 11, "Alex Wang"), task(2, 10, "Alex Wang"), task(3, 12, "Alex Wang"),
        task(4, 9, "Alex"),
      ]
      .joined(separator: "\n"))
    #expect(
      items.map { $0.labels.map(\.value) } == [
        [.spans([2..<11])], [.spans([2..<11])], [.spans([2..<11])], [],
      ])
    #expect(diagnostics.faults.map(\.reason) == ["the text there is “ex W”, not “Alex”"])
  }

  @Test func ofOneTextAllSpansAreCountedAlike() throws {
    let spans = [(9, 12), (13, 16), (17, 20)].map {
      #"{"start":\#($0.0),"end":\#($0.1),"text":"Bob","label":"person"}"#
    }
    let (items, _, diagnostics) = try read(
      #"{"task_id":"t","type":"namedentityrecognition","params":{"text":"😀😀😀😀 Bob Bob Bob"},"#
        + #""response":{"annotations":[\#(spans.joined(separator: ","))]}}"#)
    #expect(
      items.first?.labels.map(\.value) == [.spans([5..<8]), .spans([9..<12]), .spans([13..<16])])
    #expect(diagnostics.faultCount == 0)
  }

  @Test func aTaskThatIsNoneCostsItselfAlone() throws {
    func task(_ id: String, _ type: String) -> String {
      #"{"task_id":"\#(id)","type":\#(type),"params":{"attachment":"https://x.org/objects/\#(id)?s=1"}}"#
    }
    let (a, b, c) = (
      task("a", #""imageannotation""#), task("b", "null"), task("c", #""annotation""#)
    )
    let (items, _, diagnostics) = try read(#"{"docs":[7,\#(a),\#(b),\#(c)]}"#)
    #expect(items.map(\.name) == ["objects/a", "objects/c"] && diagnostics.faultCount == 2)
    #expect(diagnostics.faults.map(\.place) == ["docs[0], type", "docs[2], type"])
  }

  @Test func whatATaskCannotSayStaysMetadata() throws {
    let metadata: [JSON.Member] = [
      .init("task_id", 42), .init("tags", "solo"), .init("project", ["a": 1]),
      .init("batch", "b 1"),
    ]
    let item = DatasetItem(name: "a.png", subset: "dev", metadata: metadata)
    let tagged = DatasetItem(
      name: "asset 7.png", subset: "test", metadata: [.init("tags", ["hard", "val"])])
    let folder = try TestFolder()
    let diagnostics = Diagnostics(.strict)
    let sink = try FolderSink(folder.path + "/out")
    _ = try DatasetConversion.run(
      GivenItems(schema: DatasetSchema(), items: [item, tagged]), to: .scale, sink, WritingOptions(),
      diagnostics)
    try sink.finish()
    #expect(
      diagnostics.losses.map(\.what) == ["subsets left out that are not called train, val or test"])
    var reader = try DatasetFormat.scale.reader(
      of: DatasetFolder(folder.path + "/out"), diagnostics)
    let (first, second) = (try #require(try reader.next()), try #require(try reader.next()))
    #expect(Set(first.metadata) == Set(metadata) && first.subset.isEmpty)
    #expect(second.subset == "test" && second.metadata == tagged.metadata)
  }

  @Test func anItemIsCalledByItsOwnIdWithTheEndingOfItsImage() throws {
    let (items, _, _) = try read(
      #"{"task_id":"t","type":"imageannotation","unique_id":"asset 7","#
        + #""params":{"attachment":"https://x.org/pic.png"}}"#)
    #expect(items.first?.name == "asset 7.png")
    #expect(items.first?.metadata.contains(.init("unique_id", "asset 7")) == true)
  }

  @Test func answersToQuestionsAreClassesAndFields() throws {
    func task(_ id: String, _ type: String, _ params: String, _ more: String) -> String {
      #"{"task_id":"\#(id)","type":"\#(type)","params":\#(params),\#(more)}"#
    }
    let tasks = [
      task(
        "a", "categorization", #"{"attachment_type":"text","attachment":"good"}"#,
        #""response":{"category":"positive"}"#),
      task(
        "b", "categorization", #"{"attachment_type":"image","attachment":"x/b.png"}"#,
        #""response":{"categories":["cat","dog"]}"#),
      task(
        "c", "textcollection", #"{"attachments":[{"type":"text","content":"hello"}]}"#,
        #""response":{"annotations":{"tone":{"type":"category","response":[["kind"]]}}}"#),
      task("d", "imageannotation", #"{"attachment":"x/d.png"}"#, #""status":"canceled""#),
      task(
        "e", "videoannotation", #"{"attachments":["0.jpg","1.jpg"]}"#,
        #""response":{"annotations":{"url":"https://x"}}"#),
      task(
        "f", "segmentannotation", #"{"attachment":"x/f.png"}"#,
        #""response":{"annotations":{"combined":{}}}"#),
    ].joined(separator: "\n")
    let (items, schema, diagnostics) = try read(tasks)
    #expect(items.map(\.name) == ["a", "x/b.png", "c", "x/f.png"])
    #expect(
      items.map { $0.labels.map { schema.name($0.classIndex) } } == [
        ["positive"], ["cat", "dog"], [], [],
      ])
    #expect(items[0].text == "good" && items[2].metadata.contains(.init("tone", "kind")))
    #expect(
      Set(diagnostics.losses.map(\.what))
        == [
          "tasks left out that are canceled",
          "tasks left out of the type videoannotation: neither one image nor a text",
          "segmentations left out: they are pictures of their own",
        ])
  }

  @Test(arguments: [
    #"{"type":"box","left":1,"top":2,"width":-3,"height":4}"#, #"{"type":"box","left":"1"}"#,
    #"{"type":"polygon","vertices":[{"x":1,"y":1}]}"#, #"{"type":"cuboid","vertices":[]}"#,
    #"{"type":"sphere"}"#, #"{"type":"span","start":0,"end":1}"#, "7",
  ])
  func anAnnotationThatIsWrongIsToldWithItsPlace(_ annotation: String) throws {
    let (items, _, diagnostics) = try read(
      #"{"task_id":"t","type":"imageannotation","params":{"attachment":"a.png"},"response":"#
        + #"{"annotations":[{"type":"point","x":1,"y":1},\#(annotation)]}}"#)
    #expect(items.map(\.labels.count) == [1] && diagnostics.faultCount == 1)
    #expect(diagnostics.faults[0].place.contains("a.png, annotations[1]"))
  }
}
