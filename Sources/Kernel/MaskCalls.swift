import Geometry

// Masks cross as their run lengths: 32-bit counts, for the width and height that go with them.

/// The masks of an input that holds `first` counts and then `second` ones.
private func masks(
  _ width: Int32, _ height: Int32, _ first: Int32, _ second: Int32
) -> (RunLengthMask, RunLengthMask)? {
  guard let p = exchange.inputNumbers(first, as: UInt32.self),
    let q = exchange.inputNumbers(second, after: first, as: UInt32.self),
    let a = RunLengthMask(width: Int(width), height: Int(height), counts: p),
    let b = RunLengthMask(width: Int(width), height: Int(height), counts: q)
  else { return nil }
  return (a, b)
}

private func mask(_ width: Int32, _ height: Int32, _ count: Int32) -> RunLengthMask? {
  guard let counts = exchange.inputNumbers(count, as: UInt32.self) else { return nil }
  return RunLengthMask(width: Int(width), height: Int(height), counts: counts)
}

/// Rings from numbers: of each ring the number of its points, then x and y of each.
func rings(_ numbers: [Double]) -> [[Point]]? {
  var rings: [[Point]] = []
  var place = 0
  while place < numbers.count {
    guard let count = Int(exactly: numbers[place]), count >= 0,
      count <= (numbers.count - place - 1) / 2
    else { return nil }
    rings.append(
      (0..<count).map { Point(x: numbers[place + 1 + 2 * $0], y: numbers[place + 2 + 2 * $0]) })
    place += 1 + 2 * count
  }
  return rings
}

/// Polygons as numbers: of each polygon the number of its rings, then its rings.
private func numbers(_ polygons: [Polygon]) -> [Double] {
  var numbers: [Double] = []
  for polygon in polygons {
    numbers.append(Double(polygon.rings.count))
    for ring in polygon.rings {
      numbers.append(Double(ring.count))
      for point in ring { numbers += [point.x, point.y] }
    }
  }
  return numbers
}

/// Input: rings. Answer: the counts of the pixels whose centres they hold, or (`rule` 1) those that COCO's
/// tools give.
@_expose(wasm, "rasterize") @c(assay_kernel_rasterize)
public func kernelRasterize(_ count: Int32, _ width: Int32, _ height: Int32, _ rule: Int32) -> Int32
{
  guard let numbers = exchange.inputNumbers(count, as: Double.self), let rings = rings(numbers),
    RunLengthMask.canHold(width: Int(width), height: Int(height))
  else { return -1 }
  let polygon = Polygon(rings: rings)
  let mask =
    rule == 1
    ? RunLengthMask(cocoRule: polygon, width: Int(width), height: Int(height))
    : RunLengthMask(polygon, width: Int(width), height: Int(height))
  return exchange.answer(mask.counts)
}

/// Input: points. Answer: the counts of the pixels under a round brush along them.
@_expose(wasm, "stroke") @c(assay_kernel_stroke)
public func kernelStroke(_ count: Int32, _ radius: Double, _ width: Int32, _ height: Int32) -> Int32
{
  guard let numbers = exchange.inputNumbers(count, as: Double.self),
    RunLengthMask.canHold(width: Int(width), height: Int(height))
  else { return -1 }
  let points = (0..<numbers.count / 2).map { Point(x: numbers[2 * $0], y: numbers[2 * $0 + 1]) }
  return exchange.answer(
    RunLengthMask(stroke: points, radius: radius, width: Int(width), height: Int(height)).counts)
}

/// Input: two masks. Answer: the counts of what they make together; `merge` is `RegionMerge`'s number.
@_expose(wasm, "mergeMasks") @c(assay_kernel_merge_masks)
public func kernelMergeMasks(
  _ first: Int32, _ second: Int32, _ width: Int32, _ height: Int32, _ merge: Int32
) -> Int32 {
  guard let (a, b) = masks(width, height, first, second), let merge = RegionMerge(rawValue: merge),
    let merged = a.merged(with: b, merge)
  else { return -1 }
  return exchange.answer(merged.counts)
}

/// Input: two masks. Answer: one number, their intersection over union.
@_expose(wasm, "maskIoU") @c(assay_kernel_mask_iou)
public func kernelMaskIoU(_ first: Int32, _ second: Int32, _ width: Int32, _ height: Int32) -> Int32
{
  guard let (a, b) = masks(width, height, first, second) else { return -1 }
  return exchange.answer([a.intersectionOverUnion(b)])
}

/// Input: a mask. Answer: its area and the x, y, width and height of its bounds.
@_expose(wasm, "measureMask") @c(assay_kernel_measure_mask)
public func kernelMeasureMask(_ count: Int32, _ width: Int32, _ height: Int32) -> Int32 {
  guard let mask = mask(width, height, count) else { return -1 }
  let box = mask.bounds
  return exchange.answer([Double(mask.area), box.x, box.y, box.width, box.height])
}

/// Input: a mask. Answer: COCO's compressed text, as bytes.
@_expose(wasm, "compress") @c(assay_kernel_compress)
public func kernelCompress(_ count: Int32, _ width: Int32, _ height: Int32) -> Int32 {
  guard let mask = mask(width, height, count) else { return -1 }
  return exchange.answer(mask.compressed)
}

