import Testing

@testable import Workforce

@Suite struct EligibilityTests {
  private typealias Traits = Eligibility.Traits

  @Test func aRuleOfNothingAdmitsEverybody() {
    #expect(Eligibility().missing(of: Traits()) == [])
  }

  @Test func languagesAreAskedAtALevelOrBetter() {
    let rule = Eligibility(languages: ["sw": .fluent])
    #expect(rule.missing(of: Traits(languages: ["sw": .native])) == [])
    #expect(rule.missing(of: Traits(languages: ["SW": .fluent])) == [])
    #expect(rule.missing(of: Traits(languages: ["sw": .basic, "en": .native])) == [.language("sw", .fluent)])
    #expect(rule.missing(of: Traits()) == [.language("sw", .fluent)])
  }

  @Test func aLanguageTakesItsKindsButNoOther() {
    let rule = Eligibility(languages: ["pt": .basic])
    #expect(rule.missing(of: Traits(languages: ["pt-BR": .native])) == [])
    #expect(rule.missing(of: Traits(languages: ["ptx": .native])) == [.language("pt", .basic)])
    let brazilian = Eligibility(languages: ["pt-BR": .basic])
    #expect(brazilian.missing(of: Traits(languages: ["pt": .native])) == [.language("pt-BR", .basic)])
  }

  @Test func allSkillsAreAskedWhateverTheirLetters() {
    let rule = Eligibility(skills: ["Radiology", "law"])
    #expect(rule.missing(of: Traits(skills: ["LAW", "radiology"])) == [])
    #expect(rule.missing(of: Traits(skills: ["law"])) == [.skill("Radiology")])
  }

  @Test func countriesAreAllowedAndDenied() {
    let rule = Eligibility(countries: ["KE", "UG"], countriesDenied: ["UG"])
    #expect(rule.missing(of: Traits(country: "KE")) == [])
    for country in ["UG", "DE", nil] { #expect(rule.missing(of: Traits(country: country)) == [.country]) }
    let denying = Eligibility(countriesDenied: ["UG"])
    #expect(denying.missing(of: Traits(country: "DE")) == [])
    #expect(denying.missing(of: Traits()) == [.country])
  }
}
