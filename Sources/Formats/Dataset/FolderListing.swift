import Foundation

/// What lies below a folder: files, links, and what cannot be listed. Links are not followed, and what
/// systems and tools leave behind is passed over.
struct FolderListing {
  /// Paths with `/`, in no order.
  private(set) var files: [String] = []
  private(set) var links: [String] = []
  /// Folders that may not be looked into.
  private(set) var closed: [String] = []
  /// Images that are passed over as their names begin with a dot.
  private(set) var hidden: [String] = []
  /// Files and folders whose names are no UTF-8, with a sign in the place of what is not.
  private(set) var unnamed: [String] = []

  /// - Parameter limit: files and links at most; one more is listed where there are more.
  /// - Complexity: O(entries), without a look at files themselves where the disk says what they are.
  init(_ root: String, limit: Int) {
    var waiting = [""]
    while let folder = waiting.popLast() {
      guard let stream = opendir(root + "/" + folder) else {
        closed.append(folder)
        continue
      }
      defer { closedir(stream) }
      while let entry = readdir(stream), files.count + links.count <= limit {
        add(entry, in: folder, root, &waiting)
      }
    }
  }

  private mutating func add(
    _ entry: UnsafeMutablePointer<dirent>, in folder: String, _ root: String, _ waiting: inout [String]
  ) {
    let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
    guard let name = String(validating: bytes, as: UTF8.self) else {
      let name = folder + String(decoding: bytes, as: UTF8.self)
      if !Self.isHidden(name), unnamed.count < Diagnostics.keptLimit { unnamed.append(name) }
      return
    }
    let path = folder + name
    guard !Self.isHidden(path) else {
      // AppleDouble's, which bears the name of the file beside it, has no picture.
      let isOwn = name.hasPrefix(".") && !name.hasPrefix("._") && !Self.isHidden(folder)
      if isOwn, DatasetFolder.isImage(name), hidden.count < Diagnostics.keptLimit { hidden.append(path) }
      return
    }
    switch Self.type(of: entry, root + "/" + path) {
    case S_IFDIR: waiting.append(path + "/")
    case S_IFREG: files.append(path)
    case S_IFLNK: links.append(path)
    default: return
    }
  }

  /// As `stat` says it; some disks do not say it with the name.
  private static func type(of entry: UnsafeMutablePointer<dirent>, _ path: String) -> mode_t {
    switch Int(entry.pointee.d_type) {
    case Int(DT_DIR): return S_IFDIR
    case Int(DT_REG): return S_IFREG
    case Int(DT_LNK): return S_IFLNK
    case Int(DT_UNKNOWN):
      var facts = stat()
      return lstat(path, &facts) == 0 ? facts.st_mode & S_IFMT : 0
    default: return 0
    }
  }

  /// Whether it is what systems and tools leave behind, which is no part of a set.
  static func isHidden(_ path: String) -> Bool {
    path.hasPrefix(".") || path.contains("/.") || path.hasPrefix("__MACOSX/") || path.contains("/__MACOSX/")
  }
}
