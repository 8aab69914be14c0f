import Foundation
import Labels
import Notation
import Synchronization

/// Something that is not right in a file, with its place and what to do.
package struct FormatFault: Error, Hashable, Sendable {
  /// Below the folder that is read.
  package var file: String
  /// Like `line 12` or `annotations[3].bbox`; empty for the whole file.
  package var place: String
  package var reason: String
  /// What to do; after a semicolon, what becomes of it where the work goes on.
  package var remedy: String
  /// Whether the set may be right and there was no room for what is written.
  package var isOfRoom: Bool

  package init(
    _ file: String, _ place: String, _ reason: String, remedy: String, isOfRoom: Bool = false
  ) {
    self.file = file
    self.place = place
    self.reason = reason
    self.remedy = remedy
    self.isOfRoom = isOfRoom
  }

  /// Of a file that cannot be written, right after the call that said so.
  static func unwritten(
    _ file: String, _ place: String = "", _ reason: String = "the file cannot be written",
    remedy: String = "Look for room and rights on the disk.", code: Int32 = errno
  ) -> FormatFault {
    let why = String(cString: strerror(code))
    return FormatFault(
      file, place, "\(reason) (\(why))", remedy: remedy,
      isOfRoom: code == ENOSPC || code == EDQUOT)
  }

  /// The same where the work does not go on.
  fileprivate var asEnd: FormatFault {
    var fault = self
    if let semicolon = remedy.firstRange(of: "; ") {
      fault.remedy = remedy[..<semicolon.lowerBound] + "."
    }
    return fault
  }

  /// One line for people.
  package var sentence: String {
    let head = [file, place].filter { !$0.isEmpty }.joined(separator: ": ")
    return "\(head): \(reason)\(reason.hasSuffix(".") ? "" : ".") \(remedy)"
  }
}

