/// What items of a dataset are asked for: the language that browser, API and command line share, described in
/// docs/guides/queries.md.
package indirect enum ItemQuery: Hashable, Sendable {
  case all
  case and([ItemQuery])
  case or([ItemQuery])
  case not(ItemQuery)
  case compare(Field, Comparison, [Value])
  /// How many labels of a set there are that answer a description.
  case count(LabelDescription, Comparison, Double)
  /// A text that is part of the item's name or text, whatever its case.
  case words(String)
  /// Likewise a word that stands without quotes: no name of a field, which somebody meant to compare.
  case word(String)

  package enum Field: Hashable, Sendable {
    case name, text, subset, width, height, aspect, number
    /// The number of the earlier item that it is a duplicate of, exactly or nearly.
    case duplicate
    case metadata(String)
    /// A number of a label set: `yolo.wrong`, `results.confidence`.
    case ofSet(String, String)
    /// Whether a slice holds the item.
    case slice

    /// Whether it is a number of every item that has it.
    var isNumber: Bool {
      switch self {
      case .width, .height, .aspect, .number: true
      case .name, .text, .subset, .duplicate, .metadata, .ofSet, .slice: false
      }
    }
  }

  package enum Comparison: String, Hashable, Sendable, CaseIterable {
    case equal = "="
    case different = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    /// A part of it, whatever its case; with `*` a pattern of the whole.
    case contains = ":"
    case oneOf = "in"
  }

  /// A value of a query: text that may be a number, or `*` for any.
  package struct Value: Hashable, Sendable {
    package var text: String
    package var isAny: Bool
    package var number: Double?

    package init(_ text: String, isQuoted: Bool = false) {
      self.text = text
      isAny = text == "*" && !isQuoted
      number = isQuoted ? nil : Double(text)
    }
  }

  package struct LabelDescription: Hashable, Sendable {
    /// nil for ground truth.
    package var set: String?
    package var query: LabelQuery
  }
}

/// What labels are asked for, inside `count(…)`.
package indirect enum LabelQuery: Hashable, Sendable {
  case all
  case and([LabelQuery])
  case or([LabelQuery])
  case not(LabelQuery)
  case compare(Field, ItemQuery.Comparison, [ItemQuery.Value])

  package enum Field: Hashable, Sendable {
    case label, kind, score, area, width, height, x, y, crowd
    case attribute(String)

    var isNumber: Bool {
      switch self {
      case .score, .area, .width, .height, .x, .y: true
      case .label, .kind, .crowd, .attribute: false
      }
    }

    init(_ name: String) {
      self =
        switch name {
        case "class": .label
        case "kind": .kind
        case "score": .score
        case "area": .area
        case "width": .width
        case "height": .height
        case "x": .x
        case "y": .y
        case "crowd": .crowd
        default: .attribute(name)
        }
    }
  }

  /// Names of fields that every label has.
  static let fieldNames = ["class", "kind", "score", "area", "width", "height", "x", "y", "crowd"]
}
