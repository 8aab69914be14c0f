import Geometry
import Labels
import Notation

extension CreateML {
  static func item(
    _ json: JSON, _ schema: inout DatasetSchema, _ folder: DatasetFolder, _ file: String,
    _ diagnostics: Diagnostics, _ report: (NotationFault) throws -> Void
  ) throws -> DatasetItem {
    let name = try json.text(image.first { json[$0] != nil } ?? image[0])
    let media = folder.image(named: name, like: file)
    var item = DatasetItem(
      name: name, size: media.flatMap(folder.size), media: media.map(folder.fullPath))
    let list = annotations.first { json[$0] != nil } ?? annotations[0]
    _ = try json.required(list)
    for (number, annotation) in try json.list(list).enumerated() {
      do throws(NotationFault) {
        let box = try box(annotation)
        var label = DatasetLabel(schema.index(of: try annotation.text("label")), .shape(.box(box)))
        label.score = annotation["confidence"]?.number
        item.labels.append(label)
        diagnostics.loseMembers(of: annotation, besides: known, "annotations")
      } catch {
        try report(
          NotationFault(path: "\(list)[\(number)].\(error.path)", problem: error.problem))
      }
    }
    return item
  }

  private static let known: Set<String> = ["label", "coordinates", "confidence"]

  private static func box(_ annotation: JSON) throws(NotationFault) -> Box {
    let place = try annotation.required("coordinates")
    let (x, y) = (try place.number("x"), try place.number("y"))
    let (width, height) = (try place.number("width"), try place.number("height"))
    guard width >= 0, height >= 0 else {
      throw NotationFault(path: "coordinates", problem: "width and height must not be below 0")
    }
    return Box(x: x - width / 2, y: y - height / 2, width: width, height: height)
  }
}
