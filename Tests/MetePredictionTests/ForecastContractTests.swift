import MeteModel
import SeededRandom
import Testing

@testable import MetePrediction

/// What holds of every forecast, on every kind of series.
struct ForecastContractTests {
    private func forecasts(_ demands: [Double?], horizon: Int) -> [Quantiles?] {
        let isHuge = demands.contains { $0 ?? 0 > 1e30 }
        var settings = ForecastSettings(ceiling: isHuge ? 1e300 : 1e30, tick: Nanoseconds.perSecond)
        settings.horizons = [horizon]
        var forecaster = DemandForecaster(settings)
        return demands.enumerated().map { index, demand in
            let now = Instant(nanoseconds: Nanoseconds(index) * .perSecond)
            forecaster.observe(demand, at: now)
            return forecaster.forecast(at: now)?.demand
        }
    }

    /// One tick in ten is a gap.
    private func withGaps(_ demands: [Double], seed: UInt64) -> [Double?] {
        var generator = SplitMix64(seed: seed)
        return demands.map { generator.uniform() < 0.1 ? nil : $0 }
    }

    @Test(arguments: DemandSeries.allCases, [1, 10, 100])
    func quantilesAreFiniteAndNotNegativeAndDoNotCross(series: DemandSeries, horizon: Int) {
        for seed in 0..<2 as Range<UInt64> {
            let demands = withGaps(series.demands(800, seed: seed), seed: seed)
            let broken = forecasts(demands, horizon: horizon).compactMap { $0 }.filter { forecast in
                forecast.median < 0 || forecast.values != forecast.values.sorted() || !forecast.p99.isFinite
            }
            #expect(broken.count == 0, "seed \(seed): \(broken.first.map { "\($0)" } ?? "")")
        }
    }

    @Test(arguments: DemandSeries.allCases)
    func sameDemandsGiveTheSameForecasts(series: DemandSeries) {
        let demands = withGaps(series.demands(400), seed: 1)
        let isSame = forecasts(demands, horizon: 3) == forecasts(demands, horizon: 3)
        #expect(isSame)
    }

    @Test(arguments: [1, 10, 100])
    func theFutureChangesNoPastForecast(horizon: Int) {
        let past = withGaps(DemandSeries.autoregressive.demands(400), seed: 2)
        let seen = forecasts(past, horizon: horizon)
        #expect(seen.contains { $0 != nil })
        for future in [DemandSeries.spikes, .zeros, .growth] {
            let both = past + future.demands(150).map(Optional.some)
            let isSame = Array(forecasts(both, horizon: horizon).prefix(past.count)) == seen
            #expect(isSame, "\(future)")
        }
    }

    @Test func aDelayedFutureDelaysWhatFollowsFromIt() {
        // The same demands, once with the change of regime ten ticks later: equal until the earlier one.
        let calm = DemandSeries.noise.demands(400)
        let early = calm[..<300] + [Double](repeating: 40, count: 50)
        let late = calm[..<310] + [Double](repeating: 40, count: 50)
        let (first, second) = (forecasts(Array(early), horizon: 10), forecasts(Array(late), horizon: 10))
        let isSameBefore = first[..<300] == second[..<300]
        #expect(isSameBefore)
        #expect(first[300] != second[300])
    }

    @Test(arguments: [DemandSeries.noise, .autoregressive, .sawtooth], [1, 10])
    func quantilesCoverWhatTheySay(series: DemandSeries, horizon: Int) {
        let demands = series.demands(4_000)
        let forecasts = forecasts(demands, horizon: horizon)
        var covered = [0.0, 0, 0, 0]
        for index in 1_000..<demands.count {
            guard let forecast = forecasts[index - horizon] else { continue }
            for (level, value) in forecast.values.enumerated() where demands[index] <= value { covered[level] += 1 }
        }
        let tolerances = [0.06, 0.015, 0.01, 0.008]
        for (index, level) in Quantiles.levels.enumerated() {
            let coverage = covered[index] / 3_000
            #expect(abs(coverage - level) < tolerances[index], "\(coverage) at \(level)")
        }
    }

    @Test func aColdStartIsNearItsSteadyStateAfterSixHundredSamples() {
        let demands = DemandSeries.autoregressive.demands(6_000)
        let forecasts = forecasts(demands, horizon: 1)
        func loss(_ range: Range<Int>) -> Double {
            range.reduce(0.0) { sum, index in
                sum + pinballLoss(of: forecasts[index - 1]?.p95 ?? 0, at: 0.95, for: demands[index])
            } / Double(range.count)
        }
        #expect(loss(600..<1_600) < 1.1 * loss(4_000..<6_000))
    }
}
