/// How much of the variance of ratings lies between the things that are rated: the intraclass correlations
/// of one rating, where every rater rated everything.
///
/// With the mean squares of a two-way analysis of variance over n things and k raters, BMS between things,
/// WMS within, JMS between raters, EMS of the residual:
/// ICC(1,1) = (BMS − WMS) / (BMS + (k − 1) WMS): other raters for each thing;
/// ICC(2,1) = (BMS − EMS) / (BMS + (k − 1) EMS + k (JMS − EMS) / n): raters drawn from many;
/// ICC(3,1) = (BMS − EMS) / (BMS + (k − 1) EMS): just these raters, whose own levels do not matter.
///
/// Shrout & Fleiss, *Intraclass Correlations: Uses in Assessing Rater Reliability*, Psych. Bull. 86, 1979.
package struct IntraclassCorrelation: Hashable, Sendable {
  package var oneWay: Double
  package var randomRaters: Double
  package var fixedRaters: Double

  /// - Parameter ratings: a row for each thing, a column for each rater.
  /// - Returns: nil for fewer than two things or raters, rows of unequal length, numbers that are not
  ///   finite, and where nothing varies.
  /// - Complexity: O(ratings)
  package init?(_ ratings: [[Double]]) {
    let (n, k) = (ratings.count, ratings.first?.count ?? 0)
    guard n > 1, k > 1, ratings.allSatisfy({ $0.count == k && $0.allSatisfy(\.isFinite) }) else {
      return nil
    }
    let (things, raters) = (Double(n), Double(k))
    let rows = ratings.map { $0.reduce(0, +) / raters }
    let columns = (0..<k).map { rater in ratings.reduce(0) { $0 + $1[rater] } / things }
    let mean = rows.reduce(0, +) / things
    func square(_ x: Double) -> Double { x * x }
    let total = ratings.joined().reduce(0) { $0 + square($1 - mean) }
    guard total > 0 else { return nil }
    let between = raters * rows.reduce(0) { $0 + square($1 - mean) }
    let judges = things * columns.reduce(0) { $0 + square($1 - mean) }
    let bms = between / (things - 1)
    let wms = (total - between) / (things * (raters - 1))
    let jms = judges / (raters - 1)
    let ems = (total - between - judges) / ((things - 1) * (raters - 1))
    func ratio(_ over: Double, _ under: Double) -> Double { under == 0 ? 0 : over / under }
    oneWay = ratio(bms - wms, bms + (raters - 1) * wms)
    randomRaters = ratio(bms - ems, bms + (raters - 1) * ems + raters * (jms - ems) / things)
    fixedRaters = ratio(bms - ems, bms + (raters - 1) * ems)
  }
}
