import Notation

/// The members of a class that say when it is asked, which files it takes, what its shapes must keep and how
/// it looks.
enum ClassNotation {
  static func condition(
    _ json: JSON?, among classes: [LabelClass], _ path: String
  ) throws(NotationFault) -> Condition? {
    guard let json, json != .null else { return nil }
    try OntologyNotation.refuseUnknown(json, ["name", "is"], path: path)
    let found = classes.first { matches(json["name"], $0.name, $0.id.number) }
    guard let found else {
      throw NotationFault(
        path: path + ".name", problem: "must name an attribute or question before this one")
    }
    var options: [OptionID] = []
    for item in json["is"]?.array ?? [] {
      guard let option = found.options.first(where: { matches(item, $0.name, $0.id.number) }) else {
        throw NotationFault(
          path: path + ".is", problem: "\(item.text) is no option of “\(found.name)”")
      }
      options.append(option.id)
    }
    return Condition(on: found.id, options: options)
  }

  private static func matches(_ key: JSON?, _ name: String, _ number: Int32) -> Bool {
    key?.string == name || key?.integer == Int64(number)
  }

  private static let ruleNames = [
    "minWidth", "minHeight", "minArea", "minPoints", "maxPoints", "maxCount", "wholePixels",
    "selfCrossing",
  ]

  static func rules(_ json: JSON?, _ path: String) throws(NotationFault) -> ShapeRules {
    var rules = ShapeRules()
    guard let json, json != .null else { return rules }
    guard json.members != nil else {
      throw NotationFault(path: path, problem: "must be an object, not \(json.kindName)")
    }
    try OntologyNotation.refuseUnknown(json, ruleNames, path: path)
    func size(_ name: String) throws(NotationFault) -> Double {
      guard let value = json[name] else { return 0 }
      guard let number = value.number else {
        throw NotationFault(path: "\(path).\(name)", problem: "must be a number")
      }
      return number
    }
    func count(_ name: String) throws(NotationFault) -> Int? {
      guard let value = json[name] else { return nil }
      guard let number = value.integer.flatMap({ Int(exactly: $0) }) else {
        throw NotationFault(path: "\(path).\(name)", problem: "must be a whole number")
      }
      return number
    }
    rules.minimumWidth = try size("minWidth")
    rules.minimumHeight = try size("minHeight")
    rules.minimumArea = try size("minArea")
    rules.minimumPoints = try count("minPoints")
    rules.maximumPoints = try count("maxPoints")
    rules.maximumCount = try count("maxCount")
    rules.wholePixels = json["wholePixels"]?.bool ?? false
    rules.maySelfCross = json["selfCrossing"]?.bool ?? false
    return rules
  }

  static func skeleton(_ json: JSON, _ path: String) throws(NotationFault) -> Skeleton? {
    guard let list = json["keypoints"] else { return nil }
    guard let items = list.array else {
      throw NotationFault(path: path + ".keypoints", problem: "must be an array of names")
    }
    var names: [String] = []
    for (index, item) in items.enumerated() {
      guard let name = item.string else {
        throw NotationFault(path: "\(path).keypoints[\(index)]", problem: "must be a name")
      }
      names.append(name)
    }
    var lines: [Skeleton.Line] = []
    for (index, item) in (json["skeleton"]?.array ?? []).enumerated() {
      guard let pair = item.array, pair.count == 2, let from = pair[0].integer,
        let to = pair[1].integer
      else {
        throw NotationFault(
          path: "\(path).skeleton[\(index)]", problem: "must be two places [from, to], from 0")
      }
      lines.append(.init(from: Int(clamping: from), to: Int(clamping: to)))
    }
    return Skeleton(names: names, lines: lines)
  }

  static func files(_ json: JSON, _ path: String) throws(NotationFault) -> FileRules {
    var rules = FileRules(keepsPlace: json["keepsPlace"]?.bool ?? false)
    if let accepts = json["accepts"] {
      rules.accepts = []
      for item in accepts.array ?? [.null] {
        guard let medium = FileRules.Medium(rawValue: item.string ?? "") else {
          throw NotationFault(
            path: path + ".accepts", problem: "must be an array of image, audio and video")
        }
        rules.accepts.append(medium)
      }
    }
    func count(_ name: String) throws(NotationFault) -> Int? {
      guard let value = json[name] else { return nil }
      guard let number = value.integer.flatMap({ Int(exactly: $0) }) else {
        throw NotationFault(path: "\(path).\(name)", problem: "must be a whole number")
      }
      return number
    }
    rules.minimum = try count("min") ?? 1
    rules.maximum = try count("max") ?? max(1, rules.minimum)
    return rules
  }

  static func members(_ rules: FileRules) -> [JSON.Member] {
    let own: [JSON.Member] = [
      .init("accepts", .array(rules.accepts.map { .string($0.rawValue) })),
      .init("min", .int(Int64(rules.minimum))), .init("max", .int(Int64(rules.maximum))),
    ]
    return own + (rules.keepsPlace ? [.init("keepsPlace", true)] : [])
  }

  /// What differs from the default.
  static func members(_ labelClass: LabelClass) -> [JSON.Member] {
    var members: [JSON.Member] = []
    if let condition = labelClass.condition {
      var when = [JSON.Member("name", .int(Int64(condition.on.number)))]
      if !condition.options.isEmpty {
        when.append(.init("is", .array(condition.options.map { .int(Int64($0.number)) })))
      }
      members.append(.init("when", .object(when)))
    }
    if labelClass.rules != ShapeRules() { members.append(.init("rules", rules(labelClass.rules))) }
    if let skeleton = labelClass.skeleton {
      members.append(.init("keypoints", .array(skeleton.names.map { .string($0) })))
      let lines = skeleton.lines.map { JSON.array([.int(Int64($0.from)), .int(Int64($0.to))]) }
      members.append(.init("skeleton", .array(lines)))
    }
    if let color = labelClass.look.color { members.append(.init("color", .string(color))) }
    if let hotkey = labelClass.look.hotkey { members.append(.init("hotkey", .string(hotkey))) }
    return members
  }

  private static func rules(_ rules: ShapeRules) -> JSON {
    var members: [JSON.Member] = []
    let sizes = [
      ("minWidth", rules.minimumWidth), ("minHeight", rules.minimumHeight),
      ("minArea", rules.minimumArea),
    ]
    for (name, size) in sizes where size > 0 { members.append(.init(name, .double(size))) }
    let counts = [
      ("minPoints", rules.minimumPoints), ("maxPoints", rules.maximumPoints),
      ("maxCount", rules.maximumCount),
    ]
    for case (let name, let count?) in counts { members.append(.init(name, .int(Int64(count)))) }
    if rules.wholePixels { members.append(.init("wholePixels", true)) }
    if rules.maySelfCross { members.append(.init("selfCrossing", true)) }
    return .object(members)
  }
}
