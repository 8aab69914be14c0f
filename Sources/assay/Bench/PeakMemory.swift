import Foundation
import Platform

/// What a piece of work takes of memory at its worst, beyond what there is before.
enum PeakMemory {
  /// - Returns: what `body` makes, and the bytes; nil where the system does not say.
  static func extra<Made>(_ body: () async -> Made) async -> (made: Made, bytes: Int?) {
    #if os(Linux)
      // What was freed is given back, and the peak forgotten: else both would hide what is taken now.
      FreedMemory.giveBack()
      if let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") {
        try? file.write(contentsOf: Data("5".utf8))
      }
    #endif
    let before = kilobytes("VmRSS")
    let made = await body()
    guard let before, let peak = kilobytes("VmHWM") else { return (made, nil) }
    return (made, max(0, peak - before) * 1024)
  }

  private static func kilobytes(_ name: String) -> Int? {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else {
      return nil
    }
    let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
    return line.flatMap { $0.split(whereSeparator: \.isWhitespace).dropFirst().first }.flatMap {
      Int($0)
    }
  }
}
