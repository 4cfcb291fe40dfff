import MeteModel
import SeededRandom
import Testing

@testable import MetePrediction

/// What holds for every predictor of the roster, on every kind of series.
struct PredictorContractTests {
    private func predictors(horizon: Int) -> [any Predictor] {
        [PredictorRoster.fallback(horizon: horizon)] + PredictorRoster.experts(horizon: horizon)
    }

    private func forecasts(_ predictor: any Predictor, _ demands: [Double?]) -> [Quantiles?] {
        var predictor = predictor
        return demands.map { demand in
            if let demand { predictor.observe(demand) } else { predictor.skip() }
            return predictor.forecast()
        }
    }

    /// One tick in ten is a gap.
    private func withGaps(_ demands: [Double], seed: UInt64) -> [Double?] {
        var generator = SplitMix64(seed: seed)
        return demands.map { generator.uniform() < 0.1 ? nil : $0 }
    }

    @Test(arguments: DemandSeries.allCases, [1, 10])
    func quantilesAreFiniteAndNotNegativeAndDoNotCross(series: DemandSeries, horizon: Int) {
        for seed in 0..<5 as Range<UInt64> {
            let demands = withGaps(series.demands(1_000, seed: seed), seed: seed)
            for predictor in predictors(horizon: horizon) {
                let broken = forecasts(predictor, demands).compactMap { $0 }.filter { forecast in
                    forecast.median < 0 || forecast.values != forecast.values.sorted() || !forecast.p99.isFinite
                }
                #expect(broken.isEmpty, "\(type(of: predictor).source), seed \(seed)")
            }
        }
    }

    @Test(arguments: DemandSeries.allCases)
    func sameDemandsGiveTheSameForecasts(series: DemandSeries) {
        let demands = withGaps(series.demands(500), seed: 1)
        for predictor in predictors(horizon: 3) {
            #expect(forecasts(predictor, demands) == forecasts(predictor, demands))
        }
    }

    @Test(arguments: [1, 10])
    func theFutureChangesNoPastForecast(horizon: Int) {
        let past = withGaps(DemandSeries.autoregressive.demands(400), seed: 2)
        let futures = [DemandSeries.spikes, .zeros].map { $0.demands(100).map(Optional.some) }
        for predictor in predictors(horizon: horizon) {
            let seen = forecasts(predictor, past)
            #expect(seen.contains { $0 != nil })
            for future in futures {
                #expect(Array(forecasts(predictor, past + future).prefix(past.count)) == seen)
            }
        }
    }

    @Test(arguments: [DemandSeries.noise, .autoregressive], [1, 10])
    func quantilesCoverWhatTheySayOnStationaryNoise(series: DemandSeries, horizon: Int) {
        let demands = series.demands(12_000)
        for predictor in predictors(horizon: horizon) {
            let forecasts = forecasts(predictor, demands)
            var covered = [0.0, 0, 0, 0]
            var count = 0.0
            for index in 2_000..<demands.count {
                guard let forecast = forecasts[index - horizon] else { continue }
                count += 1
                for (level, value) in forecast.values.enumerated() where demands[index] <= value { covered[level] += 1 }
            }
            #expect(count == 10_000)
            // The median of the fallback is a level, not a residual quantile: wider bounds.
            let tolerances = [0.05, 0.02, 0.015, 0.01]
            for (index, level) in Quantiles.levels.enumerated() {
                #expect(
                    abs(covered[index] / count - level) < tolerances[index],
                    "\(type(of: predictor).source) at \(level)")
            }
        }
    }
}
