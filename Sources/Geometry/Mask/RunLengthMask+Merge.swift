/// What two masks of one size have in common, and what they make together.
extension RunLengthMask {
  /// - Returns: nil where the sizes differ.
  /// - Complexity: O(runs of both)
  public func merged(with other: RunLengthMask, _ merge: RegionMerge) -> RunLengthMask? {
    guard width == other.width, height == other.height else { return nil }
    let capacity = counts.count + other.counts.count
    let merged = [UInt32](unsafeUninitializedCapacity: capacity + 1) { buffer, count in
      var (written, run) = (0, UInt32(0))
      var isInside = false
      Self.forEachPiece(self, other) { length, inA, inB in
        if merge.holds(inA, inB) != isInside {
          buffer[written] = run
          written &+= 1
          run = 0
          isInside.toggle()
        }
        run &+= length
      }
      buffer[written] = run
      count = written + 1
    }
    return RunLengthMask(width: width, height: height, wholeCounts: merged)
  }

  /// Pixels inside both; 0 where the sizes differ.
  ///
  /// - Complexity: O(runs of both)
  public func intersectionArea(_ other: RunLengthMask) -> Int {
    guard width == other.width, height == other.height else { return 0 }
    var sum = 0
    Self.forEachPiece(self, other) { length, inA, inB in
      if inA && inB { sum &+= Int(length) }
    }
    return sum
  }

  /// Intersection over union, 0…1; 0 where neither has a pixel, or the sizes differ.
  ///
  /// - Complexity: O(runs of both)
  public func intersectionOverUnion(_ other: RunLengthMask) -> Double {
    guard width == other.width, height == other.height else { return 0 }
    var (shared, union) = (0, 0)
    Self.forEachPiece(self, other) { length, inA, inB in
      if inA && inB { shared &+= Int(length) }
      if inA || inB { union &+= Int(length) }
    }
    return shared == 0 ? 0 : Double(shared) / Double(union)
  }

  /// Goes down both at once, in pieces within which neither changes.
  @inline(__always)
  private static func forEachPiece(
    _ a: RunLengthMask, _ b: RunLengthMask, _ body: (UInt32, Bool, Bool) -> Void
  ) {
    a.counts.withUnsafeBufferPointer { p in
      b.counts.withUnsafeBufferPointer { q in
        guard p.count > 0, q.count > 0 else { return }
        var (i, j) = (1, 1)
        var (left, right) = (p[0], q[0])
        var (inA, inB) = (false, false)
        while true {
          let length = min(left, right)
          if length > 0 { body(length, inA, inB) }
          left &-= length
          right &-= length
          if left == 0 {
            if i == p.count { return }
            left = p[i]
            i &+= 1
            inA.toggle()
          }
          if right == 0 {
            if j == q.count { return }
            right = q[j]
            j &+= 1
            inB.toggle()
          }
        }
      }
    }
  }
}
