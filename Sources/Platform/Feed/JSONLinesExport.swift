import Formats
import Foundation
import Labels
import Notation

/// One line a task: params, every answer, the result with its confidence and provenance.
struct JSONLinesExport {
  private var writer = JSONWriter(reservingCapacity: 64 * 1024)

  var bytes: [UInt8] { writer.bytes }
  mutating func removeAll() { writer.removeAll() }

  mutating func add(_ task: ExportedTask) {
    writer.beginObject()
    string("task_id", task.row.id.text)
    if let uniqueID = task.row.uniqueID { string("unique_id", uniqueID) }
    string("batch", task.batch)
    string("status", task.row.lifecycle.state.rawValue)
    writer.name("ontology_version")
    writer.value(Int64(task.version))
    if let gold = task.row.gold { string("gold", gold.rawValue) }
    string("created_at", Timestamp.text(task.row.createdAt))
    if let ended = task.row.endedAt { string("ended_at", Timestamp.text(ended)) }
    writer.name("params")
    writer.value(task.content.params)
    writer.name("metadata")
    writer.value(task.content.metadata)
    writer.name("answers")
    writer.beginArray()
    let isAnswered = !task.answers.isEmpty || task.consensus != nil
    let offsets = isAnswered && task.ontology.hasSpans ? task.content.text.map { TextOffsets($0) } : nil
    for answer in task.answers { add(answer, task.ontology, offsets) }
    writer.endArray()
    writer.name("consensus")
    if let consensus = task.consensus {
      add(consensus, task.ontology, offsets)
    } else {
      writer.null()
    }
    writer.endObject()
    writer.newline()
  }

  private mutating func add(
    _ answer: AnswerRow, _ ontology: Ontology, _ offsets: TextOffsets?
  ) {
    writer.beginObject()
    string("answer_id", answer.id.text)
    string("annotator", answer.worker)
    string("stage", answer.stage.rawValue)
    string("standing", answer.standing.rawValue)
    writer.name("revision")
    writer.value(Int64(answer.revision))
    writer.name("active_seconds")
    writer.value(Double(answer.activeMilliseconds) / 1000)
    string("submitted_at", Timestamp.text(answer.submittedAt))
    writer.name("annotations")
    AnnotationNotation.write(
      answer.annotations, ontology: ontology, style: .names, offsets: offsets, to: &writer)
    writer.endObject()
  }

  private mutating func add(
    _ consensus: ConsensusRow, _ ontology: Ontology, _ offsets: TextOffsets?
  ) {
    writer.beginObject()
    writer.name("annotations")
    AnnotationNotation.write(
      consensus.annotations, ontology: ontology, style: .names, offsets: offsets, to: &writer)
    writer.name("confidence")
    writer.value(consensus.confidence)
    string("method", consensus.method)
    writer.name("version")
    writer.value(Int64(consensus.version))
    writer.name("answers")
    writer.value(Int64(consensus.answers))
    string("settled_at", Timestamp.text(consensus.createdAt))
    writer.endObject()
  }

  private mutating func string(_ name: String, _ value: String) {
    writer.name(name)
    writer.value(value)
  }
}

/// Milliseconds since 1970 as RFC 3339 text in UTC.
package enum Timestamp {
  /// The number since 1970 of a day like `2026-11-23`; nil for what is none.
  package static func day(_ text: String) -> Int64? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
    guard text.utf8.count == 10, parts.count == 3, let year = parts[0], let month = parts[1],
      let day = parts[2], (1...12).contains(month), (1...31).contains(day), year >= 1970
    else { return nil }
    // Days from a civil date, after Hinnant too.
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let number = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    return Self.text(number * 86_400_000).hasPrefix(text) ? number : nil
  }

  /// Days to a civil date after H. Hinnant, *chrono-Compatible Low-Level Date Algorithms*.
  package static func text(_ milliseconds: Int64) -> String {
    let days = Int(milliseconds / 86_400_000)
    var rest = Int(milliseconds % 86_400_000)
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthIndex = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthIndex + 2) / 5 + 1
    let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let millisecond = rest % 1000
    rest /= 1000
    var text: [UInt8] = []
    text.reserveCapacity(24)
    func put(_ value: Int, _ digits: Int, _ after: UInt8) {
      var divisor = 1
      for _ in 1..<digits { divisor *= 10 }
      for _ in 0..<digits {
        text.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
        divisor /= 10
        if divisor == 0 { break }
      }
      text.append(after)
    }
    put(year, 4, UInt8(ascii: "-"))
    put(month, 2, UInt8(ascii: "-"))
    put(day, 2, UInt8(ascii: "T"))
    put(rest / 3600, 2, UInt8(ascii: ":"))
    put(rest / 60 % 60, 2, UInt8(ascii: ":"))
    put(rest % 60, 2, UInt8(ascii: "."))
    put(millisecond, 3, UInt8(ascii: "Z"))
    return String(decoding: text, as: UTF8.self)
  }
}
