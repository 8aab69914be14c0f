/// An object through time: its shape at keyframes, and in between on the straight way.
public struct Track: Hashable, Sendable {
  public struct Keyframe: Hashable, Sendable {
    /// Number of the frame, from 0.
    public var frame: Int32
    public var shape: Shape
    /// Whether the object leaves the picture here, until the next keyframe.
    public var isOutside: Bool

    public init(frame: Int32, shape: Shape, isOutside: Bool = false) {
      self.frame = frame
      self.shape = shape
      self.isOutside = isOutside
    }
  }

  /// In order of their frames, one a frame.
  public private(set) var keyframes: [Keyframe]

  public init(_ keyframes: [Keyframe]) {
    self.keyframes = []
    for keyframe in keyframes { set(keyframe) }
  }

  /// The place of the last keyframe at or before a frame; nil before the first.
  ///
  /// - Complexity: O(log keyframes)
  private func place(of frame: Int32) -> Int? {
    var (low, high) = (0, keyframes.count)
    while low < high {
      let middle = (low + high) / 2
      if keyframes[middle].frame <= frame { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? nil : low - 1
  }

  /// Adds a keyframe, or takes the place of the one at its frame.
  public mutating func set(_ keyframe: Keyframe) {
    let before = place(of: keyframe.frame)
    if let before, keyframes[before].frame == keyframe.frame {
      keyframes[before] = keyframe
    } else {
      keyframes.insert(keyframe, at: (before ?? -1) + 1)
    }
  }

  public mutating func remove(frame: Int32) {
    if let place = place(of: frame), keyframes[place].frame == frame { keyframes.remove(at: place) }
  }

  /// Where the object is; nil where it is outside, or not yet there. After the last keyframe it stays.
  ///
  /// - Complexity: O(log keyframes + points)
  public func shape(at frame: Int32) -> Shape? {
    guard let place = place(of: frame), !keyframes[place].isOutside else { return nil }
    let before = keyframes[place]
    guard place + 1 < keyframes.count else { return before.shape }
    let after = keyframes[place + 1]
    let share = Double(frame - before.frame) / Double(after.frame - before.frame)
    return before.shape.interpolated(to: after.shape, at: share)
  }
}
