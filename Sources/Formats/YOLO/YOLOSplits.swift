import Notation

/// Which subset images are of, as `data.yaml` or Darknet's `obj.data` says: by folders, or by files that list
/// images. What both trainers go by, wherever the images lie.
struct YOLOSplits: Sendable {
  /// By the path of an image.
  private var images: [String: String] = [:]
  /// By the path of a folder, which ends with `/`.
  private var folders: [String: String] = [:]
  /// Whether files list images, so that one that is in none is of no subset.
  private(set) var hasLists = false

  private static let keys = ["train", "val", "test"]
  /// Folders and lists that a set may name, and bytes of the path of one.
  private static let (pathLimit, lengthLimit) = (1_000, 4_096)

  /// - Parameter said: of each subset, paths of folders and lists; `path` what they begin with.
  init(_ said: JSON, _ folder: DatasetFolder) {
    let base = said["path"]?.string ?? ""
    let known = Self.foldersOfImages(in: folder)
    var doubtful: Set<String> = []
    for key in Self.keys {
      let value = said[key] ?? (key == "val" ? said["valid"] : nil) ?? .null
      let paths = value.array?.compactMap(\.string) ?? [value.string].compactMap { $0 }
      for path in paths.prefix(Self.pathLimit)
      where path.utf8.count + base.utf8.count <= Self.lengthLimit {
        if DatasetFolder.kind(of: path) == "txt" {
          if let list = Self.candidates(path, base).first(where: folder.has) { read(list, key, folder) }
        } else if let found = Self.candidates(path, base).first(where: { known.contains($0 + "/") }) {
          if folders.updateValue(key, forKey: found + "/").map({ $0 != key }) == true {
            doubtful.insert(found + "/")
          }
        }
      }
    }
    // What stands for two says nothing: sets without a part have another's in its place.
    for path in doubtful { folders[path] = nil }
  }

  /// Folders that images lie in, or folders of these.
  private static func foldersOfImages(in folder: DatasetFolder) -> Set<String> {
    var found: Set<String> = []
    for image in folder.files where DatasetFolder.isImage(image) {
      forEachFolder(of: image) { found.insert($0).inserted }
    }
    return found
  }

  /// From the innermost out, each with `/` at its end, until `body` returns false.
  private static func forEachFolder(of path: String, _ body: (String) -> Bool) {
    var end = path.endIndex
    while let slash = path[..<end].lastIndex(of: "/") {
      guard body(String(path[...slash])) else { return }
      end = slash
    }
  }

  /// Of `obj.data`: `name = value`, a line each.
  static func said(inDarknet text: String) -> JSON {
    .object(
      text.split(separator: "\n").compactMap { line in
        let parts = line.split(separator: "=", maxSplits: 1).map(\.trimmingASCIISpace)
        return parts.count == 2 ? .init(parts[0], .string(parts[1])) : nil
      })
  }

  /// nil where nothing is said of the image.
  func subset(of image: String) -> String? {
    if let listed = images[image] { return listed }
    guard !folders.isEmpty else { return nil }
    var found: String?
    Self.forEachFolder(of: image) { folder in
      found = folders[folder]
      return found == nil
    }
    return found
  }

  private mutating func read(_ list: String, _ subset: String, _ folder: DatasetFolder) {
    guard let text = try? folder.text(list) else { return }
    hasLists = true
    for line in text.split(separator: "\n") {
      let name = line.trimmingASCIISpace
      guard !name.isEmpty, let image = folder.image(named: Self.clean(name)) else { continue }
      // Of several lists the first counts, as of the folders.
      if images[image] == nil { images[image] = subset }
    }
  }

  /// Without what leads out of the set.
  private static func clean(_ path: String) -> String {
    path.replacing("\\", with: "/").split(separator: "/").filter { $0 != "." && $0 != ".." }
      .joined(separator: "/")
  }

  /// A path as it stands, and without more and more of its beginning: it may be of another machine.
  private static func candidates(_ path: String, _ base: String) -> [String] {
    let parts = clean(base + "/" + path).split(separator: "/").suffix(partLimit)
    return [clean(path)] + parts.indices.map { parts[$0...].joined(separator: "/") }
  }

  /// Folders in folders.
  private static let partLimit = 64
}
