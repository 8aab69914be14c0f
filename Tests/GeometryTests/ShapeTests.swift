import Foundation
import Geometry
import Testing

@Suite struct ShapeTests {
  private func square(_ x: Double, _ y: Double, _ side: Double) -> [Point] {
    [
      Point(x: x, y: y), Point(x: x + side, y: y), Point(x: x + side, y: y + side),
      Point(x: x, y: y + side),
    ]
  }

  @Test func sinesAndCosinesAreThoseOfTheSystem() {
    for step in -400...400 {
      let angle = Double(step) / 37
      let (sine, cosine) = sineAndCosine(angle)
      #expect(abs(sine - sin(angle)) < 1e-14 && abs(cosine - cos(angle)) < 1e-14)
    }
  }

  @Test func aPolygonHasAreaPerimeterAndAnInsideLessItsHoles() {
    let polygon = Polygon(square(0, 0, 10), holes: [square(2, 2, 4)])
    #expect(polygon.area == 84 && polygon.perimeter == 56)
    #expect(polygon.contains(Point(x: 1, y: 1)) && !polygon.contains(Point(x: 3, y: 3)))
    #expect(!polygon.contains(Point(x: 11, y: 5)))
    #expect(Shape.polygon(polygon).bounds == Box(x: 0, y: 0, width: 10, height: 10))
  }

  @Test func regionsAreAsAlikeAsTheirBoxes() {
    let a = Shape.polygon(Polygon(square(0, 0, 10)))
    let b = Shape.polygon(Polygon(square(5, 0, 10)))
    let boxes = Box(x: 0, y: 0, width: 10, height: 10).intersectionOverUnion(
      Box(x: 5, y: 0, width: 10, height: 10))
    #expect(abs(a.similarity(to: b) - boxes) < 1e-9)
    #expect(a.similarity(to: a) == 1 && abs(b.similarity(to: a) - boxes) < 1e-9)
    #expect(a.similarity(to: .polygon(Polygon(square(50, 50, 10)))) == 0)
    #expect(a.similarity(to: .point(Point(x: 1, y: 1))) == 0)
  }

  @Test func anEllipseCoversWhatItsFormulaSays() {
    let ellipse = Ellipse(center: Point(x: 50, y: 40), radiusX: 30, radiusY: 10, rotation: 1)
    let shape = Shape.ellipse(ellipse)
    #expect(abs(Polygon(ellipse.outline(512)).area - shape.area) < 0.1)
    let moved = Ellipse(center: Point(x: 50, y: 40), radiusX: 10, radiusY: 30, rotation: 1 - .pi / 2)
    #expect(shape.similarity(to: .ellipse(moved)) > 0.99)
  }

  @Test func pointsAndLinesAreAlikeByTheirDistance() {
    let a = Shape.point(Point(x: 0, y: 0))
    #expect(a.similarity(to: .point(Point(x: 6, y: 8))) == 0.5)
    let line = Polyline([Point(x: 0, y: 0), Point(x: 100, y: 0)])
    let other = Polyline([Point(x: 100, y: 10), Point(x: 30, y: 10), Point(x: 0, y: 10)])
    #expect(abs(Shape.polyline(line).similarity(to: .polyline(other)) - 0.5) < 1e-9)
    #expect(line.resampled(5).map(\.x) == [0, 25, 50, 75, 100])
  }

  @Test func aCuboidCoversItsFaceAndTheSideThatIsSeen() throws {
    let points = square(0, 10, 20) + [Point(x: 30, y: 5), Point(x: 30, y: 25)]
    let cuboid = try #require(Cuboid(points))
    #expect(cuboid.isSideRight && Cuboid(Array(points.dropLast())) == nil)
    #expect(Shape.cuboid(cuboid).area == 400 + 200)
  }
}
