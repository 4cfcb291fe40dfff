import MeteModel
import SeededRandom
import Testing

@testable import MetePrediction

struct DemandForecasterTests {
    private static let tick = 100 * Nanoseconds.perMillisecond

    private func forecaster(_ horizons: [Int] = [1], networks: Set<NetworkSettings.Architecture> = [])
        -> DemandForecaster
    {
        var settings = ForecastSettings(ceiling: 64, tick: Self.tick, lifetimeTicks: 5)
        settings.horizons = horizons
        settings.networks = networks
        return DemandForecaster(settings)
    }

    private func instant(_ tick: Int) -> Instant { Instant(nanoseconds: Nanoseconds(tick) * Self.tick) }

    /// Observes the demands as ticks 0, 1, …, and returns the forecast after each.
    @discardableResult
    private func run(
        _ forecaster: inout DemandForecaster, _ demands: [Double?], from start: Int = 0, horizon: Int = 1
    ) -> [Forecast?] {
        demands.enumerated().map { index, demand in
            forecaster.observe(demand, at: instant(start + index))
            return forecaster.forecast(at: instant(start + index), horizon: horizon)
        }
    }

    @Test func knowsNothingBeforeTheFirstValidSample() {
        var forecaster = forecaster()
        #expect(forecaster.forecast(at: instant(0)) == nil)
        run(&forecaster, [nil, .nan])
        #expect(forecaster.forecast(at: instant(2)) == nil)
    }

    @Test func theFallbackDecidesFromTheFirstSampleUntilTheCombinationIsScored() throws {
        var forecaster = forecaster()
        let forecasts = run(&forecaster, DemandSeries.noise.demands(40))
        let first = try #require(forecasts[0])
        #expect(first.source == .decayedPeak)
        #expect(first.reason == .tooFewSamples(source: .combination, scored: 0, needed: 30))
        #expect(first.calibration == .unknown)
        #expect(forecasts.prefix(30).allSatisfy { $0?.source == .decayedPeak })
        #expect(forecasts.dropFirst(30).allSatisfy { $0?.source == .combination })
    }

