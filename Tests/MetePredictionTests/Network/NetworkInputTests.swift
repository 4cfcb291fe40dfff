import MeteModel
import SeededRandom
import Testing

@testable import MetePrediction

/// Whatever comes in, forecasts are finite, not negative and do not cross, and learning goes on.
struct NetworkInputTests {
    static let architectures = [NetworkSettings.lstm, .attention]

    private func isSound(_ forecast: Quantiles) -> Bool {
        forecast.median >= 0 && forecast.values == forecast.values.sorted() && forecast.p99.isFinite
    }

    /// Forecasts one tick ahead after each tick; checks those of all horizons.
    private func forecasts(_ settings: NetworkSettings, _ demands: [Double?]) -> [Quantiles?] {
        var model = SequenceModel(settings, seed: 3)
        var unsound = 0
        let forecasts = demands.map { demand in
            model.step(demand)
            for horizon in NetworkHorizon.allCases {
                if let forecast = model.forecast(horizon), !isSound(forecast) { unsound += 1 }
            }
            return model.forecast(.one)
        }
        #expect(unsound == 0)
        return forecasts
    }

    @Test(arguments: architectures, DemandSeries.allCases)
    func forecastsAreSoundOnEverySeries(settings: NetworkSettings, series: DemandSeries) {
        #expect(forecasts(settings, series.demands(400)).last != nil)
    }

    @Test(arguments: architectures)
    func forecastsAreSoundAfterABadDemand(settings: NetworkSettings) {
        for bad in [Double.nan, .infinity, -.infinity, -1, -.greatestFiniteMagnitude] {
            var demands = DemandSeries.noise.demands(300).map(Optional.some)
            for tick in stride(from: 0, to: 300, by: 7) { demands[tick] = bad }
            let gaps = demands.map { $0 == nil || !($0 ?? 0).isFinite || ($0 ?? 0) < 0 ? nil : $0 }
            #expect(forecasts(settings, demands) == forecasts(settings, gaps), "\(bad) is a gap")
        }
    }

    @Test(arguments: architectures)
    func hugeAndTinyDemandsInTurnAreSound(settings: NetworkSettings) {
        let extremes = [Double.greatestFiniteMagnitude, 0, .leastNonzeroMagnitude, 1e308, 1, 1e-300]
        var generator = SplitMix64(seed: 5)
        let demands = (0..<400).map { _ in Optional(generator.pick(extremes)) }
        #expect(forecasts(settings, demands).last != nil)
    }

    @Test(arguments: architectures)
    func onlyGapsGiveNoForecast(settings: NetworkSettings) {
        #expect(forecasts(settings, Array(repeating: nil, count: 50)).allSatisfy { $0 == nil })
    }

    @Test(arguments: architectures)
    func longGapKeepsForecastsNearTheLastDemand(settings: NetworkSettings) throws {
        let demands = DemandSeries.noise.demands(500).map(Optional.some) + Array(repeating: nil, count: 200)
        let forecast = try #require(forecasts(settings, demands).last ?? nil)
        #expect(forecast.median < 10 && forecast.p99 < 20)
    }

    @Test(arguments: architectures)
    func announcedFeaturesThatAreNotFiniteCountAsNothing(settings: NetworkSettings) {
        var told = SequenceModel(settings, seed: 3)
        var untold = SequenceModel(settings, seed: 3)
        for demand in DemandSeries.noise.demands(100) {
            told.step(demand, announced: [.nan, .infinity, -.infinity, 0])
            untold.step(demand)
            #expect(told.forecast(.one) == untold.forecast(.one))
        }
    }

    @Test(arguments: architectures)
    func constantDemandIsForecastExactly(settings: NetworkSettings) throws {
        let series = DemandSeries.constant.demands(400).map(Optional.some)
        let forecast = try #require(forecasts(settings, series).last ?? nil)
        #expect(abs(forecast.median - 2.5) < 0.01)
        #expect(forecast.p99 - forecast.median < 0.01)
    }

    /// The upper quantile is above nearly all demands again soon after demand has quadrupled for good.
    @Test(arguments: architectures)
    func levelShiftIsFollowed(settings: NetworkSettings) {
        let noise = DemandSeries.noise.demands(1_600)
        let demands = noise.enumerated().map { Optional($1 + ($0 < 800 ? 0 : 8)) }
        let forecasts = forecasts(settings, demands)
        let covered = (830..<1_600).filter { (demands[$0] ?? 0) <= forecasts[$0 - 1]?.p95 ?? 0 }.count
        #expect(Double(covered) / 770 > 0.85)
    }
}
