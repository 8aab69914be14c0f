/// What to make of two regions, be they masks or polygons.
public enum RegionMerge: Int32, Sendable, CaseIterable {
  /// Inside either.
  case union
  /// Inside both.
  case intersection
  /// Inside the first and not the second.
  case subtraction
  /// Inside one of them only.
  case difference

  @inline(__always)
  func holds(_ a: Bool, _ b: Bool) -> Bool {
    switch self {
    case .union: a || b
    case .intersection: a && b
    case .subtraction: a && !b
    case .difference: a != b
    }
  }
}
