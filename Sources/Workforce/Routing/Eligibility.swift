/// Who of the workforce may work on a project, by what they say of themselves.
package struct Eligibility: Hashable, Sendable {
  /// How well somebody knows a language; each level includes those before it.
  package enum Level: String, Hashable, Sendable, CaseIterable, Comparable {
    case basic, fluent, native

    package static func < (a: Level, b: Level) -> Bool { a.rank < b.rank }

    private var rank: Int {
      switch self {
      case .basic: 0
      case .fluent: 1
      case .native: 2
      }
    }
  }

  /// What is known of a worker.
  package struct Traits: Hashable, Sendable {
    /// By language tag (BCP 47), in small letters.
    package var languages: [String: Level]
    /// In small letters.
    package var skills: Set<String>
    /// ISO 3166-1, two letters.
    package var country: String?

    package init(languages: [String: Level] = [:], skills: Set<String> = [], country: String? = nil) {
      self.languages = Dictionary(
        languages.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: max)
      self.skills = Set(skills.map { $0.lowercased() })
      self.country = country
    }
  }

  /// What keeps somebody out.
  package enum Missing: Hashable, Sendable {
    case language(String, Level)
    case skill(String)
    case country
    /// They were put out of the project, and may appeal.
    case paused
    /// They have not agreed to this version of the terms.
    case consent(version: Int)
    /// They did not pass, and may try again later, in milliseconds since 1970; nil for not at all.
    case examination(after: Int64?)
    /// Its content may harm, and they have not said that they will see it.
    case optIn(warning: String)
    /// They have worked as long today as is good for anybody, on this project or in all.
    case rest(minutes: Int)
  }

  /// All of them, at the level or better. `pt` takes `pt-BR` too, not the other way round.
  package var languages: [String: Level]
  /// All of them.
  package var skills: Set<String>
  /// Only these; empty for all.
  package var countries: Set<String>
  package var countriesDenied: Set<String>

  /// Of each of the four.
  package static let listLimit = 250

  package init(
    languages: [String: Level] = [:], skills: Set<String> = [], countries: Set<String> = [],
    countriesDenied: Set<String> = []
  ) {
    self.languages = languages
    self.skills = skills
    self.countries = countries
    self.countriesDenied = countriesDenied
  }

  /// What a worker lacks, in the order of the rule; nothing for whoever may work.
  ///
  /// A rule on countries keeps out who has not said theirs.
  ///
  /// - Complexity: O(rule × languages of the worker)
  package func missing(of traits: Traits) -> [Missing] {
    var missing: [Missing] = []
    for (tag, level) in languages.sorted(by: { $0.key < $1.key }) {
      let asked = tag.lowercased()
      let best = traits.languages.filter { $0.key == asked || $0.key.hasPrefix(asked + "-") }
        .values.max()
      if best.map({ $0 < level }) ?? true { missing.append(.language(tag, level)) }
    }
    for skill in skills.sorted() where !traits.skills.contains(skill.lowercased()) {
      missing.append(.skill(skill))
    }
    let isCountryAsked = !countries.isEmpty || !countriesDenied.isEmpty
    if isCountryAsked {
      let isAdmitted = traits.country.map { country in
        (countries.isEmpty || countries.contains(country)) && !countriesDenied.contains(country)
      }
      if isAdmitted != true { missing.append(.country) }
    }
    return missing
  }
}
