import MeteModel
import SeededRandom
import Testing

@testable import MetePrediction

struct AutoregressionTests {
    /// Mean absolute error of the median over the last `scored` demands.
    private func error(of predictor: some Predictor, horizon: Int, on demands: [Double], scored: Int) -> Double {
        var predictor = predictor
        var medians: [Double?] = []
        for demand in demands {
            predictor.observe(demand)
            medians.append(predictor.forecast()?.median)
        }
        let errors = (demands.count - scored..<demands.count).map { index in
            abs(demands[index] - (medians[index - horizon] ?? .infinity))
        }
        return errors.reduce(0, +) / Double(scored)
    }

    @Test func predictsAnAutoregressiveProcessUpToItsInnovations() {
        // x' = 0.8 x + 0.2 e: nobody can predict e, whose mean absolute value is 0.8 of its standard deviation.
        let demands = DemandSeries.autoregressive.demands(4_000)
        let error = error(of: Autoregression(horizon: 1), horizon: 1, on: demands, scored: 2_000)
        #expect(error > 0.15 && error < 0.17)
    }

    @Test(arguments: [1, 10])
    func seesACycleThatTheFallbackDoesNot(horizon: Int) {
        let demands = DemandSeries.sawtooth.demands(2_000)
        let model = error(of: Autoregression(horizon: horizon), horizon: horizon, on: demands, scored: 1_000)
        let fallback = error(of: DecayedPeak(horizon: horizon), horizon: horizon, on: demands, scored: 1_000)
        // The noise is uniform within 0.05: its mean absolute deviation is 0.0125.
        #expect(model < 0.02)
        #expect(fallback > 0.5)
    }

    @Test func waitsUntilItHasResidualsForItsUpperQuantile() {
        var predictor = Autoregression(horizon: 1)
        var first: Int?
        for (index, demand) in DemandSeries.noise.demands(200).enumerated() {
            predictor.observe(demand)
            if first == nil, predictor.forecast() != nil { first = index + 1 }
        }
        // 15 demands fill the lags, the next 15 are learnt from, and 20 more make the residuals.
        #expect(first == 50)
    }

    @Test(arguments: [0.0, 1e-12, 2.5, 1e12])
    func aConstantIsForecastAsItself(value: Double) throws {
        var predictor = Autoregression(horizon: 1)
        for _ in 0..<5_000 { predictor.observe(value) }
        let forecast = try #require(predictor.forecast())
        #expect(abs(forecast.median - value) <= 1e-6 * value)
        #expect(abs(forecast.p99 - value) <= 1e-6 * value)
    }

    @Test func recoversFromALevelShift() throws {
        var predictor = Autoregression(horizon: 1)
        var generator = SplitMix64(seed: 11)
        for _ in 0..<1_000 { predictor.observe(1 + 0.1 * generator.uniform()) }
        for _ in 0..<250 { predictor.observe(8 + 0.1 * generator.uniform()) }
        let forecast = try #require(predictor.forecast())
        #expect(abs(forecast.median - 8.05) < 0.1)
        #expect(forecast.p99 < 8.5)
    }

    @Test func bridgesAShortGapAndFallsSilentInALongOne() {
        var predictor = Autoregression(horizon: 1)
        let demands = DemandSeries.noise.demands(300)
        for demand in demands { predictor.observe(demand) }
        for _ in 0..<Autoregression.mostFilled {
            predictor.skip()
            #expect(predictor.forecast() != nil)
        }
        predictor.skip()
        #expect(predictor.forecast() == nil)
        for demand in demands.prefix(Autoregression.order) { predictor.observe(demand) }
        #expect(predictor.forecast() != nil)
    }

    @Test func startsAgainAfterADemandTooLargeToSquare() {
        var predictor = Autoregression(horizon: 1)
        for demand in DemandSeries.noise.demands(300) { predictor.observe(demand) }
        predictor.observe(1e300)
        #expect(predictor.forecast() == nil)
        for demand in DemandSeries.noise.demands(300) { predictor.observe(demand) }
        #expect(predictor.forecast() != nil)
    }
}
