import Geometry
import Notation
import Testing

@testable import Labels

/// How labels go from one version of an ontology to the next, and back.
@Suite struct MigrationTests {
  static let ontology = try! OntologyNotation.ontology(
    from: JSON(
      parsing: Array(
        #"""
        {"classes": [
          {"name": "cat", "kind": "box", "attributes": [
            {"name": "pose", "kind": "category", "options": ["sits", "lies"]},
            {"name": "asleep", "kind": "boolean", "when": {"name": "pose", "is": ["lies"]}}]},
          {"name": "dog", "kind": "box", "attributes": [
            {"name": "pose", "kind": "category", "options": ["lies", "runs"]},
            {"name": "breed", "kind": "category", "options": ["poodle", "terrier", "other"]}]},
          {"name": "tree", "kind": "polygon"},
          {"name": "near", "kind": "relation", "from": ["cat"], "to": ["dog", "tree"]},
          {"name": "mood", "kind": "category", "options": ["good", "bad", "mixed"]},
          {"name": "tags", "kind": "multiLabel", "options": ["a", "b", "c"]}]}
        """#.utf8)))

  static let labels = #"""
    [{"class": "cat", "box": [0, 0, 10, 10], "attributes": {"pose": "lies", "asleep": true}, "group": 2},
     {"class": "dog", "box": [20, 0, 10, 10], "attributes": {"pose": "lies", "breed": "poodle"}},
     {"class": "dog", "box": [40, 0, 10, 10], "attributes": {"pose": "runs"}},
     {"class": "tree", "polygon": [[0, 0], [8, 0], [8, 6]]},
     {"class": "near", "relation": [0, 1]}, {"class": "near", "relation": [0, 3]},
     {"class": "mood", "option": "mixed"}, {"class": "tags", "options": ["a", "c"]}]
    """#

  static func read(_ text: String, _ ontology: Ontology) throws -> [Annotation] {
    try AnnotationNotation.annotations(from: JSON(parsing: Array(text.utf8)), ontology: ontology)
  }

  /// A history of one migration, its tallies, and the labels after it by name.
  private func migrated(_ steps: String) throws -> (OntologyHistory, [MigrationTally], JSON) {
    let migration = try MigrationNotation.migration(
      from: JSON(parsing: Array(steps.utf8)), of: Self.ontology)
    let after = try Self.ontology.after(migration)
    #expect(after.fault == nil)
    // What is stored says the same.
    #expect(MigrationNotation.migration(stored: MigrationNotation.json(migration)) == migration)
    let history = OntologyHistory([.init(Self.ontology), .init(after, .migration(migration))])
    var counts = OntologyHistory.Counts()
    let labels = try Self.read(Self.labels, Self.ontology)
    let carried = history.carried(labels, from: 1, to: 2, counts: &counts)
    #expect(carried == history.carried(labels, from: 1, to: 2) && counts.unknown == 0)
    let tallies = history.effects(of: 2, in: counts).map(\.tally)
    return (history, tallies, AnnotationNotation.json(carried, ontology: after, style: .names))
  }

  @Test func aRenameTouchesTheLabelsAndLosesNone() throws {
    let (_, tallies, labels) = try migrated(
      #"[{"rename": "cat", "to": "feline"}, {"rename": ["feline", "pose", "lies"], "to": "lying"}]"#
    )
    #expect(tallies.map(\.touched) == [1, 1] && tallies.allSatisfy { $0.lost == 0 })
    #expect(labels.array?[0]["class"] == "feline")
    #expect(labels.array?[0]["attributes"]?["pose"] == "lying" && labels.array?[0]["group"] == 2)
  }

  @Test func aMergedClassKeepsItsAttributesAndOptions() throws {
    let (history, tallies, labels) = try migrated(#"[{"merge": ["cat"], "into": "dog"}]"#)
    #expect(tallies == [.init(touched: 1, lost: 0)])
    let first = try #require(labels.array?.first)
    #expect(first["class"] == "dog" && first["attributes"]?["pose"] == "lies")
    #expect(first["attributes"]?["asleep"] == true)
    let dog = try #require(history.versions[1].ontology.named("dog"))
    #expect(dog.attributes.map(\.name) == ["pose", "breed", "asleep"])
    #expect(dog.attributes[0].options.map(\.name) == ["lies", "runs", "sits"])
    guard case .relation(let near)? = history.versions[1].ontology.named("near")?.kind else {
      Issue.record("no relation")
      return
    }
    #expect(near.from == [dog.id])
  }

  @Test func mergedOptionsAreChosenOnce() throws {
    let (_, tallies, labels) = try migrated(
      #"""
      [{"merge": [["tags", "a"], ["tags", "b"]], "into": ["tags", "c"]},
       {"merge": [["mood", "mixed"]], "into": ["mood", "bad"]}]
      """#
    )
    #expect(tallies.map(\.touched) == [1, 1])
    #expect(labels.array?.last?["options"] == ["c"])
    #expect(labels.array?[6]["option"] == "bad")
  }

  @Test func aSplitGoesByWhatWasAnswered() throws {
    let (history, tallies, labels) = try migrated(
      #"[{"split": "dog", "by": "breed", "into": {"poodle": "poodle dog", "terrier": "terrier"}}]"#)
    #expect(tallies.map(\.touched) == [1])
    #expect(
      labels.array?[1]["class"] == "poodle dog" && labels.array?[1]["attributes"]?["pose"] == "lies"
    )
    #expect(labels.array?[1]["attributes"]?["breed"] == nil && labels.array?[2]["class"] == "dog")
    let ontology = history.versions[1].ontology
    #expect(ontology.named("dog")?.attributes[1].options.map(\.name) == ["other"])
    #expect(ontology.classes.map(\.name)[1...3] == ["dog", "poodle dog", "terrier"])
    // And back it is what it was.
    let carried = history.carried(try Self.read(Self.labels, Self.ontology), from: 1, to: 2)
    let back = history.carried(carried, from: 2, to: 1)
    #expect(Set(back[1].attributes) == Set(try Self.read(Self.labels, Self.ontology)[1].attributes))
  }

  @Test func aRetypeConvertsWhatItCanAndCountsTheRest() throws {
    let (_, tallies, labels) = try migrated(
      #"""
      [{"retype": "tree", "to": "box"}, {"retype": "mood", "to": "text"},
       {"retype": "tags", "to": "category"}, {"retype": ["cat", "asleep"], "to": "category"}]
      """#)
    #expect(tallies.map(\.touched) == [1, 1, 1, 1] && tallies.map(\.lost) == [0, 0, 1, 0])
    #expect(labels.array?[3]["box"]?.text == "[0.0,0.0,8.0,6.0]" && labels.array?[6]["text"] == "mixed")
    #expect(labels.array?[0]["attributes"]?["asleep"] == "Yes" && labels.array?.count == 7)
  }

  @Test func contributedFilesGoAlongWhateverElseChanges() throws {
    let text = #"""
      {"classes": [{"id": 1, "name": "photos", "kind": "files", "max": 2},
        {"id": 2, "name": "where", "kind": "category", "options": ["in", "out"]}]}
      """#
    let ontology = try OntologyNotation.ontology(from: JSON(parsing: Array(text.utf8)))
    let labels = try Self.read(#"[{"class": "photos", "files": ["a", "b"]}]"#, ontology)
    for (steps, name) in [
      (#"[{"rename": "where", "to": "place"}]"#, "photos"),
      (#"[{"rename": "photos", "to": "pictures"}]"#, "pictures"),
      (
        #"""
        [{"become": {"classes": [
          {"id": 1, "name": "photos", "kind": "files", "max": 5, "keepsPlace": true}]}}]
        """#,
        "photos"
      ),
    ] {
      let migration = try MigrationNotation.migration(
        from: JSON(parsing: Array(steps.utf8)), of: ontology)
      let after = try ontology.after(migration)
      let history = OntologyHistory([.init(ontology), .init(after, .migration(migration))])
      let carried = history.carried(labels, from: 1, to: 2)
      let found = AnnotationNotation.json(carried, ontology: after, style: .names)
      #expect(found == [["class": .string(name), "files": ["a", "b"]]])
    }
  }

  @Test func whatIsDeletedTakesItsRelationsAlong() throws {
    let (_, tallies, labels) = try migrated(
      #"[{"delete": "tree"}, {"delete": ["cat", "pose", "lies"]}, {"delete": ["dog", "pose"]}]"#)
    #expect(tallies.map(\.touched) == [1, 1, 2])
    let near = labels.array?.filter { $0["class"] == "near" }
    #expect(near?.count == 1 && near?.first?["relation"] == [0, 1])
    #expect(labels.array?[0]["attributes"] == ["asleep": true])
    #expect(labels.array?[1]["attributes"] == ["breed": "poodle"])
  }

  @Test(arguments: [
    (#"[{"rename": "bird", "to": "x"}]"#, "no class"),
    (#"[{"merge": ["cat"], "into": "tree"}]"#, "one kind"),
    (#"[{"merge": [["mood", "bad"]], "into": ["tags", "a"]}]"#, "one question"),
    (#"[{"split": "cat", "by": "asleep"}]"#, "cannot split"),
    (#"[{"retype": "mood", "to": "box"}]"#, "stays a question"),
    (#"[{"delete": "cat"}]"#, "delete it first"), (#"[{"burn": "cat"}]"#, "must have one of"),
    (#"[{"delete": ["cat", "pose", "stands"]}]"#, "no option"),
    (#"{"delete": "cat"}"#, "must be an array"),
    (#"[{"delete": "tree", "into": "cat", "way": 1}]"#, "is not known"),
  ])
  func stepsThatCannotBeAreRefused(steps: String, reason: String) throws {
    let json = try JSON(parsing: Array(steps.utf8))
    do {
      _ = try MigrationNotation.migration(from: json, of: Self.ontology)
      Issue.record("taken: \(steps)")
    } catch {
      #expect(error.path.hasPrefix("steps") && error.problem.contains(reason), "\(error)")
    }
  }

  @Test func whatWasUndoneIsAsIfItHadNotBeen() throws {
    let (history, _, _) = try migrated(#"[{"merge": ["cat"], "into": "dog"}, {"delete": "tree"}]"#)
    let undone = OntologyHistory(history.versions + [.init(Self.ontology, .undoing(2))])
    let labels = try Self.read(Self.labels, Self.ontology)
    #expect(undone.carried(labels, from: 1, to: 3) == labels)
    #expect(undone.current(for: 1) == 3 && undone.undoable == nil && history.undoable == 2)
    // What was labelled in between stays as far as the old words go.
    let between = try Self.read(
      #"[{"class": "dog", "box": [1, 1, 2, 2]}]"#, history.versions[1].ontology)
    #expect(undone.carried(between, from: 2, to: 3) == between)
  }

  @Test func aNumberThatWasGivenUpCanMeanSomethingElse() throws {
    var (without, again) = (Self.ontology, Self.ontology)
    without.classes[3].kind = .relation(.init())
    without.classes.remove(at: 2)
    again.classes[2].name = "cloud"
    let third = try #require(try? again.after(.rename(.init(ClassID(3)), to: "white cloud")))
    let migration = Migration([.rename(.init(ClassID(3)), to: "white cloud")])
    let history = OntologyHistory([
      .init(Self.ontology), .init(without), .init(again), .init(third, .migration(migration)),
    ])
    let carried = history.carried(try Self.read(Self.labels, Self.ontology), from: 1, to: 4)
    #expect(!carried.contains { $0.classID == ClassID(3) } && carried.count == 6)
  }

  @Test func aNumberThatIsGivenAnewDoesNotComeBackAsTheOldThing() throws {
    let steps = #"""
      [{"delete": "tags"}, {"become": {"classes": [{"id": 1, "name": "cat", "kind": "box"},
        {"id": 6, "name": "hues", "kind": "multiLabel", "options": ["red", "blue", "pink"]}]}}]
      """#
    let migration = try MigrationNotation.migration(
      from: JSON(parsing: Array(steps.utf8)), of: Self.ontology)
    let after = try Self.ontology.after(migration)
    let history = OntologyHistory([
      .init(Self.ontology), .init(after, .migration(migration)), .init(Self.ontology, .undoing(2)),
    ])
    let given = try Self.read(
      #"[{"class": "cat", "box": [1, 1, 5, 5]}, {"class": "hues", "options": ["red"]}]"#, after)
    #expect(history.carried(given, from: 2, to: 3).map { $0.classID.number } == [1])
  }

  @Test func anOntologyAsItShallBeIsAStepAmongOthers() throws {
    let steps = #"""
      [{"rename": "cat", "to": "feline"},
       {"become": {"classes": [{"id": 1, "name": "feline", "kind": "box"},
         {"id": 2, "name": "dog", "kind": "polygon"}, {"id": 9, "name": "canine", "kind": "polygon"}]}},
       {"merge": [2], "into": "canine"}]
      """#
    let migration = try MigrationNotation.migration(
      from: JSON(parsing: Array(steps.utf8)), of: Self.ontology)
    #expect(MigrationNotation.migration(stored: MigrationNotation.json(migration)) == migration)
    let after = try Self.ontology.after(migration)
    #expect(after.classes.map { $0.name } == ["feline", "canine"])
    let history = OntologyHistory([.init(Self.ontology), .init(after, .migration(migration))])
    let carried = history.carried(try Self.read(Self.labels, Self.ontology), from: 1, to: 2)
    #expect(carried.map { $0.classID.number } == [1, 9, 9] && carried[1].shape?.kind == .polygon)
    let back = history.carried(carried, from: 2, to: 1)
    #expect(back.map { $0.classID.number } == [1])
  }

  @Test func theDifferenceOfTwoOntologiesIsItsSteps() throws {
    var changed = Self.ontology
    changed.classes[0].name = "feline"
    changed.classes[2].kind = .shape(.box)
    changed.classes[1].attributes.remove(at: 0)
    changed.classes[4].kind = .category([
      .init(id: OptionID(1), name: "fine"), .init(id: OptionID(2), name: "bad"),
    ])
    changed.classes.append(LabelClass(id: ClassID(9), name: "new", kind: .box))
    let steps = Migration(from: Self.ontology, to: changed).steps
    #expect(
      steps == [
        .rename(.init(ClassID(1)), to: "feline"), .delete(.init(ClassID(2), attribute: ClassID(1))),
        .retype(.init(ClassID(3)), to: .box),
        .rename(.init(ClassID(5), option: OptionID(1)), to: "fine"),
        .delete(.init(ClassID(5), option: OptionID(3))), .set(changed),
      ])
    #expect(Migration(from: Self.ontology, to: Self.ontology).steps == [])
  }

  /// A law over random histories: whatever is carried keeps the form of its ontology, and carrying to the
  /// version it is of changes nothing.
  @Test(arguments: 0..<40) func carriedLabelsAreOfTheirOntology(seed: Int) throws {
    var random = Seeded(UInt64(seed))
    var versions: [OntologyHistory.Version] = [.init(Self.ontology)]
    for _ in 0..<4 {
      let last = versions[versions.count - 1].ontology
      let history = OntologyHistory(versions)
      if let undoable = history.undoable, Int.random(in: 0..<4, using: &random) == 0 {
        versions.append(.init(versions[undoable - 2].ontology, .undoing(undoable)))
        continue
      }
      guard let step = Self.randomStep(last, &random), let next = try? last.after(step),
        next.fault == nil
      else { continue }
      versions.append(.init(next, .migration(Migration([step]))))
    }
    let history = OntologyHistory(versions)
    let labels = try Self.read(Self.labels, Self.ontology)
    for end in 1...versions.count {
      let carried = history.carried(labels, from: 1, to: end)
      let ontology = versions[end - 1].ontology
      let text = AnnotationNotation.json(carried, ontology: ontology, style: .numbers)
      #expect(try AnnotationNotation.annotations(from: text, ontology: ontology) == carried)
      for label in carried {
        if let ends = label.ends {
          #expect(carried[ends.from].isObject && carried[ends.to].isObject)
        }
      }
      #expect(history.carried(carried, from: end, to: end) == carried)
      _ = history.carried(carried, from: end, to: 1)
    }
  }

  private static func randomStep(
    _ ontology: Ontology, _ random: inout Seeded
  ) -> Migration.Step? {
    guard let one = ontology.classes.randomElement(using: &random),
      let other = ontology.classes.randomElement(using: &random)
    else { return nil }
    switch Int.random(in: 0..<5, using: &random) {
    case 0: return .rename(.init(one.id), to: one.name + "s")
    case 1: return .delete(one.options.first.map { .init(one.id, option: $0.id) } ?? .init(one.id))
    case 2: return .merge([.init(one.id)], into: .init(other.id))
    case 3:
      guard let attribute = one.attributes.first(where: { !$0.options.isEmpty }) else { return nil }
      let next = (ontology.classes.map { $0.id.number }.max() ?? 0) + 1
      return .split(
        one.id, by: attribute.id,
        into: [.init(option: attribute.options[0].id, classID: ClassID(next), name: "part \(next)")]
      )
    default:
      return .retype(.init(one.id), to: one.kind.isObject ? .shape(.polygon) : .text(maxLength: 50))
    }
  }
}

extension MigrationTally {
  init(touched: Int, lost: Int) {
    self.init()
    self.touched = touched
    self.lost = lost
  }
}

/// SplitMix64: the same numbers for the same seed.
private struct Seeded: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
