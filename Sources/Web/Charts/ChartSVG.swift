import Formats

/// A chart as an SVG document of its own, readable on light and on dark ground: it follows the colour
/// scheme of the page that shows it. Lines differ by their dashes too, not by colour alone.
extension Chart {
  package var svg: String { svg(isTitled: true) }

  /// - Parameter isTitled: not where the page around it has its heading.
  package func svg(isTitled: Bool) -> String {
    var canvas = Canvas(title: title)
    switch content {
    case .lines(let lines): draw(lines, on: &canvas)
    case .bars(let bars): draw(bars, on: &canvas)
    case .matrix(let names, let values): draw(names, values, on: &canvas)
    }
    return canvas.document(description: "\(up) against \(across)", isTitled: isTitled)
  }

  private func draw(_ lines: [Line], on canvas: inout Canvas) {
    let points = lines.flatMap(\.points)
    let x = Scale(points.map(\.x), isWhole: points.allSatisfy { $0.x == $0.x.rounded() })
    let y = Scale(
      points.flatMap { [$0.y, $0.range?.lowerBound ?? $0.y, $0.range?.upperBound ?? $0.y] })
    canvas.frame(x: x.ticks.map { (x.place($0), Self.text($0)) }, y: y, across: across, up: up)
    for (number, line) in lines.enumerated() {
      let places = line.points.map { (x: canvas.x(x.place($0.x)), y: canvas.y(y.place($0.y))) }
      for (point, place) in zip(line.points, places) {
        guard let range = point.range else { continue }
        let (low, high) = (canvas.y(y.place(range.lowerBound)), canvas.y(y.place(range.upperBound)))
        canvas.add(
          "<path class=\"s\(number % 4) thin\" d=\"M\(n(place.x)) \(n(low))V\(n(high))\"/>")
      }
      let path = places.map { "\(n($0.x)) \(n($0.y))" }.joined(separator: "L")
      if places.count > 1 { canvas.add("<path class=\"s\(number % 4)\" d=\"M\(path)\"/>") }
      if places.count <= 40 {
        for place in places {
          canvas.add(
            "<circle class=\"f\(number % 4)\" cx=\"\(n(place.x))\" cy=\"\(n(place.y))\" r=\"3\"/>")
        }
      }
    }
    canvas.legend(lines.map(\.name))
  }

  private func draw(_ bars: [Bar], on canvas: inout Canvas) {
    let y = Scale(bars.map(\.value) + [0])
    let width = 1 / Double(max(1, bars.count))
    let every = max(1, (bars.count + 11) / 12)
    let names = bars.enumerated().filter { $0.offset % every == 0 }.map {
      ((Double($0.offset) + 0.5) * width, $0.element.name)
    }
    canvas.frame(x: names, y: y, across: across, up: up)
    for (number, bar) in bars.enumerated() {
      let (left, right) = (
        canvas.x((Double(number) + 0.1) * width), canvas.x((Double(number) + 0.9) * width)
      )
      let (top, bottom) = (
        canvas.y(y.place(max(0, bar.value))), canvas.y(y.place(min(0, bar.value)))
      )
      canvas.add(
        "<rect class=\"f0\" x=\"\(n(left))\" y=\"\(n(top))\" width=\"\(n(right - left))\" "
          + "height=\"\(n(bottom - top))\"/>")
    }
  }

  private func draw(_ names: [String], _ values: [[Double]], on canvas: inout Canvas) {
    let count = Double(max(1, names.count))
    let side = min(canvas.plot.width, canvas.plot.height) / count
    let isLegible = side >= 26
    for (row, shares) in values.enumerated() {
      let top = canvas.plot.top + Double(row) * side
      for (column, share) in shares.enumerated() {
        let left = canvas.plot.left + Double(column) * side
        canvas.add(
          "<rect class=\"cell\" x=\"\(n(left))\" y=\"\(n(top))\" width=\"\(n(side - 1))\" "
            + "height=\"\(n(side - 1))\"/><rect class=\"\(row == column ? "f0" : "f1")\" x=\"\(n(left))\" "
            + "y=\"\(n(top))\" width=\"\(n(side - 1))\" height=\"\(n(side - 1))\" "
            + "fill-opacity=\"\(Self.text(min(max(share, 0), 1) * 0.55))\"/>")
        if isLegible {
          canvas.text(
            Self.text((share * 100).rounded()), x: left + side / 2, y: top + side / 2 + 4,
            anchor: "middle")
        }
      }
      let middle = top + side / 2 + 4
      canvas.text(Canvas.short(names[row]), x: canvas.plot.left - 8, y: middle, anchor: "end")
    }
    let bottom = canvas.plot.top + count * side
    let every = max(1, Int((64 / max(side, 1)).rounded(.up)))
    for (column, name) in names.enumerated() where column % every == 0 {
      canvas.text(
        Canvas.short(name), x: canvas.plot.left + (Double(column) + 0.5) * side, y: bottom + 18,
        anchor: "middle")
    }
    canvas.titles(across: across, up: up, width: count * side)
  }
}

/// A number of an SVG attribute.
private func n(_ value: Double) -> String { Chart.text((value * 10).rounded() / 10) }

/// Maps values to 0…1 between round numbers.
private struct Scale {
  let ticks: [Double]
  private let low: Double
  private let high: Double

