/// The images of a set by what its labels call them.
struct ImageIndex: Sendable {
  /// By the last part of the path without its extension.
  private var byStem: [String: [String]] = [:]

  var isEmpty: Bool { byStem.isEmpty }

  /// - Parameter paths: of images, sorted.
  init(_ paths: [String]) {
    for path in paths { byStem[Self.stem(Self.last(path)), default: []].append(path) }
  }

  /// The image that is called so: below the folder by this path, or else by its last part. Of several, the
  /// one whose path is most like the name, then one of a folder of images that `place` is in, then the one
  /// most like that; nil where that does not tell them apart, as another image's labels are worse than none.
  ///
  /// - Parameters:
  ///   - name: with the extension of an image, another or none; after a drive, a root or `..` only the last
  ///     part counts.
  ///   - place: the path of its labels, say: `labels/train/7.txt` is of `images/train/7.jpg`, not of
  ///     `images/val/7.jpg`.
  func path(_ name: String, like place: String) -> String? {
    let name = name.utf8.contains(UInt8(ascii: "\\")) ? name.replacing("\\", with: "/") : name
    let last = Self.last(name)
    guard let found = byStem[Self.stem(last)] ?? byStem[DatasetItem.stem(of: last)] else {
      return nil
    }
    guard found.count > 1 else { return found[0] }
    let scores = found.map { path in
      [
        Self.likeness(path, name), Self.isAmongImages(path) && Self.isAbove(path, place) ? 1 : 0,
        place.isEmpty ? 0 : Self.likeness(path, place),
        Self.last(path) == last ? 1 : 0, Self.isAmongImages(path) ? 1 : 0,
      ]
    }
    guard let best = scores.max(by: { $0.lexicographicallyPrecedes($1) }) else { return nil }
    let chosen = found.indices.filter { scores[$0] == best }.map { found[$0] }
    func folder(_ path: String) -> Substring {
      path[..<path.utf8.index(path.endIndex, offsetBy: -Self.last(path).utf8.count)]
    }
    let folders = Set(chosen.map(folder))
    // Those of folders below the one that all lie in are others, as small pictures of them.
    guard let top = folders.min(by: { $0.utf8.count < $1.utf8.count }),
      folders.allSatisfy({ $0.hasPrefix(top) })
    else { return nil }
    return chosen.first { folder($0) == top }
  }

  /// Without the extension of an image: a name may have other dots.
  private static func stem(_ last: String) -> String {
    DatasetFolder.isImage(last) ? DatasetItem.stem(of: last) : last
  }

  private static func last(_ path: String) -> String {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[path.index(after: $0)...]) }
      ?? path
  }

  /// Whether a path lies in the folder of another, or in one that this lies in: in `images/` is what may be
  /// of `images/train/`, and in `images/val/` is not.
  private static func isAbove(_ path: String, _ place: String) -> Bool {
    guard let slash = path.lastIndex(of: "/") else { return false }
    return place.hasPrefix(path[...slash])
  }

  /// Folders that two paths have in common, counted from their ends.
  private static func likeness(_ a: String, _ b: String) -> Int {
    zip(
      a.split(separator: "/").reversed().dropFirst(), b.split(separator: "/").reversed().dropFirst()
    )
    .count { $0 == $1 }
  }

  private static func isAmongImages(_ path: String) -> Bool {
    path.split(separator: "/").dropLast().contains {
      ["images", "JPEGImages", "image_2", "data"].contains($0)
    }
  }
}
