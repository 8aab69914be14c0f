import CArchive
import Foundation
import Notation

/// An archive of a labelled set, unpacked to a folder of its own that goes with it: zip, tar, tar.gz and what
/// else libarchive reads. Only files come out, below the folder: links and devices are passed over, and names
/// that lead out of it are refused.
package final class ArchiveFolder: Sendable {
  package let path: String
  /// Names of links in it, which are passed over: the first `Diagnostics.keptLimit`.
  let links: [String]
  /// Why it may be less than it was, though what there is can be read.
  let doubt: FormatFault?

  /// Bytes that an archive may unpack to, for each of its own…
  package static let ratioLimit = 1_000
  /// …where it comes to more than this.
  package static let ratioFreeBytes = 100 * 1024 * 1024

  /// Whether a file begins as an archive does. A tar of samples for training is none: it is a set itself.
  package static func matches(_ file: String) -> Bool {
    guard let handle = FileHandle(forReadingAtPath: file),
      let head = try? handle.read(upToCount: 2_048)
    else { return false }
    try? handle.close()
    let bytes = [UInt8](head)
    for magic: [UInt8] in [
      [0x50, 0x4B, 3, 4], [0x50, 0x4B, 5, 6], [0x1F, 0x8B], [0x42, 0x5A, 0x68],
      [0xFD, 0x37, 0x7A, 0x58, 0x5A], [0x28, 0xB5, 0x2F, 0xFD], [0x37, 0x7A, 0xBC, 0xAF],
    ] where bytes.starts(with: magic) { return true }
    guard bytes.count >= 512, Array("ustar".utf8).elementsEqual(bytes[257..<262]) else {
      return false
    }
    return !isShard(file)
  }

  /// Files of a tar that are looked at to tell what it is.
  private static let lookLimit = 60
  /// Kinds of what stands beside an image, a text or a recording in a sample.
  private static let besides: Set<String> = [
    "json", "jsn", "cls", "cls2", "index", "inx", "id", "txt", "text", "transcript", "npy", "npz",
    "pyd",
    "pickle", "pth", "ten", "tb", "mp", "msg",
  ]

  /// Whether the first files of a tar are samples for training: what has one name but for its kind follows
  /// each other, each time with something beside it that says what it is of. Files in a folder may look
  /// much alike: an image beside its VOC or LabelMe file, images with dots in their names, YOLO's labels
  /// beside their images.
  private static func isShard(_ file: String) -> Bool {
    var samples: [(key: Substring, kinds: [Substring])] = []
    var (count, isSet) = (0, false)
    _ = try? read(file) { name, content in
      let last = name.lastIndex(of: "/").map { name.index(after: $0) } ?? name.startIndex
      let dot = name[last...].firstIndex(of: ".") ?? name.endIndex
      let (key, kind) = (name[..<dot], name[dot...].dropFirst())
      if ["classes.txt", "obj.names", "data.yaml", "annotations.xml"].contains(
        String(name[last...]))
      {
        isSet = true
      }
      if kind == "json" {
        var head: [UInt8] = []
        try content { if head.count < 1 << 20 { head += $0 } }
        isSet = isSet || (try? JSON(parsing: head))?["shapes"]?.array != nil
      }
      if samples.last?.key == key {
        samples[samples.count - 1].kinds.append(kind)
      } else {
        samples.append((key, [kind]))
      }
      count += 1
      return count < lookLimit && !isSet
    }
    // The last of those that were looked at may be cut off.
    if count == lookLimit { samples.removeLast() }
    // No other kind of set has files of that kind.
    if !isSet, samples.contains(where: { $0.kinds.count > 1 && $0.kinds.contains("cls") }) { return true }
    return !isSet && !samples.isEmpty
      && samples.allSatisfy { sample in
        sample.kinds.count > 1
          && sample.kinds.allSatisfy { $0.first?.isLetter == true }
          && sample.kinds.contains { besides.contains(String($0.split(separator: ".").last ?? "")) }
      }
  }

  /// - Throws: `FormatFault` for what cannot be unpacked; then nothing is left.
  package init(_ file: String) throws {
    path = NSTemporaryDirectory() + "assay-archive-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    do {
      let contents = try Self.unpack(file, to: path)
      (links, doubt) = (contents.links, contents.doubt)
    } catch {
      try? FileManager.default.removeItem(atPath: path)
      throw error
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// What an archive has besides its files.
  private struct Rest {
    var links: [String] = []
    var doubt: FormatFault?
  }

  private static func unpack(_ file: String, to folder: String) throws -> Rest {
    let packed =
      (try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int).flatMap { $0 } ?? 0
    let limit = max(ratioFreeBytes, packed * ratioLimit)
    let title = file.split(separator: "/").last.map(String.init) ?? file
    var (count, size) = (0, 0)
    return try read(file) { name, content in
      count += 1
      guard count <= DatasetFolder.fileLimit else {
        throw FormatFault(
          title, "", "there are more than \(DatasetFolder.fileLimit) files",
          remedy: "Divide the set into several.")
      }
      let safe: String
      do {
        safe = try DatasetPath.checked(name)
      } catch {
        throw FormatFault(
          title, name, "the name leads out of the archive",
          remedy: "Pack it anew, without such names.")
      }
      let place = folder + "/" + safe
      try FileManager.default.createDirectory(
        atPath: (place as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      guard let out = fopen(place, "wbx") else {
        guard errno == EEXIST else {
          throw FormatFault.unwritten(title, name, "the file cannot be unpacked")
        }
        throw FormatFault(
          title, name, "the file is there twice", remedy: "Pack it anew, each file once.")
      }
      var isOpen = true
      defer { if isOpen { fclose(out) } }
      try content { bytes in
        size += bytes.count
        guard size <= limit else {
          throw FormatFault(
            title, name,
            "it unpacks to more than \(ratioLimit) times its size, which is no archive of data",
            remedy: "Unpack it yourself if you trust it, and name the folder.")
        }
        guard fwrite(bytes.baseAddress, 1, bytes.count, out) == bytes.count else {
          throw FormatFault.unwritten(title, name, "the file cannot be unpacked")
        }
      }
      isOpen = false
      guard fclose(out) == 0 else {
        throw FormatFault.unwritten(title, name, "the file cannot be unpacked")
      }
      return true
    }
  }

  /// Hands out the zeros of a hole: of a sparse file only what is between holes is in an archive.
  private static func fill(
    _ end: inout Int64, to start: Int64, _ take: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let zeros = [UInt8](repeating: 0, count: end < start ? 1 << 16 : 0)
    while end < start {
      let count = Int(min(start - end, Int64(zeros.count)))
      try zeros.withUnsafeBytes { try take(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      end += Int64(count)
    }
  }

  /// After the last file of a tar stands a mark, which was read where there is one.
  private static func doubt(_ archive: OpaquePointer, _ title: String) -> FormatFault? {
    let isTar = archive_format(archive) & ARCHIVE_FORMAT_BASE_MASK == ARCHIVE_FORMAT_TAR
    guard isTar, archive_filter_bytes(archive, 0) <= archive_read_header_position(archive) else {
      return nil
    }
    return FormatFault(
      title, "", "the mark at the end of a tar is missing: it may have been cut off",
      remedy: "Pack it anew; what is there is read.")
  }

  /// Hands out each regular file: its name, and what hands out its bytes; until `body` returns false.
  @discardableResult private static func read(
    _ file: String,
    _ body: (String, ((UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws -> Bool
  ) throws -> Rest {
    try withUTF8Names { try readNamed(file, body) }
  }

  /// Names are read by the locale of the thread, which may know of ASCII only.
  private static func withUTF8Names<T>(_ body: () throws -> T) rethrows -> T {
    let locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nil)
    let before = locale.map { uselocale($0) }
    defer {
      if let locale {
        uselocale(before ?? nil)
        freelocale(locale)
      }
    }
    return try body()
  }

  private static func readNamed(
    _ file: String,
    _ body: (String, ((UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws -> Bool
  ) throws -> Rest {
    let title = file.split(separator: "/").last.map(String.init) ?? file
    guard let archive = archive_read_new() else { return Rest() }
    var rest = Rest()
    defer { archive_read_free(archive) }
    for support in [
      archive_read_support_filter_gzip, archive_read_support_filter_bzip2,
      archive_read_support_filter_xz, archive_read_support_filter_zstd,
      archive_read_support_format_zip, archive_read_support_format_tar,
      archive_read_support_format_7zip,
    ] { _ = support(archive) }
    func fault(_ reason: String? = nil) -> FormatFault {
      let known = archive_error_string(archive).map { String(cString: $0) }
      let reason = reason ?? known ?? "it is damaged"
      return FormatFault(
        title, "", "it is no archive that can be read to its end: \(reason)",
        remedy: "Pack it anew as zip or tar.gz.")
    }
    guard archive_read_open_filename(archive, file, 1 << 16) == ARCHIVE_OK else { throw fault() }
    var entry: OpaquePointer?
    while true {
      let code = archive_read_next_header(archive, &entry)
      if code == ARCHIVE_EOF {
        if let damage = GzipCheck.damage(of: file) ?? ZIPEnd.damage(of: file) { throw fault(damage) }
        rest.doubt = doubt(archive, title)
        return rest
      }
      guard code == ARCHIVE_OK || code == ARCHIVE_WARN, let entry else { throw fault() }
      let kind = archive_entry_filetype(entry) & S_IFMT
      let isLink = kind == S_IFLNK || archive_entry_hardlink(entry) != nil
      guard kind == S_IFREG || isLink else { continue }
      // Of old archives, names may be of another encoding.
      guard let raw = archive_entry_pathname_utf8(entry) ?? archive_entry_pathname(entry) else {
        throw fault()
      }
      var name = String(cString: raw)
      if name.hasPrefix("./") { name.removeFirst(2) }
      guard !isLink else {
        if rest.links.count < Diagnostics.keptLimit { rest.links.append(name) }
        continue
      }
      let goesOn = try body(name) { take in
        var (block, count, offset): (UnsafeRawPointer?, Int, Int64) = (nil, 0, 0)
        var end: Int64 = 0
        while true {
          let code = archive_read_data_block(archive, &block, &count, &offset)
          if code == ARCHIVE_EOF { break }
          // A warning here is a wrong checksum or size.
          guard code == ARCHIVE_OK else { throw fault() }
          try fill(&end, to: offset, take)
          try take(UnsafeRawBufferPointer(start: block, count: count))
          end += Int64(count)
        }
        if archive_entry_size_is_set(entry) != 0 {
          try fill(&end, to: archive_entry_size(entry), take)
        }
      }
      guard goesOn else { return rest }
    }
  }
}
