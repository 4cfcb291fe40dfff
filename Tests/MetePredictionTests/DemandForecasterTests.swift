import MeteModel
import SeededRandom
import Testing

@testable import MetePrediction

/// An expert that always says the same.
private struct Fixed<Value: FixedValue>: Predictor {
    static var source: ForecastSource { .autoregressive }
    private var seen = false

    init(horizon: Int) {}
    mutating func observe(_ demand: Double) { seen = true }
    mutating func skip() {}
    func forecast() -> Quantiles? { seen ? Value.quantiles : nil }
}

private protocol FixedValue: Sendable {
    static var quantiles: Quantiles { get }
}

/// An expert that says nothing for 100 ticks and 11 from then on.
private struct Late: Predictor {
    static let source = ForecastSource.autoregressive
    private var ticks = 0

    init(horizon: Int) {}
    mutating func observe(_ demand: Double) { ticks += 1 }
    mutating func skip() { ticks += 1 }
    func forecast() -> Quantiles? { ticks < 100 ? nil : Quantiles(point: 11) }
}

private enum Ten: FixedValue { static let quantiles = Quantiles(point: 10) }
private enum ABitLess: FixedValue { static let quantiles = Quantiles(point: 9.97) }
private enum Less: FixedValue { static let quantiles = Quantiles(point: 9.9) }
private enum Zero: FixedValue { static let quantiles = Quantiles(point: 0) }
private enum Crossing: FixedValue { static let quantiles = Quantiles(median: 3, p90: 2, p95: 1, p99: 0) }
private enum NotANumber: FixedValue { static let quantiles = Quantiles(point: .nan) }

struct DemandForecasterTests {
    private static let tick = 100 * Nanoseconds.perMillisecond

    private func settings(_ class: ComponentClass = .throughput) -> ForecastSettings {
        ForecastSettings(class: `class`, ceiling: 64, tick: Self.tick, lifetimeTicks: 5)
    }

    private func instant(_ tick: Int) -> Instant { Instant(nanoseconds: Nanoseconds(tick) * Self.tick) }

    /// Observes the demands as ticks 0, 1, …, and returns the forecast after each.
    @discardableResult
    private func run(_ forecaster: inout DemandForecaster, _ demands: [Double?], from start: Int = 0) -> [Forecast?] {
        demands.enumerated().map { index, demand in
            forecaster.observe(demand, at: instant(start + index))
            return forecaster.forecast(at: instant(start + index))
        }
    }

    private func scripted(_ expert: any Predictor) -> DemandForecaster {
        DemandForecaster(settings(), fallback: DecayedPeak(horizon: 1), experts: [expert])
    }

    @Test func knowsNothingBeforeTheFirstValidSample() {
        var forecaster = DemandForecaster(settings())
        #expect(forecaster.forecast(at: instant(0)) == nil)
        run(&forecaster, [nil, .nan])
        #expect(forecaster.forecast(at: instant(2)) == nil)
    }

