package import MeteModel
internal import MetePrediction

/// Forecasts a series as the agent would, tick by tick, and scores what was forecast against what then came.
///
/// Every forecast for a tick is made from the demands up to `horizon` ticks before it and nothing else. The warm-up is learnt from
/// and not scored.
package struct SeriesEvaluation: Sendable {
    /// What was forecast for a tick, nil where nothing was, by the ticks of the series.
    package private(set) var forecasts: [Quantiles?]
    /// Each expert's, and at last the combination's, called `mete`; methods without any forecast are left out.
    package let scores: [MethodScore]

    /// The method that is what the agent uses.
    package static let combination = "mete"

    /// - Parameter horizon: ticks ahead, at least 1.
    package init(_ series: EvaluatedSeries, horizon: Int) {
        var forecaster = Self.forecaster(horizon)
        let experts = ForecastExpert.allCases.filter { $0 != .network }
        var scores = (experts.map(\.rawValue) + [Self.combination]).map {
            MethodScore(method: $0, deviation: series.deviation)
        }
        forecasts = Array(repeating: nil, count: series.demands.count)
        // By method, what was forecast for each of the next `horizon` ticks.
        var waiting = Array(repeating: [Quantiles?](repeating: nil, count: scores.count), count: horizon)
        for (index, demand) in series.demands.enumerated() {
            let due = waiting[index % horizon]
            forecasts[index] = due.last ?? nil
            if let demand, index >= series.warmUp {
                for (method, forecast) in due.enumerated() {
                    if let forecast { scores[method].add(forecast, demand: demand) }
                }
            }
            let now = Self.instant(index)
            forecaster.observe(demand, at: now)
            waiting[index % horizon] =
                experts.map { forecaster.quantiles(of: $0, horizon: horizon) }
                + [forecaster.forecast(at: now, horizon: horizon)?.demand]
        }
        self.scores = scores.filter { $0.count > 0 }
    }

    /// What observing a demand of the series and forecasting takes on average; nil of an empty one.
    package static func cost(of series: EvaluatedSeries, horizons: [Int]) -> Duration? {
        guard !series.demands.isEmpty else { return nil }
        var settings = ForecastSettings(ceiling: ceiling, tick: .perSecond)
        settings.horizons = horizons
        var forecaster = DemandForecaster(settings)
        let clock = ContinuousClock()
        let start = clock.now
        for (index, demand) in series.demands.enumerated() {
            let now = instant(index)
            forecaster.observe(demand, at: now)
            for horizon in horizons { _ = forecaster.forecast(at: now, horizon: horizon) }
        }
        return (clock.now - start) / series.demands.count
    }

    /// Whatever is finite and not negative may be a demand.
    private static let ceiling = 1e30

    private static func forecaster(_ horizon: Int) -> DemandForecaster {
        var settings = ForecastSettings(ceiling: ceiling, tick: .perSecond)
        settings.horizons = [horizon]
        return DemandForecaster(settings)
    }

    /// Ticks are a second long whatever the series' step is: only their order matters.
    private static func instant(_ index: Int) -> Instant {
        Instant(nanoseconds: Nanoseconds(index) * .perSecond)
    }
}
