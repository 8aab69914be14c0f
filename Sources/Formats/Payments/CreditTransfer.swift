/// An order to a bank to pay many people, as ISO 20022 has it: `pain.001.001.09`, customer credit transfer
/// initiation, one payment block in one currency.
package struct CreditTransfer: Sendable {
  package struct Party: Hashable, Sendable {
    /// Up to 140 characters; what is beyond is left out.
    package var name: String
    package var account: Account
    /// Of the bank; nil where it is not given, as between SEPA's banks.
    package var bic: String?

    package init(name: String, account: Account, bic: String?) {
      self.name = name
      self.account = account
      self.bic = bic
    }
  }

  package enum Account: Hashable, Sendable {
    case iban(String)
    /// Up to 34 characters.
    case other(String)
  }

  package struct Payment: Hashable, Sendable {
    /// Says which payment it is, from end to end; up to 35 characters.
    package var id: String
    package var payee: Party
    /// A decimal number.
    package var amount: String
    package var reference: String

    package init(id: String, payee: Party, amount: String, reference: String) {
      self.id = id
      self.payee = payee
      self.amount = amount
      self.reference = reference
    }
  }

  /// Up to 35 characters.
  package var id: String
  /// Like `2026-11-22T10:00:00Z`.
  package var createdAt: String
  /// Like `2026-11-23`.
  package var executionDate: String
  package var payer: Party
  package var currency: String
  package var payments: [Payment]
  /// Of all payments, as a decimal number.
  package var sum: String

  package init(
    id: String, createdAt: String, executionDate: String, payer: Party, currency: String,
    payments: [Payment], sum: String
  ) {
    self.id = id
    self.createdAt = createdAt
    self.executionDate = executionDate
    self.payer = payer
    self.currency = currency
    self.payments = payments
    self.sum = sum
  }

  package var xml: String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">
    <CstmrCdtTrfInitn>
    <GrpHdr><MsgId>\(Self.text(id, 35))</MsgId><CreDtTm>\(createdAt)</CreDtTm>\
    <NbOfTxs>\(payments.count)</NbOfTxs><CtrlSum>\(sum)</CtrlSum>\
    <InitgPty><Nm>\(Self.text(payer.name, 140))</Nm></InitgPty></GrpHdr>
    <PmtInf><PmtInfId>\(Self.text(id, 35))</PmtInfId><PmtMtd>TRF</PmtMtd>\
    <NbOfTxs>\(payments.count)</NbOfTxs><CtrlSum>\(sum)</CtrlSum>\
    <ReqdExctnDt><Dt>\(executionDate)</Dt></ReqdExctnDt>
    <Dbtr><Nm>\(Self.text(payer.name, 140))</Nm></Dbtr>\
    <DbtrAcct>\(Self.xml(payer.account))</DbtrAcct><DbtrAgt>\(Self.bank(payer.bic))</DbtrAgt>
    \(payments.map(xml).joined(separator: "\n"))
    </PmtInf>
    </CstmrCdtTrfInitn>
    </Document>

    """
  }

  private func xml(_ payment: Payment) -> String {
    let bank = payment.payee.bic.map { "<CdtrAgt>\(Self.bank($0))</CdtrAgt>" } ?? ""
    return """
      <CdtTrfTxInf><PmtId><EndToEndId>\(Self.text(payment.id, 35))</EndToEndId></PmtId>\
      <Amt><InstdAmt Ccy="\(currency)">\(payment.amount)</InstdAmt></Amt>\(bank)\
      <Cdtr><Nm>\(Self.text(payment.payee.name, 140))</Nm></Cdtr>\
      <CdtrAcct>\(Self.xml(payment.payee.account))</CdtrAcct>\
      <RmtInf><Ustrd>\(Self.text(payment.reference, 140))</Ustrd></RmtInf></CdtTrfTxInf>
      """
  }

  private static func xml(_ account: Account) -> String {
    switch account {
    case .iban(let iban): "<Id><IBAN>\(text(iban, 34))</IBAN></Id>"
    case .other(let id): "<Id><Othr><Id>\(text(id, 34))</Id></Othr></Id>"
    }
  }

  private static func bank(_ bic: String?) -> String {
    let id = bic.map { "<BICFI>\(text($0, 11))</BICFI>" } ?? "<Othr><Id>NOTPROVIDED</Id></Othr>"
    return "<FinInstnId>\(id)</FinInstnId>"
  }

  private static func text(_ text: String, _ limit: Int) -> String {
    XMLText.escaped(String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit))))
  }
}