  init(_ values: [Double], isWhole: Bool = false) {
    let finite = values.filter(\.isFinite)
    var (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
    if high - low < 1e-9 { (low, high) = (low - 0.5, high + 0.5) }
    let step = Self.step(isWhole ? max(1, (high - low) / 5) : (high - low) / 5)
    self.low = (low / step).rounded(.down) * step
    self.high = (high / step).rounded(.up) * step
    let count = Int(((self.high - self.low) / step).rounded())
    let start = self.low
    ticks = (0...max(1, count)).map { start + Double($0) * step }
  }

  /// 1, 2 or 5 times a power of ten, not below the one asked for.
  private static func step(_ least: Double) -> Double {
    var power = 1.0
    while power > least { power /= 10 }
    while power * 10 <= least { power *= 10 }
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= least - 1e-12 } ?? 10 * power
  }

  func place(_ value: Double) -> Double {
    value.isFinite ? (value - low) / (high - low) : 0
  }
}

/// Where a chart's parts go: 640 × 360 units.
private struct Canvas {
  let plot = (left: 96.0, top: 40.0, width: 520.0, height: 250.0)
  private let title: String
  private var parts: [String] = []

  init(title: String) { self.title = title }

  func x(_ share: Double) -> Double { plot.left + share * plot.width }
  func y(_ share: Double) -> Double { plot.top + (1 - share) * plot.height }

  mutating func add(_ part: String) { parts.append(part) }

  mutating func text(_ text: String, x: Double, y: Double, anchor: String, rest: String = "") {
    add(
      "<text x=\"\(n(x))\" y=\"\(n(y))\" text-anchor=\"\(anchor)\"\(rest)>\(XMLText.escaped(text))</text>"
    )
  }

  mutating func frame(x ticks: [(Double, String)], y scale: Scale, across: String, up: String) {
    for tick in scale.ticks {
      let height = y(scale.place(tick))
      add("<path class=\"grid\" d=\"M\(n(plot.left)) \(n(height))h\(n(plot.width))\"/>")
      text(Chart.text(tick), x: plot.left - 8, y: height + 4, anchor: "end")
    }
    for (share, name) in ticks {
      text(Self.short(name), x: x(share), y: plot.top + plot.height + 18, anchor: "middle")
    }
    titles(across: across, up: up)
  }

  mutating func titles(across: String, up: String, width: Double? = nil) {
    let (middle, centre) = (plot.left + (width ?? plot.width) / 2, plot.top + plot.height / 2)
    text(
      across, x: middle, y: plot.top + plot.height + 42, anchor: "middle", rest: " class=\"quiet\"")
    text(
      up, x: 16, y: centre, anchor: "middle",
      rest: " class=\"quiet\" transform=\"rotate(-90 16 \(n(centre)))\"")
  }

  mutating func legend(_ names: [String]) {
    guard names.count > 1 else { return }
    var left = plot.left
    for (number, name) in names.enumerated() {
      add("<path class=\"s\(number % 4)\" d=\"M\(n(left)) 350h26\"/>")
      text(Self.short(name, 24), x: left + 32, y: 354, anchor: "start")
      left += 50 + 7.5 * Double(min(name.count, 24))
    }
  }

  func document(description: String, isTitled: Bool) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 360" role="img" aria-labelledby="t d">
    <title id="t">\(XMLText.escaped(title))</title><desc id="d">\(XMLText.escaped(description))</desc>
    <style>
    :root { color-scheme: light dark; --ink: #26302e; --quiet: #55625f; --grid: #dce2e0; --cell: #f0f3f2;
      --c0: #1a6e5e; --c1: #b4531c; --c2: #3b5bb5; --c3: #8a3f8f; }
    @media (prefers-color-scheme: dark) {
      :root { --ink: #e6ecea; --quiet: #a7b2af; --grid: #3a4442; --cell: #232b29;
        --c0: #6fcdb8; --c1: #f0a06b; --c2: #95b2ff; --c3: #dd9fe2; }
    }
    text { font: 13px system-ui, sans-serif; fill: var(--ink); }
    .title { font-weight: 600; font-size: 15px; } .quiet { fill: var(--quiet); }
    .grid { stroke: var(--grid); } .cell { fill: var(--cell); }
    .s0, .s1, .s2, .s3 { fill: none; stroke-width: 2; stroke-linejoin: round; }
    .s0 { stroke: var(--c0); } .s1 { stroke: var(--c1); stroke-dasharray: 7 4; }
    .s2 { stroke: var(--c2); stroke-dasharray: 2 4; } .s3 { stroke: var(--c3); stroke-dasharray: 10 3 2 3; }
    .thin { stroke-width: 1; stroke-dasharray: none; }
    .f0 { fill: var(--c0); } .f1 { fill: var(--c1); } .f2 { fill: var(--c2); } .f3 { fill: var(--c3); }
    </style>
    \(isTitled ? "<text class=\"title\" x=\"\(n(plot.left))\" y=\"22\">\(XMLText.escaped(title))</text>" : "")
    \(parts.joined(separator: "\n"))
    </svg>

    """
  }

  /// A name that fits below a tick.
  static func short(_ text: String, _ limit: Int = 12) -> String {
    text.count <= limit ? text : text.prefix(limit - 1) + "…"
  }
}