/// Input: COCO's compressed text. Answer: the counts.
@_expose(wasm, "decompress") @c(assay_kernel_decompress)
public func kernelDecompress(_ count: Int32, _ width: Int32, _ height: Int32) -> Int32 {
  guard let text = exchange.inputBytes(count),
    let mask = RunLengthMask(width: Int(width), height: Int(height), compressed: text)
  else { return -1 }
  return exchange.answer(mask.counts)
}

/// Input: a byte a pixel, down the columns. Answer: the counts.
@_expose(wasm, "encode") @c(assay_kernel_encode)
public func kernelEncode(_ width: Int32, _ height: Int32) -> Int32 {
  guard RunLengthMask.canHold(width: Int(width), height: Int(height)),
    let bytes = exchange.inputBytes(width * height)
  else { return -1 }
  return exchange.answer(
    RunLengthMask(bitmap: bytes, width: Int(width), height: Int(height)).counts)
}

/// Input: a mask. Answer: a byte a pixel, down the columns.
@_expose(wasm, "decode") @c(assay_kernel_decode)
public func kernelDecode(_ count: Int32, _ width: Int32, _ height: Int32) -> Int32 {
  guard let mask = mask(width, height, count) else { return -1 }
  mask.fill(bitmap: exchange.openOutput(mask.width * mask.height))
  return width * height
}

/// Input: a mask. Answer: the pixels of its bounds row by row, four bytes each: `color` (red in the
/// lowest byte, opacity in the highest) inside, nothing outside.
@_expose(wasm, "paint") @c(assay_kernel_paint)
public func kernelPaint(_ count: Int32, _ width: Int32, _ height: Int32, _ color: UInt32) -> Int32 {
  guard let mask = mask(width, height, count) else { return -1 }
  let box = mask.bounds
  let (left, top, across, down) = (Int(box.x), Int(box.y), Int(box.width), Int(box.height))
  let pixels = exchange.openOutput(across * down * 4).bindMemory(to: UInt32.self)
  pixels.initialize(repeating: 0)
  let bytes = color.littleEndian
  mask.forEachRun { column, rows in
    for row in rows { pixels[(row - top) * across + column - left] = bytes }
  }
  return Int32(truncatingIfNeeded: across * down)
}

/// Input: a mask. Answer: its outlines as polygons, without points that lie less than `tolerance` pixels
/// off.
@_expose(wasm, "trace") @c(assay_kernel_trace)
public func kernelTrace(_ count: Int32, _ width: Int32, _ height: Int32, _ tolerance: Double)
  -> Int32
{
  guard let mask = mask(width, height, count) else { return -1 }
  let outlines = mask.outlines
  return exchange.answer(
    numbers(tolerance > 0 ? outlines.map { $0.simplified(tolerance: tolerance) } : outlines))
}

/// Input: a mask. Answer: the counts of the pixels that hang together with one of them.
@_expose(wasm, "maskRegion") @c(assay_kernel_mask_region)
public func kernelMaskRegion(
  _ count: Int32, _ width: Int32, _ height: Int32, _ x: Int32, _ y: Int32
) -> Int32 {
  guard let mask = mask(width, height, count) else { return -1 }
  return exchange.answer(mask.region(atColumn: Int(x), row: Int(y)).counts)
}

/// Input: a mask. Answer: the counts of the mask moved right and down by whole pixels, in an image of
/// another size.
@_expose(wasm, "moveMask") @c(assay_kernel_move_mask)
public func kernelMoveMask(
  _ count: Int32, _ width: Int32, _ height: Int32, _ columns: Int32, _ rows: Int32,
  _ newWidth: Int32, _ newHeight: Int32
) -> Int32 {
  guard let mask = mask(width, height, count), newWidth >= 0, newHeight >= 0,
    Int64(newWidth) * Int64(newHeight) <= Int64(UInt32.max),
    abs(Int64(columns)) <= max(width, newWidth),
    abs(Int64(rows)) <= max(height, newHeight)
  else { return -1 }
  let moved = mask.moved(
    columns: Int(columns), rows: Int(rows), width: Int(newWidth), height: Int(newHeight))
  return exchange.answer(moved.counts)
}

/// Input: the `first` numbers of one polygon's rings and then the `second` ones of another's. Answer:
/// polygons.
@_expose(wasm, "mergePolygons") @c(assay_kernel_merge_polygons)
public func kernelMergePolygons(_ first: Int32, _ second: Int32, _ merge: Int32) -> Int32 {
  guard let p = exchange.inputNumbers(first, as: Double.self), let a = rings(p),
    let q = exchange.inputNumbers(second, after: first, as: Double.self), let b = rings(q),
    let merge = RegionMerge(rawValue: merge)
  else { return -1 }
  return exchange.answer(numbers(Polygon(rings: a).merged(with: Polygon(rings: b), merge)))
}

/// Input: a polygon's rings. Answer: the polygon with fewer points.
@_expose(wasm, "simplify") @c(assay_kernel_simplify)
public func kernelSimplify(_ count: Int32, _ tolerance: Double) -> Int32 {
  guard let all = exchange.inputNumbers(count, as: Double.self), let rings = rings(all) else {
    return -1
  }
  return exchange.answer(numbers([Polygon(rings: rings).simplified(tolerance: tolerance)]))
}
