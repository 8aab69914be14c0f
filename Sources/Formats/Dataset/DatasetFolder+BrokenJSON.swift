import Notation

extension DatasetFolder {
  /// Bytes of a file that is looked at value by value; of a larger one only strings and brackets are.
  private static let wholeLimit = 16 << 20

  /// What is wrong with files that are called JSON and are none, beside those that are read.
  func brokenJSON(besides read: [String] = []) -> [FormatFault] {
    let read = Set(read)
    return files(ending: ".json").filter { !read.contains($0) }.compactMap { name in
      guard let bytes = try? open(name) else { return nil }
      var cursor = bytes.cursor()
      do throws(JSONError) {
        if bytes.count <= Self.wholeLimit { _ = try cursor.value() } else { try cursor.skip() }
        return nil
      } catch {
        return COCOIndex.fault(error, name, bytes)
      }
    }
  }

  /// Tells of them: a part of the set may be in one.
  func reportBrokenJSON(
    besides read: [String], _ diagnostics: Diagnostics
  ) throws(FormatFault) {
    for var fault in brokenJSON(besides: read) {
      fault.remedy = "Write it anew, it may have been cut off; it is left out."
      try diagnostics.report(fault)
    }
  }
}
