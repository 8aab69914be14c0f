import Geometry
import Labels
import Notation
import Testing

@testable import Formats

struct COCOAnnotationTests {
  @Test func membersOfAnAnnotationMayStandInAnyOrderBesideOthersAndTheLastOfOneNameCounts() throws {
    var members = [
      #""id": 4"#, #""image_id": 1"#, #""category_id": 1"#, #""bbox": [1, 2, 3, 4]"#, #""area": 7"#,
      #""iscrowd": 1"#, #""segmentation": []"#, #""keypoints": []"#, #""caption": null"#,
      #""score": 0.5"#, #""group": 3"#, #""track_id": 6"#, #""attributes": {"a": [1]}"#,
      #""other": {"bbox": [9, 9, 9, 9], "x": "}\""}"#, #""b": [[], {}]"#,
    ]
    var generator = Chance(seed: 7)
    for _ in 0..<60 {
      members.shuffle(using: &generator)
      let folder = try TestFolder()
      try folder.write(
        """
        {"annotations": [{"bbox": [0], "image_id": 9, "score": 9, \(members.joined(separator: ","))}],
         "images": [{"id": 9, "id": 1, "file_name": "a.jpg", "width": 10, "height": 10}],
         "categories": [{"id": 1, "name": "car"}]}
        """, to: "a.json")
      let found = try folder.found(.strict)
      var label = DatasetLabel(
        0, .shape(.box(Box(x: 1, y: 2, width: 3, height: 4))), attributes: [.init("a", [1])],
        score: 0.5, group: 3, isCrowd: true, track: 6)
      label.area = 7
      #expect(found.items.first?.labels == [label], "\(members)")
    }
  }
}
