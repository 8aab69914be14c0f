/// What `body` makes of each thing, in their order, on as many cores as there are.
package func inParallel<Thing: Sendable, Made: Sendable>(
  _ things: [Thing], _ body: @escaping @Sendable (Thing) async -> Made
) async -> [Made] {
  await withTaskGroup(of: (Int, Made).self) { group in
    for (place, thing) in things.enumerated() {
      group.addTask { (place, await body(thing)) }
    }
    var made = [Made?](repeating: nil, count: things.count)
    for await (place, one) in group { made[place] = one }
    return made.compactMap { $0 }
  }
}
