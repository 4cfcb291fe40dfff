import Foundation
import MeteModel
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

    init(traces: [Trace], baselines: Baselines, horizon: Int) {
        var rows: [Row] = []
        var methods: [String] = []
        for trace in traces {
            for (method, losses) in Self.forecast(trace, horizon: horizon) where losses.count > 0 {
                if !methods.contains(method) { methods.append(method) }
                let mae = losses.mae(deviation: trace.deviation)
                let pinball = losses.pinball(deviation: trace.deviation)
                rows.append(
                    Row(
                        trace: trace.file, collection: trace.collection, method: method, mae: mae, pinball: pinball,
                        coverage: losses.coverage, share: losses.count / Double(trace.values.count - trace.warmUp),
                        relativeMAE: baselines.leastMAE(of: trace.file).flatMap { $0 > 0 ? mae / $0 : nil },
                        relativePinball: baselines.leastPinball(of: trace.file).flatMap { $0 > 0 ? pinball / $0 : nil })
                )
            }
        }
        self.rows = rows
        self.methods = methods
    }

    /// Losses by method; the combination is the last, called `mete`.
    private static func forecast(_ trace: Trace, horizon: Int) -> [(String, Losses)] {
        let tick = Nanoseconds.perSecond
        var settings = ForecastSettings(ceiling: 1e15, tick: tick)
        settings.horizons = [horizon]
        var forecaster = DemandForecaster(settings)
        let experts = ForecastExpert.allCases.filter { $0 != .network }
        var losses = experts.map { ($0.rawValue, Losses()) } + [("mete", Losses())]
        // What was forecast after each of the last `horizon` ticks.
        var waiting: [[Quantiles?]] = []
        for (index, demand) in trace.values.enumerated() {
            if waiting.count == horizon {
                let due = waiting.removeFirst()
                if index >= trace.warmUp {
                    for (method, forecast) in due.enumerated() {
                        if let forecast { losses[method].1.add(forecast, demand: demand) }
                    }
                }
            }
            let now = Instant(nanoseconds: Nanoseconds(index) * tick)
            forecaster.observe(demand, at: now)
            waiting.append(
                experts.map { forecaster.quantiles(of: $0, horizon: horizon) }
                    + [forecaster.forecast(at: now, horizon: horizon)?.demand])
        }
        return losses
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
