import Formats
import Workforce

/// An invoice as files.
package struct InvoiceFile {
  private let invoice: Invoices.Invoice
  /// Who asks for the money; nil where the operator did not say yet.
  private let payee: CreditTransfer.Party?

  package init(_ invoice: Invoices.Invoice, from payee: CreditTransfer.Party?) {
    (self.invoice, self.payee) = (invoice, payee)
  }

  private func amount(_ micros: Int64) -> String { Money(micros: micros, invoice.total.currency).decimal }

  private var day: String { String(Timestamp.text(invoice.madeAt).prefix(10)) }

  /// What was carried over from the invoice before.
  private var carriedIn: Int64 {
    invoice.total.micros + invoice.carried - invoice.lines.reduce(0) { $0 + $1.micros }
  }

  package var csv: [UInt8] {
    var writer = CSVWriter()
    writer.row(["invoice", "date", "client", "project", "entries", "amount", "currency"])
    let head = ["\(invoice.number)", day, invoice.clientName]
    let code = invoice.total.currency.code
    for line in invoice.lines {
      writer.row(head + [line.project, "\(line.entries)", amount(line.micros), code])
    }
    if carriedIn != 0 { writer.row(head + ["carried over", "", amount(carriedIn), code]) }
    if invoice.carried != 0 { writer.row(head + ["left for the next", "", amount(-invoice.carried), code]) }
    writer.row(head + ["total", "", invoice.total.decimal, code])
    return writer.bytes
  }

  package var pdf: [UInt8] {
    var pages = TextPDF(title: "Invoice \(invoice.number)")
    let code = invoice.total.currency.code
    pages.line("Invoice \(invoice.number)", size: 20, isStrong: true)
    pages.space(12)
    pages.line("Date: \(day)")
    pages.line("To: \(invoice.clientName)")
    if let payee { pages.line("From: \(payee.name)") }
    pages.space(18)
    pages.row(["Project", "Tasks and credits", "Amount (\(code))"], isStrong: true)
    pages.rule()
    for line in invoice.lines { pages.row([line.project, "\(line.entries)", amount(line.micros)]) }
    if carriedIn != 0 { pages.row(["Carried over", "", amount(carriedIn)]) }
    if invoice.carried != 0 { pages.row(["Left for the next invoice", "", amount(-invoice.carried)]) }
    pages.rule()
    pages.row(["Total", "", "\(invoice.total.decimal) \(code)"], isStrong: true)
    if let payee {
      pages.space(24)
      switch payee.account {
      case .iban(let text), .other(let text): pages.line("Please pay to account \(text)")
      }
      if let bic = payee.bic { pages.line("Bank: \(bic)") }
    }
    if let paid = invoice.paidAt { pages.line("Paid on \(Timestamp.text(paid).prefix(10))") }
    return pages.bytes
  }
}
