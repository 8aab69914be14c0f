extension DatasetFolder {
  /// Why the folder's XML is not read: of the first such file whose beginning is refused; nil where none is.
  package func refusedXML() -> FormatFault? {
    for name in files(ending: ".xml").prefix(100) {
      guard let bytes = try? open(name) else { continue }
      var scanner = bytes.xml()
      do {
        _ = try scanner.next()
      } catch {
        return FormatFault(
          name, "line \(error.line)", error.problem,
          remedy: "Write the file without it; it is not needed to say labels.")
      }
    }
    return nil
  }
}
