import Foundation
import Geometry
import Labels
import Testing

@testable import Consensus

@Suite struct ObjectFusionTests {
  @Test func ofShapesTheOneMostLikeTheRestStandsForAll() {
    func triangle(_ shift: Double) -> Annotation {
      Annotation(
        classID: ClassID(1),
        value: .shape(
          .polygon(
            Polygon([
              Point(x: shift, y: 0), Point(x: 100 + shift, y: 0), Point(x: shift, y: 100),
            ]))))
    }
    let fused = ObjectFusion.fuse(
      [0, 4, 12].map { .init(objects: [triangle($0)], accuracy: 0.8) })
    #expect(fused.annotations == [triangle(4)])
    #expect(fused.confidence > 0.9)
  }

  @Test func relationsOfMostAnnotatorsJoinTheFusedObjects() throws {
    let ontology = Ontology(classes: [
      LabelClass(id: ClassID(1), name: "person", kind: .box),
      LabelClass(id: ClassID(2), name: "holds", kind: .relation(.init())),
      LabelClass(id: ClassID(3), name: "near", kind: .relation(.init(isDirected: false))),
    ])
    func box(_ x: Double) -> Annotation {
      Annotation(classID: ClassID(1), value: .box(Box(x: x, y: 0, width: 10, height: 10)))
    }
    func relation(_ id: Int32, _ from: Int, _ to: Int) -> Annotation {
      Annotation(classID: ClassID(id), value: .relation(from: from, to: to))
    }
    let answers = [
      [box(0), box(50), relation(2, 0, 1), relation(3, 0, 1)],
      [box(51), box(1), relation(2, 1, 0), relation(3, 0, 1)],
      [box(0), box(50), relation(2, 1, 0)],
    ].map { AnswerConsensus.Answer(annotations: $0, accuracy: 0.8) }
    let result = AnswerConsensus(of: answers, ontology: ontology, weighted: false)
    let left = try #require(result.annotations.firstIndex { ($0.box?.x ?? 99) < 10 })
    let right = try #require(result.annotations.firstIndex { ($0.box?.x ?? 0) > 40 })
    #expect(
      Set(result.annotations.dropFirst(2)) == [
        relation(2, left, right), relation(3, min(left, right), max(left, right)),
      ])
    #expect(
      AnswerAgreement.share(answers[0].annotations, answers[0].annotations, ontology: ontology)
        == 1)
    #expect(
      AnswerAgreement.share(answers[0].annotations, answers[2].annotations, ontology: ontology) < 1)
  }

  @Test func spansOfMostAnnotatorsStay() {
    func span(_ start: Int, _ end: Int) -> Annotation {
      Annotation(classID: ClassID(1), value: .span(TextSpan(start: start, end: end)))
    }
    let fused = ObjectFusion.fuse([
      .init(objects: [span(0, 5), span(20, 30)], accuracy: 0.8),
      .init(objects: [span(0, 5)], accuracy: 0.8), .init(objects: [span(0, 6)], accuracy: 0.8),
    ])
    #expect(fused.annotations == [span(0, 5)])
  }

  /// A polygon and a box of two classes are two objects, however alike they are.
  @Test func objectsOfTwoKindsAreNotMixed() {
    let box = Annotation(
      classID: ClassID(1), value: .box(Box(x: 0, y: 0, width: 10, height: 10)))
    let polygon = Annotation(
      classID: ClassID(2),
      value: .shape(
        .polygon(
          Polygon([
            Point(x: 0, y: 0), Point(x: 10, y: 0), Point(x: 10, y: 10), Point(x: 0, y: 10),
          ]))))
    let fused = ObjectFusion.fuse([
      .init(objects: [box], accuracy: 0.8), .init(objects: [polygon], accuracy: 0.8),
    ])
    #expect(fused.annotations.allSatisfy { $0 == box || $0 == polygon })
  }

  private func box(_ x: Double, _ y: Double, _ size: Double, class id: Int32 = 1) -> Annotation {
    Annotation(
      classID: ClassID(id), value: .box(Box(x: x, y: y, width: size, height: size)))
  }

  @Test func objectsThatMostDrewAreKeptAndAveraged() {
    let fused = ObjectFusion.fuse([
      .init(objects: [box(10, 10, 20), box(100, 100, 10)], accuracy: 0.8),
      .init(objects: [box(12, 10, 20)], accuracy: 0.8),
      .init(objects: [box(14, 10, 20)], accuracy: 0.8),
    ])
    #expect(fused.annotations.count == 1)
    #expect(fused.annotations.first?.box?.x == 12)
    #expect(fused.confidence > 0.5 && fused.confidence < 1)
  }

  @Test func theHeavierClassWins() {
    let fused = ObjectFusion.fuse([
      .init(objects: [box(0, 0, 10, class: 1)], accuracy: 0.9),
      .init(objects: [box(0, 0, 10, class: 2)], accuracy: 0.4),
      .init(objects: [box(0, 0, 10, class: 2)], accuracy: 0.4),
    ])
    #expect(fused.annotations.first?.classID == ClassID(1))
  }

  @Test func neighboursOfOneAnnotatorStayApart() {
    let two = [box(0, 0, 10), box(3, 0, 10)]
    let fused = ObjectFusion.fuse([
      .init(objects: two, accuracy: 0.8), .init(objects: two, accuracy: 0.8),
    ])
    #expect(fused.annotations.count == 2)
  }

  @Test func nobodyDrewAnything() {
    #expect(
      ObjectFusion.fuse([.init(objects: [], accuracy: 0.8), .init(objects: [], accuracy: 0.8)])
        .confidence == 1)
  }

  /// By hand: three who are right eight times of ten, two of whom drew it.
  @Test func anObjectIsAsProbableAsWhoDrewItAndWhoDidNot() throws {
    let fused = ObjectFusion.fuse(
      [
        .init(objects: [box(0, 0, 10, class: 1)], accuracy: 0.8),
        .init(objects: [box(0, 0, 10, class: 2)], accuracy: 0.9), .init(objects: [], accuracy: 0.8),
      ], classCount: 2)
    let certainty = try #require(fused.certainties.first)
    #expect(
      abs(certainty.existence - 0.8 * 0.9 * 0.2 / (0.8 * 0.9 * 0.2 + 0.2 * 0.1 * 0.8)) < 1e-12)
    #expect(certainty.classes.map(\.classID) == [ClassID(2), ClassID(1)])
    #expect(abs(certainty.classes[0].probability - 0.9 * 0.2 / (0.9 * 0.2 + 0.1 * 0.8)) < 1e-12)
    #expect(abs(fused.confidence - certainty.classes[0].probability) < 1e-12)
  }

  /// A result of one answer is that answer, groups and all.
  @Test func whatSomebodyAloneDrewStaysAsItIs() {
    var grouped = box(0, 0, 10)
    grouped.group = 1
    let fused = ObjectFusion.fuse([.init(objects: [grouped, box(2, 0, 10)], accuracy: 0.7)])
    #expect(fused.annotations == [grouped, box(2, 0, 10)] && fused.confidence == 0.7)
    #expect(fused.certainties.count == 2 && fused.places == [[0, 1]])
  }

  /// Twenty thousand boxes twice: what is far apart is never compared.
  @Test func largeAnswersCostWhatTheyOverlap() {
    let many = (0..<20_000).map { box(Double($0 % 200) * 30, Double($0 / 200) * 30, 20) }
    let fused = ObjectFusion.fuse([
      .init(objects: many, accuracy: 0.8), .init(objects: many.reversed(), accuracy: 0.8),
    ])
    #expect(fused.annotations.count == 20_000)
    #expect(fused.places[1] == fused.places[0].reversed())
    // All upon each other: more than are assigned together, so the most alike are taken first.
    let heap = (0..<600).map { box(Double($0) / 100, 0, 20) }
    #expect(heap.count * heap.count > ObjectPairing.denseLimit)
    let piled = ObjectFusion.fuse([
      .init(objects: heap, accuracy: 0.8), .init(objects: heap, accuracy: 0.8),
    ])
    #expect(piled.places.allSatisfy { Set($0.compactMap { $0 }).count == heap.count })
  }

  /// Taken one by one, the first box would take the cluster that the second needs.
  @Test func objectsFindTheirPlacesTogether() {
    let fused = ObjectFusion.fuse([
      .init(objects: [box(0, 0, 10), box(5, 0, 10)], accuracy: 0.8),
      .init(objects: [box(3, 0, 10), box(-2, 0, 10)], accuracy: 0.8),
    ])
    #expect(fused.places == [[0, 1], [1, 0]])
  }

  /// Five raters of a disc who each miss another part of it: what they find together is nearer to it than
  /// what any of them drew.
  @Test func polygonsOfManyAreNearerToTheTruthThanThoseOfOne() throws {
    func disc(_ x: Double, _ y: Double, _ radius: Double) -> Shape {
      .polygon(
        Polygon(
          (0..<48).map { corner in
            let angle = Double(corner) / 48 * 2 * .pi
            return Point(x: x + radius * cos(angle), y: y + radius * sin(angle))
          }))
    }
    let truth = disc(200, 200, 50)
    let drawn = (0..<5).map { rater in
      let angle = Double(rater) / 5 * 2 * .pi
      return disc(200 + 9 * cos(angle), 200 + 9 * sin(angle), 50)
    }
    let fused = ObjectFusion.fuse(
      drawn.map {
        .init(objects: [Annotation(classID: ClassID(1), value: .shape($0))], accuracy: 0.8)
      })
    let shape = try #require(fused.annotations.first?.shape)
    #expect(fused.annotations.count == 1)
    #expect(shape.intersectionOverUnion(truth) > 0.93)
    #expect(drawn.allSatisfy { $0.intersectionOverUnion(truth) < 0.85 })
  }
}
