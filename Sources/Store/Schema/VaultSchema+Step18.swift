extension Schema {
  /// More images than before say what they show, as weaker waves count, so that all are looked at anew.
  static let vaultStep18 = """
    DELETE FROM item_prints
    ;
    UPDATE datasets SET looked_change = 0, looked_item = 0
    """
}
