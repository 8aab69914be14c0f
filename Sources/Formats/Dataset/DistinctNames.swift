/// Sees to it that no two items of a set have one name, by which they are known ever after.
package struct DistinctNames {
  /// Hashes only: eight bytes a name.
  private var used: Set<Int> = []
  /// The number that is tried next for a name that was given before.
  private var numbers: [Int: Int] = [:]

  package init() {}

  /// The item's name, or where another has it, one with its subset before it or a number after it.
  package mutating func name(of item: DatasetItem, _ diagnostics: Diagnostics) -> String {
    guard !used.insert(item.name.hashValue).inserted else { return item.name }
    diagnostics.lose("names changed that another item had")
    var name = item.name
    if !item.subset.isEmpty {
      name = "\(item.subset)/\(item.name)"
      if used.insert(name.hashValue).inserted { return name }
    }
    let (stem, kind) = (
      DatasetItem.stem(of: name), name.dropFirst(DatasetItem.stem(of: name).count)
    )
    while true {
      let number = numbers[name.hashValue, default: 2]
      numbers[name.hashValue] = number + 1
      let numbered = "\(stem)-\(number)\(kind)"
      if used.insert(numbered.hashValue).inserted { return numbered }
    }
  }
}
