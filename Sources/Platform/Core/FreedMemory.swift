import Foundation

/// Memory that was freed, but is still the process's.
package enum FreedMemory {
  /// Gives it back to the system. Where much is made and freed around little that stays, glibc keeps pages
  /// that nothing lies in.
  ///
  /// - Complexity: O(memory), some milliseconds for 100 MB; nothing where the system has no such call.
  package static func giveBack() {
    #if os(Linux)
      // glibc's `int malloc_trim(size_t)`, which Swift's module of it leaves out; other libraries have none.
      guard let trim = dlsym(nil, "malloc_trim") else { return }
      _ = unsafeBitCast(trim, to: (@convention(c) (Int) -> Int32).self)(0)
    #endif
  }
}
