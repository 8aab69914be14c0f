import Formats
import Workforce

/// What answers earned, as CSV.
package enum PayTable {
  package static var header: [UInt8] {
    var writer = CSVWriter()
    writer.row([
      "answer", "project", "submitted_at", "active_seconds", "claimed_seconds", "amount", "currency",
      "taken_back", "state", "settles_at", "reason", "reckoning",
    ])
    return writer.bytes
  }

  package static func rows(_ items: [Earnings.Item]) -> [UInt8] {
    var writer = CSVWriter()
    for item in items {
      func amount(_ micros: Int64) -> String { Money(micros: micros, item.amount.currency).decimal }
      writer.row([
        item.answer.text, item.projectName, Timestamp.text(item.submittedAt),
        "\(Double(item.activeMilliseconds) / 1000)", "\(Double(item.claimedMilliseconds) / 1000)",
        item.amount.decimal, item.amount.currency.code, amount(item.takenBack), item.state.rawValue,
        Timestamp.text(item.settlesAt), item.reason ?? "",
        item.lines.map { "\($0.kind.rawValue) \(amount($0.micros))" }.joined(separator: " + "),
      ])
    }
    return writer.bytes
  }
}