/// What a conversion had to leave out or to guess: with places where something was wrong, and counted where a
/// format has no form for what another holds.
///
/// Strictly, the first fault ends the work; leniently, what is wrong is left out and told.
package final class Diagnostics: Sendable {
  package enum Mode: String, Hashable, Sendable, CaseIterable { case strict, lenient }

  /// Something that the format written has no form for.
  package struct Loss: Hashable, Sendable {
    package var what: String
    package var count: Int

    package init(what: String, count: Int = 0) { (self.what, self.count) = (what, count) }

    /// It as a line for people.
    package var sentence: String { "\(count) × \(what)" }

    package init(_ json: JSON) {
      self.init(what: json["what"]?.string ?? "", count: Int(json["count"]?.integer ?? 0))
    }

    package var json: JSON { ["what": .string(what), "count": .int(Int64(count))] }
  }

  /// Kinds of losses that are kept apart, and characters of one.
  package static let lossLimit = 200
  package static let lossLength = 200

  /// Faults that are kept; more are only counted.
  package static let keptLimit = 1_000

  package let mode: Mode
  private struct Told {
    var faults: [FormatFault] = []
    var faultCount = 0
    var lost: [String: Int] = [:]
    var leftOut = (items: 0, labels: 0)
  }
  private let told = Mutex(Told())

  package var faults: [FormatFault] { told.withLock { $0.faults } }
  package var faultCount: Int { told.withLock { $0.faultCount } }

  /// What a writer was given and did not write.
  package var leftOut: (items: Int, labels: Int) { told.withLock { $0.leftOut } }

  package init(_ mode: Mode) { self.mode = mode }

  /// - Parameter fault: made where it is kept, as finding its line takes a while.
  /// - Throws: the fault, where the mode is strict.
  package func report(_ fault: @autoclosure () -> FormatFault) throws(FormatFault) {
    if mode == .strict { throw fault().asEnd }
    let isKept = told.withLock { told in
      told.faultCount += 1
      return told.faults.count < Self.keptLimit
    }
    guard isKept else { return }
    let made = fault()
    // Another thread may have told one meanwhile.
    told.withLock { if $0.faults.count < Self.keptLimit { $0.faults.append(made) } }
  }

  package func report(
    _ file: String, _ place: String, _ reason: String, remedy: String
  ) throws(FormatFault) {
    try report(FormatFault(file, place, reason, remedy: remedy))
  }

  /// Tells that a part of a file is not read.
  ///
  /// - Parameter place: of the part; what is wrong may be a member of it.
  func leaveOut(
    _ fault: NotationFault, in file: String, at place: String
  ) throws(FormatFault) {
    try report(
      file, place + (fault.path.isEmpty ? "" : "." + fault.path), fault.problem,
      remedy: "Put it right; it is left out.")
  }

  /// What is damaged within its brackets costs only itself: that is told, and nil.
  func sound<T>(_ read: () throws -> T) throws -> T? {
    do {
      return try read()
    } catch var fault as FormatFault {
      fault.remedy = "Put it right; it is left out."
      try report(fault)
      return nil
    }
  }

  /// The size of an item's image; where it is not known that is told, and the item is to be left out.
  ///
  /// - Parameter why: what the format needs it for, as `which VOC must say`.
  func size(of item: DatasetItem, _ why: String) throws(FormatFault) -> ImageSize? {
    if item.size == nil, item.text != nil {
      // Of texts it is told already that the format has none.
      note(item)
    } else if item.size == nil {
      try leaveOut(
        item, "the size of the image is not known, \(why)", remedy: "Put the image beside its labels")
    }
    return item.size
  }

  /// The text of an item; where there is none that is counted, and the item is to be left out.
  func text(of item: DatasetItem) -> String? {
    if item.text == nil { leaveOut(item, as: "items left out that are no texts") }
    return item.text
  }

  /// Tells that an item is not written.
  ///
  /// - Parameter remedy: without a full stop.
  func leaveOut(_ item: DatasetItem, _ reason: String, remedy: String) throws(FormatFault) {
    note(item)
    try report(item.name, "", reason, remedy: "\(remedy); it is left out.")
  }

  /// Counts that an item is not written, as what the format has no form for.
  func leaveOut(_ item: DatasetItem, as what: String) {
    note(item)
    lose(what)
  }

  /// Counts that a label of an item is not written.
  func leaveOutLabel(as what: String) {
    told.withLock { $0.leftOut.labels += 1 }
    lose(what)
  }

  private func note(_ item: DatasetItem) {
    told.withLock {
      $0.leftOut.items += 1
      $0.leftOut.labels += item.labels.count
    }
  }

  /// The name of an item for a format that knows no folders below its own.
  func flat(_ name: String) -> String {
    guard name.utf8.contains(UInt8(ascii: "/")) else { return name }
    lose("folders in names written as underscores")
    return name.replacing("/", with: "_")
  }

  /// The name of a class as a format may write it, with what it may not write replaced.
  func plain(_ name: String, in format: DatasetFormat, _ isForeign: (Character) -> Bool) -> String {
    guard name.contains(where: isForeign) else { return name }
    lose("names of classes and attributes with signs that \(format.id) has not, which are underscores there")
    return String(name.map { isForeign($0) ? "_" : $0 })
  }

  /// Notes that something cannot be carried; in any mode, as it is the format's doing and no mistake.
  package func lose(_ what: String, count: Int = 1) {
    told.withLock { told in
      var what = what.utf8.count > Self.lossLength ? String(what.prefix(Self.lossLength)) : what
      if told.lost[what] == nil, told.lost.count >= Self.lossLimit { what = "other losses" }
      told.lost[what, default: 0] += count
    }
  }

  /// Counts what is lost of an object where only its keypoints are written.
  func loseExtent(of label: DatasetLabel) {
    guard label.value.kind == .keypoints else { return }
    if label.box != nil { lose("boxes left out of objects with keypoints") }
    if !label.outlines.isEmpty { lose("outlines left out of objects with keypoints") }
  }

  package var losses: [Loss] {
    told.withLock { $0.lost }.sorted { $0.key < $1.key }.map { Loss(what: $0.key, count: $0.value) }
  }
}