    @Test(arguments: [
        (nil, SampleFault.missing),
        (.nan, .notANumber),
        (.infinity, .infinite),
        (-.infinity, .infinite),
        (-0.1, .negative(-0.1)),
        (64.1, .aboveCeiling(64.1, ceiling: 64)),
        (1e300, .aboveCeiling(1e300, ceiling: 64)),
    ])
    func aFaultySampleIsNamedAndReachesNoModel(demand: Double?, fault: SampleFault) throws {
        var faulty = forecaster()
        var missing = forecaster()
        let demands = DemandSeries.sawtooth.demands(400)
        run(&faulty, Array(demands[..<300]))
        run(&missing, Array(demands[..<300]))
        #expect(faulty.forecast(at: instant(299))?.source == .combination)

        #expect(faulty.observe(demand, at: instant(300)) == fault)
        missing.observe(nil, at: instant(300))
        let forecast = try #require(faulty.forecast(at: instant(300)))
        #expect(forecast.source == .decayedPeak)
        #expect(forecast.reason == .invalidSample(fault))
        #expect(forecast.expires == instant(304))
        // Whatever was wrong, it is as though nothing had been measured.
        #expect(
            run(&faulty, Array(demands[301...]), from: 301) == run(&missing, Array(demands[301...]), from: 301))
    }

    @Test func aSampleOfAnEarlierTickIsStale() throws {
        var forecaster = forecaster()
        run(&forecaster, DemandSeries.noise.demands(100))
        #expect(forecaster.observe(60, at: instant(99)) == .stale)
        #expect(forecaster.observe(60, at: instant(50)) == .stale)
        #expect(forecaster.forecast(at: instant(99))?.reason == .invalidSample(.stale))
        #expect(forecaster.observe(2, at: instant(100)) == nil)
        #expect(try #require(forecaster.forecast(at: instant(100))).demand.p99 < 10)
    }

    @Test func theCombinationSpeaksAgainAtTheNextValidSample() {
        var forecaster = forecaster()
        let demands = DemandSeries.sawtooth.demands(302)
        run(&forecaster, Array(demands[..<300]) + [nil])
        #expect(run(&forecaster, [demands[301]], from: 301)[0]?.source == .combination)
    }

    @Test func noForecastOutlivesItsExpiry() {
        var forecaster = forecaster()
        run(&forecaster, DemandSeries.noise.demands(300))
        // The last valid sample was at tick 299, and forecasts live for 5 ticks.
        for tick in 300..<304 {
            forecaster.observe(nil, at: instant(tick))
            #expect(forecaster.forecast(at: instant(tick))?.expires == instant(304))
        }
        #expect(forecaster.forecast(at: Instant(nanoseconds: instant(304).nanoseconds - 1)) != nil)
        #expect(forecaster.forecast(at: instant(304)) == nil)
        #expect(forecaster.forecast(at: instant(1_000)) == nil)
        #expect(run(&forecaster, [1], from: 305)[0]?.expires == instant(310))
    }

    @Test func nothingIsScoredAcrossATimeThatNobodySaw() throws {
        var forecaster = forecaster()
        run(&forecaster, DemandSeries.noise.demands(100))
        let before = try #require(forecaster.forecast(at: instant(99))).calibration.samples
        run(&forecaster, [40], from: 5_000)
        #expect(try #require(forecaster.forecast(at: instant(5_000))).calibration.samples == before)
    }

    @Test func everyHorizonHasItsOwnForecast() throws {
        var forecaster = forecaster([1, 10, 100])
        // A cycle of 60 ticks: after 1,200 of them the next tick is of phase 0, the tenth of phase 9, the hundredth of phase 39.
        run(&forecaster, (0..<1_200).map { Double($0 % 60) / 10 })
        let medians = try [1, 10, 100].map {
            try #require(forecaster.forecast(at: instant(1_199), horizon: $0)).demand.median
        }
        #expect(abs(medians[0] - 0) < 0.3 && abs(medians[1] - 0.9) < 0.3 && abs(medians[2] - 3.9) < 0.3, "\(medians)")
        #expect(forecaster.forecast(at: instant(1_199), horizon: 7) == nil)
    }

    @Test func confidenceIsMeasured() throws {
        var forecaster = forecaster()
        let last = try #require(run(&forecaster, DemandSeries.noise.demands(2_000))[1_999])
        // Of noise with a deviation of 0.5: its 0.95 quantile is 0.82 above the median, and loses 0.052 there.
        #expect(last.calibration.samples == 256)
        #expect(abs(last.calibration.coverage - 0.95) < 0.03)
        #expect(abs(last.calibration.width - 0.82) < 0.15)
        #expect(abs(last.calibration.pinballLoss - 0.052) < 0.02)
        guard case .weighted(_, let share, _, let second) = last.reason else {
            Issue.record("\(last.reason)")
            return
        }
        #expect(share >= second && share <= 1 && second >= 0)
    }

    private func forecasts(
        _ architecture: NetworkSettings.Architecture, _ quantiles: Quantiles
    ) -> NetworkForecasts {
        var forecasts = NetworkForecasts()
        forecasts[architecture, .one] = quantiles
        return forecasts
    }

    @Test(arguments: zip([NetworkSettings.Architecture.lstm, .attention], [ForecastExpert.lstm, .attention]))
    func aNetworkThatKnowsMoreIsHeard(architecture: NetworkSettings.Architecture, expert: ForecastExpert) throws {
        // The other says nothing, and takes no weight from it.
        var forecaster = forecaster(networks: [.lstm, .attention])
        let demands = DemandSeries.noise.demands(601)
        for (index, demand) in demands.dropLast().enumerated() {
            // It knows the next demand.
            let next = demands[index + 1]
            forecaster.observe(demand, at: instant(index), networks: forecasts(architecture, Quantiles(point: next)))
        }
        let forecast = try #require(forecaster.forecast(at: instant(599)))
        #expect(abs(forecast.demand.median - demands[600]) < 0.05)
        guard case .weighted(expert, let share, _, _) = forecast.reason else {
            Issue.record("\(forecast.reason)")
            return
        }
        #expect(share > 0.9)
    }

    @Test(arguments: [
        Quantiles(median: 3, p90: 2, p95: 1, p99: 0), Quantiles(point: .nan), Quantiles(point: -1),
        Quantiles(median: 1, p90: 2, p95: 3, p99: .nan),
    ])
    func aNetworkThatSaysNoDistributionIsNotHeard(quantiles: Quantiles) {
        var nonsense = forecaster(networks: [.lstm])
        var silent = forecaster(networks: [.lstm])
        for (index, demand) in DemandSeries.noise.demands(200).enumerated() {
            nonsense.observe(demand, at: instant(index), networks: forecasts(.lstm, quantiles))
            silent.observe(demand, at: instant(index))
        }
        #expect(nonsense.forecast(at: instant(199)) == silent.forecast(at: instant(199)))
    }

    @Test func aCombinationThatGoesBadIsSetAsideAndStartsAgain() {
        var settings = ForecastSettings(ceiling: 64, tick: Self.tick)
        // Nothing covers as much as is asked for here.
        settings.leastCoverage = 1.01
        var forecaster = DemandForecaster(settings)
        let forecasts = run(&forecaster, DemandSeries.noise.demands(200))
        #expect(forecasts[119]?.source == .combination)
        guard case .poorCoverage(.combination, let coverage, 1.01) = forecasts[125]?.reason else {
            Issue.record("\(String(describing: forecasts[125]?.reason))")
            return
        }
        #expect(coverage > 0.8)
        #expect(forecasts[125]?.source == .decayedPeak)
        // It decides again once 30 forecasts of the new one were scored.
        #expect(forecasts[160]?.source == .combination)
        #expect(forecasts[160]?.calibration.samples ?? 0 < 60)
    }

    @Test func coverageIsBackSoonAfterALevelShift() {
        var generator = SplitMix64(seed: 12)
        var shortfalls = 0
        for seed in 0..<10 {
            var forecaster = forecaster()
            generator = SplitMix64(seed: UInt64(100 + seed))
            let before = (0..<800).map { _ in max(0, 10 + generator.normal()) }
            let after = (0..<200).map { _ in max(0, 15 + generator.normal()) }
            let forecasts = run(&forecaster, before + after)
            // From the 30th tick after the shift of five deviations on, nine in ten at least.
            let covered = (830..<930).count { (before + after)[$0] <= forecasts[$0 - 1]?.demand.p95 ?? 0 }
            if covered < 90 { shortfalls += 1 }
        }
        #expect(shortfalls == 0)
    }
}
