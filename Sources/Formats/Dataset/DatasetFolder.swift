import Foundation
import Labels
import Notation
import Synchronization

/// A labelled set on disk: a folder, an archive of one, or one file, whose format is to be read. Names of
/// files that a set mentions are data: they are only looked up below the folder, and links out of it are not
/// followed.
package final class DatasetFolder: Sendable {
  /// Ends without a slash.
  package let path: String
  /// The one file that was named; nil where a folder was.
  package let file: String?
  /// As whoever named it calls it.
  package let title: String
  /// Paths of files below, with `/`, sorted.
  package let files: [String]
  /// Links that are not followed, and what cannot be listed.
  private let passedOver: [FormatFault]
  private let images: ImageIndex
  /// Takes what had to be guessed to read its files; those that it was told of, and large ones of which
  /// nothing has to be guessed, which are opened several times until they are read.
  private let guesses = Mutex<(diagnostics: Diagnostics?, told: Set<String>, known: Set<String>)>(
    (nil, [], []))
  /// What formats found out about it, by its type.
  private let known = Mutex<[ObjectIdentifier: any Sendable]>([:])
  /// Keeps what an archive was unpacked to.
  private let archive: ArchiveFolder?
  /// Images that lie inside of other files, as files of their own; nil where nobody wants them.
  private let kept: KeptImages?

  package static let imageExtensions: Set<String> = [
    "jpg", "jpeg", "png", "gif", "webp", "bmp", "tif", "tiff",
  ]
  /// Files of one set.
  package static let fileLimit = 20_000_000

  /// - Throws: `FormatFault` where there is nothing, more files than the limit, or an archive that cannot be
  ///   unpacked.
  ///
  /// - Parameter keepsImages: whether images that lie inside of other files are wanted.
  package init(_ path: String, keepsImages: Bool = false) throws {
    kept = keepsImages ? KeptImages() : nil
    var isFolder: ObjCBool = false
    // Whoever names a link means what it leads to.
    var real = URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
    guard FileManager.default.fileExists(atPath: real, isDirectory: &isFolder) else {
      throw FormatFault(
        path, "", "there is no such file or folder", remedy: "Name one that is there.")
    }
    archive = try !isFolder.boolValue && ArchiveFolder.matches(real) ? ArchiveFolder(real) : nil
    if let archive {
      real = archive.path
      isFolder = true
    }
    title =
      isFolder.boolValue && archive == nil
      ? path : path.split(separator: "/").last.map(String.init) ?? path
    guard isFolder.boolValue else {
      let url = URL(fileURLWithPath: real)
      self.path = url.deletingLastPathComponent().path
      file = url.lastPathComponent
      files = [url.lastPathComponent]
      images = ImageIndex(Self.imageFiles(beside: self.path))
      passedOver = []
      return
    }
    self.path = real
    file = nil
    let (files, passedOver) = try Self.list(real)
    self.files = files
    self.passedOver =
      [archive?.doubt].compactMap { $0 }
      + Self.links((archive?.links ?? []).filter { !FolderListing.isHidden($0) }) + passedOver
    images = ImageIndex(files.filter(Self.isImage))
  }

  /// A folder of another, which is the only thing in that.
  private init(_ top: Substring, of outer: DatasetFolder) {
    path = outer.path + "/" + top
    (file, title) = (nil, outer.title)
    files = outer.files.map { String($0.dropFirst(top.count + 1)) }
    images = ImageIndex(files.filter(Self.isImage))
    (archive, kept) = (outer.archive, outer.kept)
    passedOver = outer.passedOver.map { fault in
      var fault = fault
      if fault.file.hasPrefix("\(top)/") { fault.file.removeFirst(top.count + 1) }
      return fault
    }
  }

  /// The folder that all of it lies in, as archives often have one; nil where there is more.
  package var inner: DatasetFolder? {
    guard file == nil, let first = files.first, let slash = first.firstIndex(of: "/"),
      files.allSatisfy({ $0.hasPrefix(first[...slash]) })
    else { return nil }
    return DatasetFolder(first[..<slash], of: self)
  }

  /// - Returns: files below a folder, sorted, and what of it is passed over.
  private static func list(_ root: String) throws -> (files: [String], passedOver: [FormatFault]) {
    let listing = FolderListing(root, limit: fileLimit)
    var (found, dead): ([String], [String]) = (listing.files, [])
    for name in listing.links {
      let target = target(of: name, root)
      if target == nil, dead.count < Diagnostics.keptLimit { dead.append(name) }
      // What a folder holds that lies below too is there already.
      if target == .typeRegular { found.append(name) }
    }
    guard found.count <= fileLimit else {
      throw FormatFault(
        root, "", "there are more than \(fileLimit) files", remedy: "Divide the set into several.")
    }
    return (found.sorted(), links(dead) + unseen(listing))
  }

  private static func links(_ names: [String]) -> [FormatFault] {
    names.sorted().map {
      FormatFault(
        $0, "", "it is a link, which is not followed",
        remedy: "Put the file itself there; it is left out.")
    }
  }

  private static func unseen(_ listing: FolderListing) -> [FormatFault] {
    listing.closed.sorted().map {
      FormatFault(
        $0, "", "the folder cannot be looked into",
        remedy: "Make sure that it may be read; it is left out.")
    }
      + listing.unnamed.sorted().map {
        FormatFault(
          $0, "", "its name is no UTF-8", remedy: "Rename it, by `convmv` for instance; it is left out.")
      }
      + listing.hidden.sorted().map {
        FormatFault(
          $0, "", "its name begins with a dot, as those of hidden files do",
          remedy: "Rename it; it is left out.")
      }
  }

  /// What a link leads to below the folder; nil where it leads out of it, or to nothing.
  private static func target(of name: String, _ root: String) -> FileAttributeType? {
    let target = URL(fileURLWithPath: root + "/" + name).resolvingSymlinksInPath().path
    let folder = URL(fileURLWithPath: root).resolvingSymlinksInPath().path
    guard target.hasPrefix(folder + "/") else { return nil }
    let type = try? FileManager.default.attributesOfItem(atPath: target)[.type] as? FileAttributeType
    return type == .typeSymbolicLink ? nil : type
  }

  /// Images that lie beside a file, or in folders beside it whose name says so.
  private static func imageFiles(beside folder: String) -> [String] {
    let here = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    var found = here.filter(isImage)
    for name in here where ["images", "JPEGImages", "image_2"].contains(name) {
      found += ((try? list(folder + "/" + name))?.files ?? []).filter(isImage).map {
        name + "/" + $0
      }
    }
    return found.sorted()
  }

  /// What stands after the last dot of a file's name, in small letters.
  static func kind(of name: String) -> String? {
    guard let dot = name.lastIndex(of: ".") else { return nil }
    let kind = name[name.index(after: dot)...]
    return kind.contains("/") ? nil : kind.lowercased()
  }

  package static func isImage(_ name: String) -> Bool {
    kind(of: name).map(imageExtensions.contains) ?? false
  }

  /// Files whose path ends so, in whatever letters, in order.
  package func files(ending suffix: String, under folder: String = "") -> [String] {
    let suffix = Array(suffix.utf8)
    return files.filter { name in
      name.utf8.count >= suffix.count
        && zip(name.utf8.suffix(suffix.count), suffix).allSatisfy { byte, wanted in
          byte == wanted || ((65...90).contains(byte) && byte | 0x20 == wanted)
        } && (folder.isEmpty || name.hasPrefix(folder + "/"))
    }
  }

  package func has(_ name: String) -> Bool {
    var (low, high) = (0, files.count)
    while low < high {
      let middle = (low + high) / 2
      if files[middle] < name { low = middle + 1 } else { high = middle }
    }
    return low < files.count && files[low] == name
  }

  /// Has it tell what was passed over, and what has to be guessed to read its files.
  func tell(_ diagnostics: Diagnostics) throws(FormatFault) {
    guesses.withLock { $0.diagnostics = diagnostics }
    // What was guessed to find it out is told too.
    known.withLock { $0.removeAll() }
    for fault in passedOver { try diagnostics.report(fault) }
  }

  /// What is found out about it, once for all who ask.
  func once<T: Sendable>(_ find: () -> T) -> T {
    let id = ObjectIdentifier(T.self)
    if let known = known.withLock({ $0[id] }), let known = known as? T { return known }
    let found = find()
    known.withLock { $0[id] = found }
    return found
  }

  private static let json: Set<String> = ["json", "jsonl", "ndjson"]
  private static let texts: Set<String> = [
    "xml", "csv", "tsv", "txt", "ann", "conll", "iob", "iob2", "bio",
  ]

  /// - Throws: `FormatFault` where it cannot be read.
  package func open(_ name: String) throws(FormatFault) -> MappedBytes {
    do {
      let bytes = try MappedBytes(path: path + "/" + name)
      if let text = bytes.asUTF8() { return text }
      let kind = Self.kind(of: name) ?? ""
      let isJSON = Self.json.contains(kind)
      guard isJSON || Self.texts.contains(kind), !guesses.withLock({ $0.known.contains(name) }) else {
        return bytes
      }
      guard let (text, lines) = bytes.withLatin1Lines(isJSON: isJSON) else {
        if bytes.count > 1 << 20 { _ = guesses.withLock { $0.known.insert(name) } }
        return bytes
      }
      guesses.withLock { guesses in
        guard lines > 0, let diagnostics = guesses.diagnostics,
          guesses.told.insert(name).inserted
        else { return }
        diagnostics.lose("lines with bytes read as Latin-1 that are no UTF-8", count: lines)
      }
      return text
    } catch {
      throw FormatFault(
        name, "", "the file cannot be read", remedy: "Make sure that it is there and may be read.")
    }
  }

  /// A small file as JSON.
  ///
  /// - Throws: `FormatFault` with the place where it is none.
  func json(_ name: String) throws(FormatFault) -> JSON {
    let bytes = try open(name)
    do {
      return try bytes.json()
    } catch {
      throw COCOIndex.fault(error, name, bytes)
    }
  }

  /// A small file as text; what is not UTF-8 is read as Latin-1, and CRLF and CR as LF.
  package func text(_ name: String) throws(FormatFault) -> String {
    try open(name).withBuffer(Self.text)
  }

  package static func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    let body =
      bytes.starts(with: [0xEF, 0xBB, 0xBF])
      ? UnsafeBufferPointer(rebasing: bytes.dropFirst(3)) : bytes
    let text = exactText(body)
    guard body.contains(0x0D) else { return text }
    return text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
  }

  /// Sign by sign, as places in it count: with its byte order mark and its ends of lines.
  package static func exactText(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    String(validating: bytes, as: UTF8.self)
      ?? String(String.UnicodeScalarView(bytes.map(WesternText.scalar)))
  }

  /// The image that a set calls so (`ImageIndex.path`).
  package func image(named name: String, like place: String = "") -> String? {
    guard !images.isEmpty else { return nil }
    return file == nil && Self.isImage(name) && has(name) ? name : images.path(name, like: place)
  }

  package func fullPath(_ name: String) -> String { path + "/" + name }

  /// An image that was found inside of another file, as a file that is there as long as this is; nil where
  /// nobody wants it.
  func keep(_ bytes: [UInt8], named name: String) throws(FormatFault) -> String? {
    try kept?.keep(bytes, named: name)
  }

  /// The size of an image, from its own head; nil where it cannot be told.
  package func size(of image: String) -> ImageSize? { (try? open(image)).flatMap(Self.size) }

  /// The same of a file that may lie anywhere, and EXIF's orientation of it.
  static func looks(ofFile path: String) -> (size: ImageSize, orientation: Int)? {
    guard let bytes = try? MappedBytes(path: path), let size = size(of: bytes) else { return nil }
    return (size, bytes.withBuffer { ExifFacts($0)?.orientation } ?? 1)
  }

  private static func size(of image: MappedBytes) -> ImageSize? {
    let probe = try? image.withBuffer { buffer throws(ImageProbe.Fault) in try ImageProbe(buffer) }
    return probe.map { ImageSize(width: $0.width, height: $0.height) }
  }
}
