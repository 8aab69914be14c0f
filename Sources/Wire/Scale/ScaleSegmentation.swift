import Notation

/// The objects of a `segmentannotation` task as Scale numbers them: each label has an index, and
/// each object of an instance label one of its own. What is drawn later lies on top.
package struct ScaleSegmentation {
  package struct Region: Hashable, Sendable {
    package var label: String
    /// From 1; unique within the task.
    package var index: Int
    package var isInstance: Bool
  }

  /// The labels and their indices, then every object of an instance label.
  package private(set) var regions: [Region]
  /// The index of each annotation, in their order; nil for what is no object.
  package private(set) var indices: [Int?] = []

  /// - Parameter annotations: native ones, by name.
  package init(_ params: JSON, _ annotations: [JSON]) {
    let instances = Self.instanceLabels(params)
    let labels = Self.labels(params)
    regions = labels.filter { !instances.contains($0) }.enumerated().map { index, label in
      Region(label: label, index: index + 1, isInstance: false)
    }
    for annotation in annotations {
      guard let label = annotation["class"]?.string, labels.contains(label) else {
        indices.append(nil)
        continue
      }
      if let known = regions.first(where: { $0.label == label && !$0.isInstance }) {
        indices.append(known.index)
        continue
      }
      let index = regions.count + 1
      regions.append(Region(label: label, index: index, isInstance: true))
      indices.append(index)
    }
  }

  static func labels(_ params: JSON) -> [String] {
    var seen: Set<String> = []
    return (ScaleForm.names(params["labels"]) + ScaleForm.names(params["instance_labels"])).filter {
      seen.insert($0).inserted
    }
  }

  private static func instanceLabels(_ params: JSON) -> Set<String> {
    let marked = (params["labels"]?.array ?? []).filter { $0["instance_label"]?.bool == true }
    return Set(ScaleForm.names(params["instance_labels"]) + ScaleForm.names(.array(marked)))
  }

  /// The images a response names.
  package enum File: Hashable, Sendable {
    case combined, indexed, extended, unlabeled
    /// One region alone.
    case mask(Int)

    package var name: String {
      switch self {
      case .combined: "combined.png"
      case .indexed: "indexed.png"
      case .extended: "extended.png"
      case .unlabeled: "unlabeled.png"
      case .mask(let index): "mask-\(index).png"
      }
    }

    package init?(_ name: String) {
      let fixed: [File] = [.combined, .indexed, .extended, .unlabeled]
      if let match = fixed.first(where: { $0.name == name }) {
        self = match
        return
      }
      guard name.hasPrefix("mask-"), name.hasSuffix(".png"),
        let index = Int(name.dropFirst(5).dropLast(4)), index > 0
      else { return nil }
      self = .mask(index)
    }
  }

  /// - Parameters:
  ///   - color: `#rrggbb` of an index.
  ///   - url: where an image lies.
  func response(color: (Int) -> String, url: (File) -> String) -> JSON {
    var mapping: [JSON.Member] = []
    var labeled: [JSON.Member] = []
    var seen: Set<String> = []
    for region in regions where seen.insert(region.label).inserted {
      let all = regions.filter { $0.label == region.label }
      let entries = all.map { one -> JSON in
        ["index": .int(Int64(one.index)), "color": .string(color(one.index))]
      }
      let masks = all.map { JSON.string(url(.mask($0.index))) }
      mapping.append(.init(region.label, region.isInstance ? .array(entries) : entries[0]))
      labeled.append(.init(region.label, region.isInstance ? .array(masks) : masks[0]))
    }
    return [
      "labelMapping": .object(mapping),
      "annotations": [
        "combined": [
          "image": .string(url(.combined)), "indexedImage": .string(url(.indexed)),
          "extendedIndexedImage": .string(url(.extended)),
        ], "labeled": .object(labeled), "unlabeled": .string(url(.unlabeled)),
      ],
    ]
  }
}

/// What a response names beside the annotations themselves, given by whoever serves it.
package struct ScaleLinks {
  let color: (Int) -> String
  let url: (ScaleSegmentation.File) -> String

  package init(
    color: @escaping (Int) -> String, url: @escaping (ScaleSegmentation.File) -> String
  ) {
    self.color = color
    self.url = url
  }

  /// Names alone.
  package static var none: ScaleLinks { ScaleLinks(color: { "#\($0)" }, url: \.name) }
}
