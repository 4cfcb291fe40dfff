package import MeteModel
package import MetePrediction

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

    /// - Parameters:
    ///   - horizon: ticks ahead, at least 1.
    ///   - networks: those that are learned beside the experts; they forecast 1, 10 and 100 ticks ahead only.
    package init(_ series: EvaluatedSeries, horizon: Int, networks: ForecasterPool.Networks = .chosen) {
        var pool = ForecasterPool(tick: .perSecond, horizons: [horizon], networks: networks)
        let slot = pool.add(ceiling: Self.ceiling, name: series.name)
        let experts = ForecastExpert.allCases
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
            pool.gather(slot, demand: demand)
            pool.step(at: now)
            for (method, expert) in experts.enumerated() {
                waiting[index % horizon][method] = pool.quantiles(slot, of: expert, horizon: horizon)
            }
            waiting[index % horizon][experts.count] = pool.forecast(slot, at: now)?.demand
        }
        self.scores = scores.filter { $0.count > 0 }
    }

    /// What observing a demand of the series and forecasting takes on average; nil of an empty one.
    package static func cost(of series: EvaluatedSeries, horizons: [Int]) -> Duration? {
        guard !series.demands.isEmpty else { return nil }
        var pool = ForecasterPool(tick: .perSecond, horizons: horizons)
        let slot = pool.add(ceiling: ceiling, name: series.name)
        let clock = ContinuousClock()
        let start = clock.now
        for (index, demand) in series.demands.enumerated() {
            let now = instant(index)
            pool.gather(slot, demand: demand)
            pool.step(at: now)
            for horizon in horizons { _ = pool.forecast(slot, at: now, horizon: horizon) }
        }
        return (clock.now - start) / series.demands.count
    }

    /// Whatever is finite and not negative may be a demand.
    private static let ceiling = 1e30

    /// Ticks are a second long whatever the series' step is: only their order matters.
    private static func instant(_ index: Int) -> Instant {
        Instant(nanoseconds: Nanoseconds(index) * .perSecond)
    }
}
