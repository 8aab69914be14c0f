/// The classes of a labelled set, in the order of their indices. A reader whose format has no list of them
/// adds each class where it first meets it, so a schema is whole when the last item was read.
package struct DatasetSchema: Hashable, Sendable {
  package struct Class: Hashable, Sendable {
    package var name: String
    /// COCO's; empty where there is none.
    package var supercategory: String
    /// Names of its keypoints, in order.
    package var keypoints: [String]
    /// Pairs of indices of keypoints that a line joins.
    package var skeleton: [[Int]]

    package init(
      _ name: String, supercategory: String = "", keypoints: [String] = [], skeleton: [[Int]] = []
    ) {
      self.name = name
      self.supercategory = supercategory
      self.keypoints = keypoints
      self.skeleton = skeleton
    }
  }

  package private(set) var classes: [Class] = []
  private var places: [String: Int] = [:]

  package init(_ classes: [Class] = []) {
    for one in classes { _ = add(one) }
  }

  package init(names: [String]) { self.init(names.map { Class($0) }) }

  /// - Returns: the index of the class of that name, which is added where there is none.
  package mutating func add(_ one: Class) -> Int {
    if let known = places[one.name] { return known }
    places[one.name] = classes.count
    classes.append(one)
    return classes.count - 1
  }

  package mutating func index(of name: String) -> Int { add(Class(name)) }

  package func find(_ name: String) -> Int? { places[name] }

  package func name(_ index: Int) -> String {
    classes.indices.contains(index) ? classes[index].name : ""
  }

  /// Gives a class the keypoints that its labels turned out to have.
  package mutating func set(keypoints: [String], skeleton: [[Int]] = [], of index: Int) {
    classes[index].keypoints = keypoints
    classes[index].skeleton = skeleton
  }
}
