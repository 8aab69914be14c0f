import Foundation

/// The program that runs, which decodes in processes of its own.
package enum OwnProgram {
  package static var path: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      ?? CommandLine.arguments[0]
  }
}
