import Foundation
import Notation
import Store
import Workforce

/// What a worker says of themselves. How they are called and paid is sealed; what work they can be given by
/// is not.
package struct WorkerProfile: Hashable, Sendable {
  package struct Language: Hashable, Sendable {
    /// Like `en` or `pt-BR` (BCP 47).
    package var tag: String
    package var level: Eligibility.Level
  }

  package var name = ""
  /// Where money goes; nil until they say so.
  package var account: PayoutAccount?
  package var bic: String?
  package var currency: Currency?
  /// ISO 3166-1, two letters.
  package var country: String?
  package var languages: [Language] = []
  package var skills: [String] = []
  /// What makes work possible for them, in their own words: a screen reader, large type, no flicker. Sealed.
  package var accessibility = ""

  package static let nameLimit = 140
  package static let listLimit = 50
  package static let skillLimit = 60
  package static let accessibilityLimit = 1000

  package init() {}

  /// - Throws: `.invalid` with the path of the member.
  package init(from json: JSON) throws(Refusal) {
    func text(_ name: String) throws(Refusal) -> String {
      guard let value = json[name], value != .null else { return "" }
      guard let text = value.string else {
        throw .invalid(path: name, problem: "must be a string, not \(value.kindName)")
      }
      return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
    name = try text("name")
    guard name.unicodeScalars.count <= Self.nameLimit,
      name.unicodeScalars.allSatisfy(PayoutAccount.isPlain)
    else {
      throw .invalid(
        path: "name", problem: "must have \(Self.nameLimit) characters at most that can be printed")
    }
    let account = try text("account")
    if !account.isEmpty {
      let text = account
      guard let account = PayoutAccount(text) else {
        throw .invalid(
          path: "account",
          problem: "must be an IBAN, whose check digits must be right, or another number of "
            + "\(PayoutAccount.otherLimit) characters at most that does not begin with = + - @")
      }
      self.account = account
    }
    let code = try text("bic").uppercased()
    if !code.isEmpty {
      guard PayoutAccount.isBIC(code) else {
        throw .invalid(path: "bic", problem: "must be a bank's code of 8 or 11 characters")
      }
      bic = code
    }
    if let value = json["currency"], value != .null {
      currency = try PayNotation.currency(value, "currency")
    }
    let land = try text("country")
    if !land.isEmpty {
      guard Self.isCountry(land) else {
        throw .invalid(path: "country", problem: "must be two capital letters, like KE")
      }
      country = land
    }
    accessibility = try text("accessibility")
    guard accessibility.unicodeScalars.count <= Self.accessibilityLimit else {
      throw .invalid(
        path: "accessibility", problem: "must have \(Self.accessibilityLimit) characters at most")
    }
    languages = try Self.list(json["languages"], "languages").enumerated().map {
      place, json throws(Refusal) in
      guard let tag = json["tag"]?.string, Self.isLanguageTag(tag),
        let level = json["level"]?.string.flatMap(Eligibility.Level.init)
      else {
        throw .invalid(
          path: "languages[\(place)]",
          problem: "must have a tag like en and a level of basic, fluent or native")
      }
      return Language(tag: tag, level: level)
    }
    skills = try Self.list(json["skills"], "skills").enumerated().map {
      place, json throws(Refusal) in
      guard let skill = json.string, (1...Self.skillLimit).contains(skill.unicodeScalars.count)
      else {
        throw .invalid(
          path: "skills[\(place)]", problem: "must have 1 to \(Self.skillLimit) characters")
      }
      return skill
    }
  }

  static func isCountry(_ text: String) -> Bool {
    text.utf8.count == 2 && text.utf8.allSatisfy { (65...90).contains($0) }
  }

  /// Letters for the language, two or three, then parts of two to eight letters and digits (BCP 47).
  static func isLanguageTag(_ text: String) -> Bool {
    func isLetter(_ byte: UInt8) -> Bool { (97...122).contains(byte | 32) }
    let parts = text.utf8.split(separator: 45, omittingEmptySubsequences: false)
    return text.utf8.count <= 35 && (2...3).contains(parts[0].count)
      && parts[0].allSatisfy(isLetter)
      && parts.dropFirst().allSatisfy { part in
        (2...8).contains(part.count) && part.allSatisfy { isLetter($0) || (48...57).contains($0) }
      }
  }

  /// By which work is given.
  package var traits: Eligibility.Traits {
    .init(
      languages: Dictionary(languages.map { ($0.tag, $0.level) }, uniquingKeysWith: max),
      skills: Set(skills), country: country)
  }

  private static func list(_ json: JSON?, _ path: String) throws(Refusal) -> [JSON] {
    guard let json, json != .null else { return [] }
    guard let items = json.array, items.count <= listLimit else {
      throw .invalid(path: path, problem: "must be an array of \(listLimit) at most")
    }
    return items
  }

  package var json: JSON {
    [
      "name": .string(name), "account": account.map { .string($0.text) } ?? .null,
      "bic": bic.map { .string($0) } ?? .null,
      "currency": currency.map { .string($0.code) } ?? .null,
      "country": country.map { .string($0) } ?? .null, "languages": languagesJSON,
      "skills": .array(skills.map { .string($0) }), "accessibility": .string(accessibility),
    ]
  }

  /// What leads may know of it: not how they are paid.
  package var shared: JSON {
    let kept = ["country", "languages", "skills", "accessibility"]
    return .object((json.members ?? []).filter { kept.contains($0.name) })
  }

  fileprivate var languagesJSON: JSON {
    .array(
      languages.map { ["tag": .string($0.tag), "level": .string($0.level.rawValue)] })
  }

  /// What is sealed of it.
  fileprivate var sealed: JSON {
    [
      "name": .string(name), "account": .string(account?.text ?? ""), "bic": .string(bic ?? ""),
      "accessibility": .string(accessibility),
    ]
  }
}

package struct WorkerProfiles: Sendable {
  private let engine: DataEngine

  package init(_ engine: DataEngine) { self.engine = engine }

  static func place(_ user: UserID) -> String { "worker_profiles/\(user)" }

  /// An empty one for whoever said nothing yet.
  package func get(_ user: UserID) async throws -> WorkerProfile {
    try await engine.control.read { try Self.get(user, engine, $0) }
  }

  static func get(
    _ user: UserID, _ engine: DataEngine, _ connection: any Connection
  ) throws -> WorkerProfile {
    let found = try connection.first(
      "SELECT currency, country, languages, skills, sealed FROM worker_profiles WHERE user_id = ?",
      [user.sql]
    ) { row in
      (
        currency: row.optionalText(0), country: row.optionalText(1), languages: row.text(2),
        skills: row.text(3), sealed: row.blob(4)
      )
    }
    guard let found else { return WorkerProfile() }
    let sealed = try JSON(parsing: engine.master.open(found.sealed, place: place(user)))
    return try WorkerProfile(
      from: .object(
        (sealed.members ?? []) + [
          .init("currency", found.currency.map { .string($0) } ?? .null),
          .init("country", .string(found.country ?? "")),
          .init("languages", JSON(parsing: found.languages)),
          .init("skills", JSON(parsing: found.skills)),
        ]))
  }

  package func set(_ profile: WorkerProfile, of user: UserID) async throws {
    let record = engine.record(by: .user(user))
    let sealed = try engine.master.seal(profile.sealed.utf8, place: Self.place(user))
    try await engine.control.write(.flushed) { connection in
      try connection.run(
        """
        INSERT INTO worker_profiles VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (user_id) DO UPDATE SET currency = excluded.currency,
          country = excluded.country, languages = excluded.languages, skills = excluded.skills,
          sealed = excluded.sealed, updated_at = excluded.updated_at
        """,
        [
          user.sql, .optional(profile.currency?.code), .optional(profile.country),
          .text(profile.languagesJSON.text),
          .text(JSON.array(profile.skills.map { .string($0) }).text), .blob(sealed),
          .int(record.at),
        ])
      try record.append(connection, "profile.changed", user.text)
    }
    WorkQueue(engine).forget(user.text)
  }

  /// What a worker said, by which work is given; of columns country, languages and skills, all NULL for
  /// whoever said nothing.
  static func traits(_ row: any Row) throws -> Eligibility.Traits {
    guard !row.isNull(1) else { return .init() }
    return try WorkerProfile(
      from: [
        "country": .string(row.optionalText(0) ?? ""), "languages": JSON(parsing: row.text(1)),
        "skills": JSON(parsing: row.text(2)),
      ]
    ).traits
  }

  static func traits(
    of user: String, _ connection: any Connection
  ) throws -> Eligibility.Traits {
    try connection.first(
      "SELECT country, languages, skills FROM worker_profiles WHERE user_id = ?", [.text(user)],
      traits) ?? .init()
  }

  static func currency(of user: String, _ connection: any Connection) throws -> Currency? {
    try connection.first(
      "SELECT currency FROM worker_profiles WHERE user_id = ?", [.text(user)]
    ) { $0.optionalText(0).flatMap { Currency($0) } } ?? nil
  }
}
