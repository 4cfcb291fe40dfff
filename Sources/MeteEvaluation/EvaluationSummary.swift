internal import Foundation
internal import MeteModel

/// How each method did over many series.
package struct EvaluationSummary: Sendable {
    package struct Row: Sendable {
        package let method: String
        /// Series on which it forecast anything.
        package private(set) var series = 0
        private var mae: [Double] = []
        private var pinball: [Double] = []
        private var coverages: [Double] = []
        private var longCoverages: [Double] = []
        private var relativeMAE: [Double] = []
        private var relativePinball: [Double] = []

        fileprivate init(method: String) { self.method = method }

        fileprivate mutating func add(_ score: MethodScore, of name: String, _ baselines: Baselines?) {
            series += 1
            mae.append(score.mae)
            pinball.append(score.pinballLoss95)
            coverages.append(score.coverage95)
            if score.count >= EvaluationSummary.longSeries { longCoverages.append(score.coverage95) }
            if let best = baselines?.leastMAE(of: name), best > 0, score.mae > 0 {
                relativeMAE.append(score.mae / best)
            }
            if let best = baselines?.leastPinball(of: name), best > 0, score.pinballLoss95 > 0 {
                relativePinball.append(score.pinballLoss95 / best)
            }
        }

        /// Mean over the series, in standard deviations of each.
        package var meanMAE: Double { mae.mean }
        package var meanPinball: Double { pinball.mean }
        /// Coverage of the 0.95 quantile: of the series in the middle, and the lowest of all.
        package var medianCoverage: Double { coverages.sorted()[coverages.count / 2] }
        package var leastCoverage: Double { coverages.min() ?? .nan }
        /// Of the series with `longSeries` scored values or more, how many have a coverage from 0.94 to 0.96, and how many they are.
        package var calibrated: (series: Int, of: Int) {
            (longCoverages.count { (0.94...0.96).contains($0) }, longCoverages.count)
        }
        /// Geometric mean of the loss relative to the best baseline of each series, chosen in hindsight; nil without baselines. Series on
        /// which either has no loss at all are left out: they have no ratio.
        package var relativeMeanMAE: Double? { relativeMAE.isEmpty ? nil : relativeMAE.geometricMean }
        package var relativeMeanPinball: Double? { relativePinball.isEmpty ? nil : relativePinball.geometricMean }
    }

    /// Scored values from which on a coverage says something: a deviation of 0.01 is then more than one standard error.
    package static let longSeries = 1_000

    /// The experts in their order, and at last the combination; those that forecast anything.
    package private(set) var rows: [Row] = []
    /// Series that were added.
    package private(set) var series = 0
    private let baselines: Baselines?

    /// - Parameter baselines: what losses are compared with; nil for nothing.
    package init(_ baselines: Baselines? = nil) { self.baselines = baselines }

    private static func place(of method: String) -> Int {
        ForecastExpert.allCases.firstIndex { $0.rawValue == method } ?? ForecastExpert.allCases.count
    }

    package mutating func add(_ evaluation: SeriesEvaluation, of series: EvaluatedSeries) {
        self.series += 1
        for score in evaluation.scores {
            let index = rows.firstIndex { $0.method == score.method } ?? rows.count
            if index == rows.count { rows.append(Row(method: score.method)) }
            rows[index].add(score, of: series.name, baselines)
        }
        rows.sort { Self.place(of: $0.method) < Self.place(of: $1.method) }
    }
}

extension [Double] {
    fileprivate var mean: Double { reduce(0, +) / Double(count) }
    fileprivate var geometricMean: Double { exp(map { log($0) }.mean) }
}
