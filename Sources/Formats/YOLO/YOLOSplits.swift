import Notation

/// Which subset images are of, as `data.yaml` or Darknet's `obj.data` says: by folders, or by files that list
/// images. What both trainers go by, wherever the images lie.
struct YOLOSplits: Sendable {
  /// By the path of an image.
  private var images: [String: String] = [:]
  /// By the path of a folder, which ends with `/`; the longest first.
  private var folders: [(path: String, subset: String)] = []
  /// Whether files list images, so that one that is in none is of no subset.
  private(set) var hasLists = false

  private static let keys = ["train", "val", "test"]

  /// - Parameter said: of each subset, paths of folders and lists; `path` what they begin with.
  init(_ said: JSON, _ folder: DatasetFolder) {
    let base = said["path"]?.string ?? ""
    for key in Self.keys {
      let value = said[key] ?? (key == "val" ? said["valid"] : nil) ?? .null
      for path in value.array?.compactMap(\.string) ?? [value.string].compactMap({ $0 }) {
        if DatasetFolder.kind(of: path) == "txt" {
          if let list = Self.file(path, base, folder) { read(list, key, folder) }
        } else if let found = Self.folder(path, base, folder) {
          folders.append((found, key))
        }
      }
    }
    // What stands for two says nothing: sets without a part have another's in its place.
    folders = folders.filter { one in
      folders.allSatisfy { $0.path != one.path || $0.subset == one.subset }
    }
    folders.sort { $0.path.utf8.count > $1.path.utf8.count }
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
    return folders.first { image.hasPrefix($0.path) }?.subset
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

  private static func file(_ path: String, _ base: String, _ folder: DatasetFolder) -> String? {
    candidates(path, base).first { folder.has($0) }
  }

  private static func folder(_ path: String, _ base: String, _ folder: DatasetFolder) -> String? {
    candidates(path, base).lazy.map { $0 + "/" }.first { candidate in
      folder.files.contains { $0.hasPrefix(candidate) && DatasetFolder.isImage($0) }
    }
  }

  /// A path as it stands, and without more and more of its beginning: it may be of another machine.
  private static func candidates(_ path: String, _ base: String) -> [String] {
    var parts = clean(base + "/" + path).split(separator: "/")
    var found = [clean(path)]
    while !parts.isEmpty {
      found.append(parts.joined(separator: "/"))
      parts.removeFirst()
    }
    return found.filter { !$0.isEmpty }
  }
}
