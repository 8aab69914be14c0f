import Formats
import Labels
import Notation
import Store

extension ItemImport {
  /// A line with the size that its image has, where that is here: a size that is only said changes no image.
  /// Labels that were drawn on its pixels as they lie in the file are turned with it (EXIF's orientation).
  ///
  /// - Parameter number: of the item; nil where there is none yet.
  /// - Returns: the line, and whether it said another size.
  /// - Complexity: O(1), where it says the right one
  func settled(
    _ line: Line, at number: Int?, of dataset: DatasetID, _ options: Options,
    _ connection: any Connection
  ) throws -> (line: Line, isResized: Bool) {
    guard let said = line.stored.item.size,
      let file = try file(of: line, at: number, of: dataset, options, connection),
      let own = try size(of: file, connection), own != said
    else { return (line, false) }
    var line = line
    line.stored.item.size = own
    guard (said.width, said.height) == (own.height, own.width),
      let asset = try Assets.find("id", file.text, vault, connection),
      let orientation = asset.facts.first(where: { $0.name == "orientation" })?.value.integer
    else { return (line, true) }
    line.labels = line.labels?.map { $0.turned(by: Int(orientation), from: said) ?? $0 }
    return (line, true)
  }

  /// The file that the item has, or will have with the line.
  private func file(
    of line: Line, at number: Int?, of dataset: DatasetID, _ options: Options,
    _ connection: any Connection
  ) throws -> AssetID? {
    let files = ItemFiles(vault: vault)
    if options.makesItems, line.stored.image != nil { return try files.file(of: line.stored, connection) }
    return try number.flatMap { number in
      try Datasets.item(number, of: dataset, vault, connection).flatMap {
        try files.file(of: $0, connection)
      }
    }
  }

  private func size(of file: AssetID, _ connection: any Connection) throws -> ImageSize? {
    let sides = try connection.first(
      "SELECT width, height FROM assets WHERE id = ?", [file.sql]
    ) { (width: $0.optionalInt(0), height: $0.optionalInt(1)) }
    guard let width = sides?.width, let height = sides?.height else { return nil }
    return ImageSize(width: Int(width), height: Int(height))
  }
}
