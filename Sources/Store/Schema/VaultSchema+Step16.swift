extension Schema {
  /// Which of a dataset's classes are of a label set, by their numbers as ranges (`0-79,85`); null of sets
  /// from before, of which all are.
  static let vaultStep16 = """
    ALTER TABLE label_sets ADD COLUMN classes TEXT
    """
}
