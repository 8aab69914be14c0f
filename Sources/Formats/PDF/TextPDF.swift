/// Pages of plain text as PDF 1.4 (ISO 32000-1): A4, in the standard fonts Helvetica and Helvetica-Bold,
/// which every reader has and which hold the characters of Windows-1252. What they do not hold becomes `?`.
package struct TextPDF: Sendable {
  private static let width = 595.0
  private static let height = 842.0
  private static let margin = 56.0
  /// Of columns, from the left; the last is set flush right.
  private static let columns = [56.0, 330.0, 539.0]
  /// Characters of a cell; what is longer is cut with an ellipsis.
  private static let cellLimit = 48

  private let title: String
  private var pages: [String] = [""]
  private var top = height - margin

  package init(title: String) { self.title = title }

  package mutating func line(_ text: String, size: Double = 11, isStrong: Bool = false) {
    makeRoom(size * 1.5)
    put(text, x: Self.margin, size: size, isStrong: isStrong)
  }

  /// Three cells; the last is set flush right.
  package mutating func row(_ cells: [String], isStrong: Bool = false) {
    makeRoom(17)
    for (cell, x) in zip(cells, Self.columns) {
      let text = cell.count > Self.cellLimit ? cell.prefix(Self.cellLimit - 1) + "…" : cell[...]
      let isLast = x == Self.columns.last
      let shift = isLast ? Self.length(of: String(text), isStrong) : 0
      put(String(text), x: x - shift, size: 11, isStrong: isStrong)
    }
  }

  package mutating func rule() {
    makeRoom(8)
    pages[pages.count - 1] +=
      "\(Self.margin) \(top + 4) m \(Self.width - Self.margin) \(top + 4) l 0.5 w S\n"
  }

  package mutating func space(_ points: Double) { top -= points }

  private mutating func makeRoom(_ points: Double) {
    if top - points < Self.margin {
      pages.append("")
      top = Self.height - Self.margin
    }
    top -= points
  }

  private mutating func put(_ text: String, x: Double, size: Double, isStrong: Bool) {
    pages[pages.count - 1] +=
      "BT /\(isStrong ? "F2" : "F1") \(size) Tf \(x) \(top) Td (\(Self.escaped(text))) Tj ET\n"
  }

  // MARK: Characters

  /// Advance widths of Helvetica for digits and what amounts are made of, in thousandths (Adobe Core 14 AFM).
  private static func length(of text: String, _ isStrong: Bool) -> Double {
    text.reduce(0) { sum, character in
      switch character {
      case ".", ",", " ": sum + 278
      case "-": sum + 333
      case "(", ")": sum + 333
      case "A"..."Z": sum + 700
      default: sum + 556
      }
    } * 11 / 1000
  }

  /// Octal for what is not plain ASCII, so that the file is.
  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { escaped, scalar in
      switch scalar {
      case "(", ")", "\\": escaped += "\\\(scalar)"
      case " "..."~": escaped.unicodeScalars.append(scalar)
      default:
        let code = windows1252(scalar) ?? UInt8(ascii: "?")
        escaped += "\\" + String(Int(code) + 512, radix: 8).suffix(3)
      }
    }
  }

  private static func windows1252(_ scalar: Unicode.Scalar) -> UInt8? {
    switch scalar.value {
    case 0xA0...0xFF: return UInt8(scalar.value)
    case 0x20AC: return 0x80
    case 0x2026: return 0x85
    case 0x2018: return 0x91
    case 0x2019: return 0x92
    case 0x201C: return 0x93
    case 0x201D: return 0x94
    case 0x2013: return 0x96
    case 0x2014: return 0x97
    default: return nil
    }
  }

  // MARK: The file

  package var bytes: [UInt8] {
    let kids = pages.indices.map { "\(5 + 2 * $0) 0 R" }.joined(separator: " ")
    func font(_ name: String) -> String {
      "<< /Type /Font /Subtype /Type1 /BaseFont /\(name) /Encoding /WinAnsiEncoding >>"
    }
    var objects = [
      "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [\(kids)] /Count \(pages.count) >>",
      font("Helvetica"), font("Helvetica-Bold"),
    ]
    for (place, content) in pages.enumerated() {
      objects.append(
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 \(Self.width) \(Self.height)] "
          + "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents \(6 + 2 * place) 0 R >>")
      objects.append("<< /Length \(content.utf8.count) >>\nstream\n\(content)endstream")
    }
    objects.append("<< /Title (\(Self.escaped(title))) /Producer (Assay) >>")
    var text = "%PDF-1.4\n"
    var offsets: [Int] = []
    for (place, object) in objects.enumerated() {
      offsets.append(text.utf8.count)
      text += "\(place + 1) 0 obj\n\(object)\nendobj\n"
    }
    let start = text.utf8.count
    text += "xref\n0 \(objects.count + 1)\n0000000000 65535 f \n"
    for offset in offsets {
      text += String(repeating: "0", count: 10 - "\(offset)".count) + "\(offset) 00000 n \n"
    }
    text += "trailer\n<< /Size \(objects.count + 1) /Root 1 0 R /Info \(objects.count) 0 R >>\n"
    return Array((text + "startxref\n\(start)\n%%EOF\n").utf8)
  }
}
