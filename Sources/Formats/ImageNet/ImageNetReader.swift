import Labels

extension ImageNet {
  static func reader(_ folder: DatasetFolder, _ diagnostics: Diagnostics) -> any DatasetReading {
    var schema = DatasetSchema()
    let images = Self.images(folder)
    // Where others lie in classes of subsets, those of a subset alone have none.
    let hasSubsets = images.contains { !place($0).subset.isEmpty }
    func isUnlabelled(_ file: String) -> Bool {
      let place = Self.place(file)
      return hasSubsets && place.subset.isEmpty && DatasetItem.subset(of: place.name) != nil
    }
    for name in Set(images.filter { !isUnlabelled($0) }.map { place($0).name }).sorted() {
      _ = schema.index(of: name)
    }
    let beside = folder.files.count { DatasetFolder.isImage($0) && !$0.contains("/") }
    if beside > 0 { diagnostics.lose("images left out that lie in no folder of a class", count: beside) }
    for file in folder.files where isStray(file) {
      diagnostics.lose("files left out that are no images (.\(kind(file)))")
    }
    return ItemFiles(images, folder, schema, diagnostics) { file, folder, schema, diagnostics in
      guard isUnlabelled(file) else { return item(file, folder, &schema) }
      return DatasetItem(
        name: file.split(separator: "/").last.map(String.init) ?? file,
        subset: DatasetItem.subset(of: place(file).name) ?? "",
        size: folder.size(of: file), media: folder.fullPath(file))
    }
  }

  private static func item(
    _ file: String, _ folder: DatasetFolder, _ schema: inout DatasetSchema
  ) -> DatasetItem {
    let (subset, name) = place(file)
    let last = file.split(separator: "/").last.map(String.init) ?? file
    return DatasetItem(
      name: last, subset: subset, size: folder.size(of: file),
      labels: [DatasetLabel(schema.index(of: name), .whole)], media: folder.fullPath(file))
  }
}
