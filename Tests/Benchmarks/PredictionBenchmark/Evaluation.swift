import Foundation
import MeteEvaluation
import MetePrediction

/// Forecasts every trace `horizon` steps ahead and says how well each expert and the combination did.
struct Evaluation {
    /// One method on one trace.
    struct Row {
        let trace: String
        let collection: String
        let method: String
        let mae: Double
        let pinball: Double
        let coverage: Double
        /// Share of the scored part of the trace for which there was a forecast.
        let share: Double
        /// Relative to the best baseline of the trace, where there is one that is not perfect.
        let relativeMAE: Double?
        let relativePinball: Double?
    }

    let rows: [Row]
    private let methods: [String]

    init(
        _ series: [EvaluatedSeries], baselines: Baselines, horizon: Int, networks: ForecasterPool.Networks
    ) {
        var rows: [Row] = []
        var methods: [String] = []
        for one in series {
            for score in SeriesEvaluation(one, horizon: horizon, networks: networks).scores {
                if !methods.contains(score.method) { methods.append(score.method) }
                let (mae, pinball) = (score.mae, score.pinballLoss95)
                rows.append(
                    Row(
                        trace: one.name, collection: String(one.name.prefix { $0 != "/" }), method: score.method,
                        mae: mae, pinball: pinball, coverage: score.coverage95,
                        share: Double(score.count) / Double(one.demands.count - one.warmUp),
                        relativeMAE: baselines.leastMAE(of: one.name).flatMap { $0 > 0 ? mae / $0 : nil },
                        relativePinball: baselines.leastPinball(of: one.name).flatMap { $0 > 0 ? pinball / $0 : nil }))
            }
        }
        self.rows = rows
        self.methods = methods
    }

    func printSeries() {
        print("file,method,mae,pinball,coverage")
        for row in rows {
            print("\(row.trace),\(row.method),\(row.mae.text(5)),\(row.pinball.text(5)),\(row.coverage.text(5))")
        }
    }

    func printSummary() {
        print(
            line(
                "collection", "method",
                ["series", "mae", "pinball95", "coverage", "least", "forecast", "rel.mae", "rel.pinball"]))
        var collections: [String] = []
        for row in rows where !collections.contains(row.collection) { collections.append(row.collection) }
        for collection in collections + ["all"] {
            for method in methods {
                let chosen = rows.filter { $0.method == method && (collection == "all" || $0.collection == collection) }
                guard !chosen.isEmpty else { continue }
                let coverages = chosen.map(\.coverage).sorted()
                print(
                    line(
                        collection, method,
                        [
                            "\(chosen.count)", chosen.map(\.mae).mean.text(4), chosen.map(\.pinball).mean.text(4),
                            coverages[coverages.count / 2].text(3), coverages[0].text(3),
                            chosen.map(\.share).mean.text(3),
                            chosen.compactMap(\.relativeMAE).geometricMean.text(3),
                            chosen.compactMap(\.relativePinball).geometricMean.text(3),
                        ]))
            }
        }
        print(
            "mae, pinball95: mean over series, in standard deviations; coverage of the 0.95 quantile: median and lowest"
        )
        print(
            "series; forecast: share of samples that had one; rel.: geometric mean of the loss relative to the best baseline of each series in hindsight"
        )
    }

    private func line(_ collection: String, _ method: String, _ fields: [String]) -> String {
        collection.padding(toLength: 13, withPad: " ", startingAt: 0)
            + method.padding(toLength: 15, withPad: " ", startingAt: 0)
            + fields.map { String(repeating: " ", count: max(1, 12 - $0.count)) + $0 }.joined()
    }
}

extension [Double] {
    fileprivate var mean: Double { isEmpty ? .nan : reduce(0, +) / Double(count) }
    fileprivate var geometricMean: Double {
        let logarithms = filter { $0 > 0 }.map { log($0) }
        return logarithms.isEmpty ? .nan : exp(logarithms.mean)
    }
}

extension Double {
    func text(_ decimals: Int) -> String { String(format: "%.\(decimals)f", self) }
}
