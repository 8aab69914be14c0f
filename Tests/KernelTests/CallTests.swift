import Geometry
import Notation
import Testing

@testable import Kernel

/// The very calls of the browser. The exchange is one for all, so they run one after the other.
@Suite(.serialized) struct CallTests {
  private func put<Number: BitwiseCopyable>(_ numbers: [Number]) -> Int32 {
    numbers.withUnsafeBytes { bytes in
      kernelInput(Int32(bytes.count))?.copyMemory(
        from: bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 8)!, byteCount: bytes.count)
    }
    return Int32(numbers.count)
  }

  private func put(_ text: String) -> Int32 { put(Array(text.utf8)) }

  private func taken<Number: BitwiseCopyable>(_ count: Int32, as type: Number.Type) -> [Number] {
    guard count > 0, let place = kernelOutput() else { return [] }
    return Array(UnsafeBufferPointer(start: place.assumingMemoryBound(to: type), count: Int(count)))
  }

  private func checked(
    _ text: String, width: Int32 = 100, height: Int32 = 80, isPartial: Bool = false
  ) -> JSON? {
    let count = kernelCheck(put(text), width, height, -1, isPartial ? 1 : 0)
    return count <= 0 ? nil : try? JSON(parsing: taken(count, as: UInt8.self))
  }

  @Test func aSquareGoesThroughEveryCall() {
    let square: [Double] = [4, 1, 1, 4, 1, 4, 3, 1, 3]
    let counts = taken(kernelRasterize(put(square), 5, 4, 0), as: UInt32.self)
    #expect(counts == [5, 2, 2, 2, 2, 2, 5])
    #expect(taken(kernelRasterize(put(square), 5, 4, 1), as: UInt32.self) == counts)
    #expect(taken(kernelMeasureMask(put(counts), 5, 4), as: Double.self) == [6, 1, 1, 3, 2])
    let text = taken(kernelCompress(put(counts), 5, 4), as: UInt8.self)
    #expect(taken(kernelDecompress(put(text), 5, 4), as: UInt32.self) == counts)
    let bytes = taken(kernelDecode(put(counts), 5, 4), as: UInt8.self)
    _ = put(bytes)
    #expect(taken(kernelEncode(5, 4), as: UInt32.self) == counts)
    #expect(taken(kernelTrace(put(counts), 5, 4, 0), as: Double.self) == [1] + square)
    #expect(taken(kernelMaskRegion(put(counts), 5, 4, 2, 2), as: UInt32.self) == counts)
    #expect(
      taken(kernelPaint(put(counts), 5, 4, 0x8000_00ff), as: UInt32.self)
        == Array(repeating: 0x8000_00ff, count: 6))
    let count = Int32(counts.count)
    _ = put(counts + counts)
    #expect(taken(kernelMaskIoU(count, count, 5, 4), as: Double.self) == [1])
    _ = put(counts + counts)
    #expect(
      taken(kernelMergeMasks(count, count, 5, 4, RegionMerge.subtraction.rawValue), as: UInt32.self)
        == [20])
    _ = put(square + square)
    #expect(
      taken(kernelMergePolygons(9, 9, RegionMerge.union.rawValue), as: Double.self).prefix(2) == [
        1, 4,
      ])
    #expect(taken(kernelSimplify(put(square), 0.1), as: Double.self) == [1] + square)
    #expect(taken(kernelStroke(put([2.5, 2.0]), 1.0, 5, 4), as: UInt32.self) == [9, 2, 9])
  }

  @Test func inputThatMakesNoSenseIsRefused() {
    #expect(kernelRasterize(put([4.0, 1, 1]), 5, 4, 0) == -1, "a ring without its points")
    #expect(kernelRasterize(put([Double.nan]), 5, 4, 0) == -1)
    #expect(kernelRasterize(put([0.0]), -5, 4, 0) == -1)
    #expect(kernelRasterize(put([0.0]), 1 << 20, 1 << 20, 0) == -1)
    #expect(kernelMeasureMask(put([1 as UInt32]), 5, 4) == -1, "counts that do not add up")
    #expect(kernelMaskIoU(1 << 30, 1 << 30, 5, 4) == -1, "more than was put")
    #expect(kernelMergeMasks(0, 0, 5, 4, 9) == -1)
    #expect(kernelDecompress(put("~~~"), 5, 4) == -1)
    #expect(kernelCheck(put("[{}]"), 5, 4, -1, 0) == -1)
    #expect(kernelOntology(put("{\"classes\":[]}")) == -1)
    #expect(kernelPicture(0, 5) == nil && kernelPicture(1 << 20, 1 << 20) == nil)
    #expect(kernelWand(0, 0, 5, 1) == -1, "no picture")
    #expect(kernelScissorsPath(0, 0, 1) == -1)
  }

  @Test func wandAndScissorsReadThePicture() throws {
    let place = try #require(kernelPicture(4, 4))
    // The left half black, the right half white.
    for pixel in 0..<16 {
      place.storeBytes(
        of: pixel % 4 < 2 ? 0xff00_0000 : 0xffff_ffff, toByteOffset: pixel * 4, as: UInt32.self)
    }
    #expect(taken(kernelWand(0, 0, 10, 1), as: UInt32.self) == [0, 8, 8])
    #expect(kernelScissorsSeed(0, 0) == 0)
    let path = taken(kernelScissorsPath(0, 3, 0), as: Double.self)
    #expect(path.prefix(2) == [0.5, 0.5] && path.suffix(2) == [0.5, 3.5])
  }

  @Test func answersAreCheckedWithThePlaceAndTheRule() {
    let ontology = """
      {"classes": [
        {"id": 1, "name": "car", "kind": "box", "rules": {"minWidth": 5, "maxCount": 2},
         "attributes": [{"id": 1, "name": "make", "kind": "category", "options": ["a", "b"]},
                        {"id": 2, "name": "doors", "kind": "number", "min": 2, "max": 5, "whole": true,
                         "required": true, "when": {"name": "make", "is": ["a"]}}]},
        {"id": 2, "name": "lake", "kind": "polygon"},
        {"id": 3, "name": "man", "kind": "keypoints", "keypoints": ["head", "foot"], "skeleton": [[0, 1]]},
        {"id": 4, "name": "fog", "kind": "mask"}, {"id": 5, "name": "sure", "kind": "boolean"}]}
      """
    #expect(kernelOntology(put(ontology)) == 0)
    func reason(_ text: String) -> String? { checked(text)?["reason"]?.string }
    #expect(checked(#"[{"class": 1, "box": [1, 1, 9, 9]}]"#) == nil)
    #expect(reason(#"[{"class": 1, "box": [1, 1, 4, 9]}]"#) == "tooNarrow")
    #expect(reason(#"[{"class": 1, "box": [1, 1, 400, 9]}]"#) == "outOfImage")
    #expect(
      checked(#"[{"class": 5, "boolean": true}, {"class": 1, "box": [1, 1, 400, 9]}]"#)?["index"]
        == 1)
    #expect(checked(#"[{"class": 1, "box": [1, 1, 400, 9]}]"#)?["numbers"] == [100, 80])
    let box = #"{"class": 1, "box": [1, 1, 9, 9]}"#
    #expect(reason("[\(box), \(box), \(box)]") == "tooManyObjects")
    func car(_ attributes: String) -> String {
      #"[{"class": 1, "box": [1, 1, 9, 9], "attributes": \#(attributes)}]"#
    }
    #expect(reason(car(#"{"make": "a"}"#)) == "missing")
    #expect(reason(car(#"{"make": "b", "doors": 3}"#)) == "notAsked")
    #expect(reason(car(#"{"make": "a", "doors": 2.5}"#)) == "outOfRange")
    #expect(reason(car(#"{"make": "a", "doors": 3}"#)) == nil)
    let bow = #"[{"class": 2, "polygon": [[0, 0], [20, 20], [20, 0], [0, 30]]}]"#
    #expect(checked(bow)?["numbers"] == [12, 12])
    #expect(checked(bow, isPartial: true) == nil, "a pre-label may cross itself")
    #expect(reason(#"[{"class": 3, "keypoints": [[1, 1, 2]]}]"#) == "wrongKeypoints")
    #expect(reason(#"[{"class": 3, "keypoints": [[1, 1, 0], [1, 1, 0]]}]"#) == "tooFewPoints")
    #expect(
      reason(#"[{"class": 4, "mask": {"size": [4, 5], "counts": [3, 17]}}]"#) == "wrongMaskSize")
    #expect(reason(#"[{"class": 4, "mask": {"size": [80, 100], "counts": [8000]}}]"#) == "noArea")
    #expect(reason(#"[{"class": 4, "mask": {"size": [80, 100], "counts": [8, 7992]}}]"#) == nil)
    let pair = #"[{"class": 1, "box": [0, 0, 10, 10]}, {"class": 1, "box": [5, 0, 10, 10]}]"#
    #expect(taken(kernelCompare(put(pair)), as: Double.self) == [1.0 / 3, 1.0 / 3])
    #expect(
      String(decoding: taken(kernelInterpolate(put(pair), 0.5), as: UInt8.self), as: UTF8.self)
        == "[2.5,0.0,10.0,10.0]")
  }
}