    @Test func theFallbackDecidesFromTheFirstSample() throws {
        var forecaster = DemandForecaster(settings())
        let forecast = try #require(run(&forecaster, [1.5])[0])
        #expect(forecast.source == .decayedPeak)
        #expect(forecast.demand.median == 1.5)
        #expect(forecast.reason == .notReady(source: .autoregressive))
        #expect(forecast.calibration == .unknown)
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
    func aFaultySampleIsNamedAndLeavesTheFallbackAsItWas(demand: Double?, fault: SampleFault) throws {
        var forecaster = DemandForecaster(settings())
        run(&forecaster, DemandSeries.sawtooth.demands(300))
        let fallback = forecaster.trials[0].latest
        #expect(forecaster.forecast(at: instant(299))?.source == .autoregressive)

        #expect(forecaster.observe(demand, at: instant(300)) == fault)
        let forecast = try #require(forecaster.forecast(at: instant(300)))
        #expect(forecast.source == .decayedPeak)
        #expect(forecast.reason == .invalidSample(fault))
        #expect(forecast.demand == fallback)
        #expect(forecast.expires == instant(304))
    }

    @Test func theModelSpeaksAgainAtTheNextValidSample() {
        var forecaster = DemandForecaster(settings())
        let demands = DemandSeries.sawtooth.demands(302)
        run(&forecaster, Array(demands[..<300]) + [nil])
        #expect(run(&forecaster, [demands[301]], from: 301)[0]?.source == .autoregressive)
    }

    @Test func noForecastOutlivesItsExpiry() {
        var forecaster = DemandForecaster(settings())
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

    @Test func anExpertMustBeScoredBeforeItDecides() {
        var forecaster = scripted(Fixed<Ten>(horizon: 1))
        let forecasts = run(
            &forecaster, [Double](repeating: 10, count: 20) + (0..<40).map { $0.isMultiple(of: 2) ? 9 : 10 })
        #expect(forecasts[20]?.reason == .tooFewSamples(source: .autoregressive, scored: 20, needed: 30))
        #expect(forecasts.prefix(30).allSatisfy { $0?.source == .decayedPeak })
    }

    @Test func theChoiceFollowsTheRegime() {
        var forecaster = scripted(Fixed<Ten>(horizon: 1))
        var generator = SplitMix64(seed: 21)
        // Between 8 and 10 at random, a bound of 10 is hard to beat; around 2 it is eight too high.
        let high = (0..<300).map { _ in 8 + 2 * generator.uniform() }
        let low = (0..<300).map { _ in 2 + 0.1 * generator.uniform() }
        let forecasts = run(&forecaster, high + low + high)
        #expect(forecasts[299]?.source == .autoregressive)
        #expect(forecasts[599]?.source == .decayedPeak)
        #expect(forecasts[899]?.source == .autoregressive)
        let changes = zip(forecasts, forecasts.dropFirst()).count { $0?.source != $1?.source }
        #expect(changes == 3)
    }

    @Test func equalsDoNotFlap() {
        var forecaster = DemandForecaster(
            settings(), fallback: DecayedPeak(horizon: 1), experts: [DecayedPeak(horizon: 1)])
        let forecasts = run(&forecaster, DemandSeries.noise.demands(500))
        #expect(forecasts.allSatisfy { $0?.source == .decayedPeak })
        guard case .lowerLoss(let loss, _, let rivalLoss) = forecasts[499]?.reason else {
            Issue.record("\(String(describing: forecasts[499]?.reason))")
            return
        }
        #expect(loss == rivalLoss)
    }

    @Test func takesOverOnlyWhenBetterByTheMargin() {
        // At a demand of 9 a bound of 10 loses 0.05 per tick, 9.97 loses 3 % less, 9.9 loses 10 % less.
        let demands = [Double](repeating: 9, count: 100)
        var close = DemandForecaster(
            settings(), fallback: Fixed<Ten>(horizon: 1), experts: [Fixed<ABitLess>(horizon: 1)])
        let kept = run(&close, demands)[99]
        #expect(kept?.demand.p95 == 10)
        guard case .kept = kept?.reason else {
            Issue.record("\(String(describing: kept?.reason))")
            return
        }
        var clear = DemandForecaster(settings(), fallback: Fixed<Ten>(horizon: 1), experts: [Fixed<Less>(horizon: 1)])
        #expect(run(&clear, demands)[99]?.demand.p95 == 9.9)
    }

    @Test func lossesAreComparedOverTheSameTicks() {
        var forecaster = DemandForecaster(
            settings(), fallback: Fixed<Ten>(horizon: 1), experts: [Late(horizon: 1)])
        // The fallback's 10 was bad at 20, before the expert spoke; at 9 it is better than the expert's 11.
        let demands = [Double](repeating: 20, count: 100) + [Double](repeating: 9, count: 50)
        #expect(run(&forecaster, demands)[149]?.demand.p95 == 10)
    }

    @Test func anExpertWhoseBoundsDoNotHoldIsSetAside() {
        var forecaster = scripted(Fixed<Zero>(horizon: 1))
        let forecasts = run(&forecaster, DemandSeries.noise.demands(80))
        #expect(forecasts.allSatisfy { $0?.source == .decayedPeak })
        #expect(forecasts[60]?.reason == .poorCoverage(source: .autoregressive, coverage: 0, least: 0.85))
        #expect(forecaster.trials[1].calibration.samples == 18)
    }

    @Test func whatIsNotADistributionCountsAsNoForecast() {
        for expert in [Fixed<Crossing>(horizon: 1), Fixed<NotANumber>(horizon: 1)] as [any Predictor] {
            var forecaster = scripted(expert)
            let forecasts = run(&forecaster, DemandSeries.noise.demands(100))
            #expect(forecasts.allSatisfy { $0?.reason == .notReady(source: .autoregressive) })
        }
    }

    @Test func noForecastExceedsTheCeiling() {
        var forecaster = DemandForecaster(settings())
        for forecast in run(&forecaster, [63, 64, 60, 64, 1, 64]) {
            #expect(forecast.map { $0.demand.p99 <= 64 } == true)
        }
    }

    @Test(arguments: [1, 10])
    func calibrationCountsTheForecastsThatHeld(horizon: Int) throws {
        var settings = settings(.latency)
        settings.horizon = horizon
        var forecaster = DemandForecaster(settings)
        let forecasts = run(&forecaster, DemandSeries.noise.demands(2_000))
        let last = try #require(forecasts[1_999])
        #expect(last.calibration.samples == 200)
        let demands = DemandSeries.noise.demands(2_000)
        let index = last.source == .decayedPeak ? 0 : 1
        // Made again by hand from the bounds that this source gave for each of the last 200 ticks.
        var replay = DemandForecaster(settings)
        var bounds: [Double] = []
        for (tick, demand) in demands.enumerated() {
            replay.observe(demand, at: instant(tick))
            bounds.append(replay.trials[index].latest?.p95 ?? .nan)
        }
        let held = (1_800..<2_000).count { demands[$0] <= bounds[$0 - horizon] }
        let loss = (1_800..<2_000).reduce(0.0) {
            $0 + pinballLoss(of: bounds[$1 - horizon], at: 0.95, for: demands[$1]) / 200
        }
        #expect(abs(last.calibration.coverage - Double(held) / 200) < 1e-12)
        #expect(abs(last.calibration.pinballLoss - loss) < 1e-12)
        #expect(last.calibration.coverage > 0.88)
    }

    @Test(arguments: DemandSeries.allCases)
    func sameSamplesGiveTheSameForecasts(series: DemandSeries) {
        let demands = series.demands(400)
        var first = DemandForecaster(settings())
        var second = DemandForecaster(settings())
        #expect(run(&first, demands) == run(&second, demands))
    }

    @Test func theFutureChangesNoPastForecast() {
        let past = DemandSeries.autoregressive.demands(400)
        var short = DemandForecaster(settings())
        var long = DemandForecaster(settings())
        let seen = run(&short, past)
        let all = run(&long, past + DemandSeries.levelShifts.demands(300))
        #expect(Array(all.prefix(400)) == seen)
    }
}
