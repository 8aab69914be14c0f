extension ConductRules {
  /// What is in force until the operator says otherwise. The bounds were chosen on simulated crowds
  /// (`assay bench screening`).
  package static let standard = ConductRules([
    ConductRule(
      "answers by chance",
      reason: "Your answers do not depend on what the tasks show.",
      when: [.init(.chance, .atLeast, 3), .init(.answers, .atLeast, 8)],
      then: [.pause, .holdPay, .requeue]),
    ConductRule(
      "fast answers by chance",
      reason: "Your answers come faster than a task can be read, and do not depend on what it shows.",
      when: [
        .init(.chance, .atLeast, 1.3), .init(.speedPercentile, .atMost, 15), .init(.answers, .atLeast, 8),
      ],
      then: [.pause, .holdPay, .requeue]),
    ConductRule(
      "copied answers",
      reason: "Your answers are another person's.",
      when: [.init(.copying, .atLeast, 5)],
      then: [.pause, .holdPay, .askMore]),
    ConductRule(
      "fast copied answers",
      reason: "Your answers are another person's, and come faster than a task can be read.",
      when: [.init(.copying, .atLeast, 2), .init(.speedPercentile, .atMost, 15)],
      then: [.pause, .holdPay, .askMore]),
    ConductRule(
      "copied on a shared device",
      reason: "Your answers are those of another account on the same device.",
      when: [.init(.copying, .atLeast, 1), .init(.accountsOnDevice, .atLeast, 1)],
      then: [.pause, .holdPay, .askMore]),
    ConductRule(
      "several accounts on a device",
      reason: "Several accounts work from your device; somebody looks at it before it is paid.",
      when: [.init(.accountsOnDevice, .atLeast, 2)], then: [.holdPay]),
    ConductRule(
      "gold missed",
      reason: "Too many of your answers to tasks whose answer is known were wrong.",
      when: [.init(.goldJudged, .atLeast, 8), .init(.goldRate, .atMost, 0.4)],
      then: [.retrain, .lowerWeight]),
    ConductRule(
      "the same text again",
      reason: "Several of your texts are nearly the same as others.",
      when: [.init(.duplicateTexts, .atLeast, 4)], then: [.warn, .holdPay]),
    ConductRule(
      "the same drawing again",
      reason: "You drew exactly the same on different tasks.",
      when: [.init(.repeatedAnswers, .atLeast, 4)], then: [.warn, .holdPay]),
    ConductRule(
      "texts of a language model",
      reason: "Several of your texts read like those of a language model.",
      when: [.init(.modelLikeTexts, .atLeast, 3)], then: [.warn, .holdPay]),
    ConductRule(
      "many skipped",
      reason: "You skipped many tasks in a row.",
      when: [.init(.skipsInARow, .atLeast, 15)], then: [.warn]),
  ])
}
