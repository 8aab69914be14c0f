import Platform

/// The pictures of a project's quality, by the names they are asked for by.
enum QualityCharts {
  struct Named {
    var name: String
    /// The question it is about; nil for the whole project.
    var about: String?
    var chart: Chart
  }

  static func all(_ insight: Insight, gold: [GoldTasks.Entry]) -> [Named] {
    var charts: [Named] = []
    func add(
      _ name: String, _ title: String, _ across: String, _ up: String, _ content: Chart.Content
    ) {
      charts.append(.init(name: name, chart: Chart(title: title, across: across, up: up, content)))
    }
    let days = insight.days
    let agreeing = days.compactMap { day in
      day.agreement.map { Chart.Bar(name: Self.date(day.number), value: 100 * $0) }
    }
    if !agreeing.isEmpty {
      add("agreement", "Agreement over time", "day", "answers alike, percent", .bars(agreeing))
    }
    if insight.funnel.settled > 0 {
      add(
        "confidence", "How sure results are", "confidence", "tasks",
        .bars(
          insight.confidences.enumerated().map {
            .init(
              name: "\(Chart.text(Double($0) / 10))–\(Chart.text(Double($0 + 1) / 10))",
              value: Double($1))
          }))
    }
    if !insight.calibration.isEmpty {
      add(
        "calibration", "How right results of that confidence are", "confidence, percent",
        "unchanged by review, percent",
        .lines([
          .init(
            name: "reviewed tasks",
            points: insight.calibration.map {
              .init(
                x: 100 * $0.sure, y: 100 * $0.right,
                range: 100 * $0.interval.lowerBound...100 * $0.interval.upperBound)
            }),
          .init(name: "as sure as right", points: [.init(x: 0, y: 0), .init(x: 100, y: 100)]),
        ]))
    }
    for (place, question) in insight.questions.enumerated() {
      charts += Self.charts(of: question, suffix: place == 0 ? "" : "-\(place + 1)")
    }
    let funnel = insight.funnel
    if funnel.settled > 0 {
      add(
        "review", "Review", "step", "tasks",
        .bars(
          [
            ("settled", funnel.settled), ("waiting", funnel.waiting), ("reviewed", funnel.reviewed),
            ("accepted", funnel.accepted), ("fixed", funnel.fixed), ("rejected", funnel.rejected),
            ("audited", funnel.audited), ("found wrong", funnel.auditedWrong),
          ].map { .init(name: $0.0, value: Double($0.1)) }))
    }
    let judged = gold.filter { $0.gold.judged > 0 }
    if !judged.isEmpty {
      add(
        "gold", "Gold: how many agree with it", "gold tasks, the most missed first",
        "agreeing, percent",
        .bars(
          judged.map {
            .init(
              name: String($0.task.text.suffix(6)),
              value: 100 * Double($0.gold.agreed) / Double($0.gold.judged))
          }))
    }
    return charts
  }

  private static func charts(of question: Insight.Question, suffix: String) -> [Named] {
    var charts = [
      Named(
        name: "confusion" + suffix, about: question.name,
        chart: Chart(
          title: "\(question.name): what is answered where something is true, percent",
          across: "answered", up: "true",
          .matrix(names: question.options, values: question.reliability.confusion)))
    ]
    if question.redundancy.count > 1 {
      charts.append(
        Named(
          name: "cost" + suffix, about: question.name,
          chart: Chart(
            title: "\(question.name): what more answers buy", across: "answers a task, majority",
            up: "as all answers say, percent",
            .lines([
              .init(
                name: "majority",
                points: question.redundancy.enumerated().map {
                  .init(x: Double($0 + 1), y: 100 * $1)
                })
            ]))))
    }
    let workers = zip(question.annotators, question.reliability.workers)
      .filter { $0.1.votes > 0 }.sorted { $0.1.accuracy < $1.1.accuracy }.prefix(40)
    charts.append(
      Named(
        name: "annotators" + suffix, about: question.name,
        chart: Chart(
          title: "\(question.name): annotators, with 90 % intervals",
          across: "annotator, the weakest first",
          up: "right, percent",
          .lines([
            .init(
              name: "accuracy",
              points: workers.enumerated().map { place, worker in
                .init(
                  x: Double(place + 1), y: 100 * worker.1.accuracy,
                  range: 100 * worker.1.interval.lowerBound...100 * worker.1.interval.upperBound)
              })
          ]))))
    return charts
  }

  /// A day as `2026-11-22`.
  private static func date(_ days: Int64) -> String {
    String(Timestamp.text(days * 24 * 3600 * 1000).prefix(10))
  }
}
