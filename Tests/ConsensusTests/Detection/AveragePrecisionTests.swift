import Geometry
import Testing

@testable import Consensus

@Suite struct AveragePrecisionTests {
  private func box(
    _ x: Double, _ y: Double, size: Double = 50, label: Int = 0, score: Double = 1,
    isCrowd: Bool = false
  ) -> Detection {
    Detection(
      label: label, region: .box(Box(x: x, y: y, width: size, height: size)), area: size * size,
      isCrowd: isCrowd, score: score)
  }

  @Test func whatIsFoundExactlyHasPrecisionOne() {
    let found = AveragePrecision(
      [DetectionImage(truth: [box(0, 0), box(100, 0)], predictions: [box(0, 0), box(100, 0)])],
      classes: 1)
    #expect(abs((found.meanPrecision() ?? 0) - 1) < 1e-12)
    #expect(found.meanRecall(limit: 0) == 0.5)
    #expect(found.meanPrecision(size: .small) == nil)
    #expect(abs((found.meanPrecision(size: .medium) ?? 0) - 1) < 1e-12)
  }

  @Test func aSureMistakeHalvesThePrecisionOfWhatComesAfterIt() {
    let image = DetectionImage(
      truth: [box(0, 0)], predictions: [box(300, 300, score: 0.9), box(0, 0, score: 0.8)])
    #expect(abs((AveragePrecision([image], classes: 1).meanPrecision() ?? 0) - 0.5) < 1e-12)
  }

  @Test func aLabelIsFoundOnce() {
    let image = DetectionImage(
      truth: [box(0, 0)], predictions: [box(0, 0, score: 0.9), box(1, 1, score: 0.8)])
    let found = AveragePrecision([image], classes: 1)
    #expect(abs((found.meanPrecision(overlap: 0) ?? 0) - 1) < 1e-12)
    #expect(DetectionErrors([image], classes: 1).images[0].wrong == 1)
  }

  @Test func whatLiesInACrowdCountsNeitherForNorAgainst() {
    let image = DetectionImage(
      truth: [box(0, 0), box(200, 200, size: 100, isCrowd: true)],
      predictions: [box(0, 0, score: 0.5), box(210, 210, size: 20, score: 0.9)])
    #expect(abs((AveragePrecision([image], classes: 1).meanPrecision() ?? 0) - 1) < 1e-12)
    let errors = DetectionErrors([image], classes: 1).images[0]
    #expect((errors.found, errors.wrong, errors.missed) == (1, 0, 0))
  }

  @Test func aClassWithoutLabelsHasNoPrecision() {
    let found = AveragePrecision(
      [DetectionImage(truth: [], predictions: [box(0, 0)])], classes: 1)
    #expect(found.meanPrecision() == nil && found.summary.allSatisfy { $0 == -1 })
  }

  @Test func aConfusionIsOfTheClassesThatMeet() {
    let image = DetectionImage(
      truth: [box(0, 0), box(100, 0, label: 1), box(200, 0)],
      predictions: [box(0, 0, label: 1), box(100, 0, label: 1), box(400, 0, score: 0.1)])
    let errors = DetectionErrors([image], classes: 2)
    #expect(errors.confusion == [[0, 1, 1], [0, 1, 0], [0, 0, 0]])
    #expect(
      errors.images[0].missed == 2 && errors.images[0].wrong == 1 && errors.images[0].found == 1)
  }

  @Test func wholeItemsAndSpansAreComparedToo() {
    func whole(_ label: Int) -> Detection { Detection(label: label, region: .whole, area: 1) }
    func span(_ range: Range<Int>) -> Detection {
      Detection(label: 0, region: .spans([range]), area: Double(range.count))
    }
    let classes = DetectionErrors(
      [DetectionImage(truth: [whole(0)], predictions: [whole(1)])], classes: 2)
    #expect(classes.confusion[0][1] == 1)
    let spans = DetectionErrors(
      [
        DetectionImage(
          truth: [span(0..<10), span(20..<30)], predictions: [span(0..<8), span(26..<40)])
      ],
      classes: 1)
    #expect(spans.images[0].found == 1 && spans.images[0].missed == 1 && spans.images[0].wrong == 1)
  }
}
