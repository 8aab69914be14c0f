/// Colours as web pages write them.
enum WebColor {
  /// `#rrggbb` in lower case; nil for what is no colour.
  static func hexadecimal(_ text: String) -> String? {
    let text = text.lowercased().filter { $0 != " " }
    if let known = names[text] { return known }
    if text.hasPrefix("#") {
      let digits = text.dropFirst()
      guard digits.allSatisfy(\.isHexDigit) else { return nil }
      switch digits.count {
      case 3, 4: return "#" + digits.prefix(3).map { "\($0)\($0)" }.joined()
      case 6, 8: return "#" + digits.prefix(6)
      default: return nil
      }
    }
    guard text.hasPrefix("rgb"), let open = text.firstIndex(of: "("), text.hasSuffix(")") else {
      return nil
    }
    let parts = text[text.index(after: open)...].dropLast().split(separator: ",").prefix(3)
    let values = parts.compactMap { Int($0) }.filter { (0...255).contains($0) }
    guard values.count == 3 else { return nil }
    return "#" + values.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// The sixteen of HTML 4 and those that configs use besides (CSS Color Module 4, §6.1).
  private static let names = [
    "black": "#000000", "silver": "#c0c0c0", "gray": "#808080", "grey": "#808080",
    "white": "#ffffff",
    "maroon": "#800000", "red": "#ff0000", "purple": "#800080", "fuchsia": "#ff00ff",
    "magenta": "#ff00ff", "green": "#008000", "lime": "#00ff00", "olive": "#808000",
    "yellow": "#ffff00", "navy": "#000080", "blue": "#0000ff", "teal": "#008080", "aqua": "#00ffff",
    "cyan": "#00ffff", "orange": "#ffa500", "pink": "#ffc0cb", "brown": "#a52a2a",
    "gold": "#ffd700",
    "violet": "#ee82ee", "indigo": "#4b0082", "coral": "#ff7f50", "salmon": "#fa8072",
    "tomato": "#ff6347", "khaki": "#f0e68c", "crimson": "#dc143c", "darkorange": "#ff8c00",
    "darkblue": "#00008b", "darkgreen": "#006400", "darkred": "#8b0000", "darkgray": "#a9a9a9",
    "lightblue": "#add8e6", "lightgreen": "#90ee90", "lightgray": "#d3d3d3", "skyblue": "#87ceeb",
    "turquoise": "#40e0d0", "tan": "#d2b48c", "beige": "#f5f5dc", "lavender": "#e6e6fa",
    "orchid": "#da70d6", "plum": "#dda0dd", "chocolate": "#d2691e", "steelblue": "#4682b4",
    "royalblue": "#4169e1", "seagreen": "#2e8b57", "slateblue": "#6a5acd", "hotpink": "#ff69b4",
    "deeppink": "#ff1493", "limegreen": "#32cd32", "forestgreen": "#228b22", "firebrick": "#b22222",
  ]
}
