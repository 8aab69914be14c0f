/// Numbers names from 0 in the order they come: what the methods take for tasks, workers and classes.
package struct Numbering<Name: Hashable & Sendable>: Sendable {
  /// By their numbers.
  package private(set) var names: [Name] = []
  private var numbers: [Name: Int] = [:]

  package init() {}

  package var count: Int { names.count }

  package mutating func number(_ name: Name) -> Int {
    if let known = numbers[name] { return known }
    numbers[name] = names.count
    names.append(name)
    return names.count - 1
  }
}
