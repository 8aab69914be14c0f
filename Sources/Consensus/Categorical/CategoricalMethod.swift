/// The methods for single choices, by the names that reports and commands use.
package enum CategoricalMethod: String, CaseIterable, Sendable {
  case majority
  case wawa
  case zeroBasedSkill = "zero_based_skill"
  case oneCoin = "one_coin"
  case dawidSkene = "dawid_skene"
  case pooledDawidSkene = "pooled_dawid_skene"
  case ibcc
  case ebcc
  case bayesianAverage = "bwa"
  case mace
  case glad
  case mmsr
  case kos
  case ordinal = "ordinal_dawid_skene"
  case auto

  /// - Returns: nil where the method does not apply: KOS to more than two classes, all of them to votes
  ///   that are not `isDense`.
  package func posteriors(_ votes: VoteTable) -> Posteriors? {
    guard votes.isDense else { return nil }
    return switch self {
    case .majority: MajorityVote.fit(votes)
    case .wawa: Wawa.fit(votes)
    case .zeroBasedSkill: ZeroBasedSkill.fit(votes)
    case .oneCoin: OneCoin.fit(votes)
    case .dawidSkene: DawidSkene.fit(votes).posteriors
    case .pooledDawidSkene: PooledDawidSkene.fit(votes).posteriors
    case .ibcc: IBCC.fit(votes)
    case .ebcc: EBCC.fit(votes)
    case .bayesianAverage: BayesianAverage.fit(votes)
    case .mace: MACE.fit(votes).posteriors
    case .glad: GLAD.fit(votes).posteriors
    case .mmsr: MMSR.fit(votes)
    case .kos: KOS.fit(votes)
    case .ordinal: OrdinalDawidSkene.fit(votes)
    case .auto: AutoConsensus.fit(votes).posteriors
    }
  }
}
