import MeteModel
import MetePrediction

/// What one tick of one component costs: all predictors, scoring, choice and forecast.
enum StepCost {
    static let components = 50
    static let ticks = 20_000

    static func printTable() {
        let demands = series(count: 4_096)
        print("cost per step, \(components) components in turn, \(ticks) ticks, median of 5")
        for horizon in [1, 10] {
            let forecaster = median { run(horizon: horizon, demands: demands) }
            print("  forecaster, horizon \(horizon): \(forecaster.text(0)) ns per observe + forecast")
        }
        let peak = median { run(predictor: DecayedPeak(horizon: 1), demands: demands) }
        let autoregression = median { run(predictor: Autoregression(horizon: 1), demands: demands) }
        print("  decayed peak alone: \(peak.text(0)) ns    autoregression alone: \(autoregression.text(0)) ns")
    }

    private static func run(horizon: Int, demands: [Double]) -> Double {
        let tick = 100 * Nanoseconds.perMillisecond
        var settings = ForecastSettings(class: .latency, ceiling: 1e6, tick: tick)
        settings.horizon = horizon
        var forecasters = (0..<components).map { _ in DemandForecaster(settings) }
        var sink = 0.0
        let clock = ContinuousClock()
        let start = clock.now
        for index in 0..<ticks {
            let now = Instant(nanoseconds: Nanoseconds(index) * tick)
            for component in forecasters.indices {
                forecasters[component].observe(demands[(index + 37 * component) % demands.count], at: now)
                sink += forecasters[component].forecast(at: now)?.demand.p99 ?? 0
            }
        }
        return nanoseconds(clock.now - start, sink: sink) / Double(ticks * components)
    }

    private static func run(predictor: some Predictor, demands: [Double]) -> Double {
        var predictor = predictor
        var sink = 0.0
        let clock = ContinuousClock()
        let start = clock.now
        for index in 0..<ticks * 5 {
            predictor.observe(demands[index % demands.count])
            sink += predictor.forecast()?.p99 ?? 0
        }
        return nanoseconds(clock.now - start, sink: sink) / Double(ticks * 5)
    }

    /// The sum of the results is looked at so that the work cannot be left out.
    private static func nanoseconds(_ duration: Duration, sink: Double) -> Double {
        precondition(sink.isFinite)
        return Double(duration.components.attoseconds) / 1e9 + Double(duration.components.seconds) * 1e9
    }

    private static func median(of runs: Int = 5, _ run: () -> Double) -> Double {
        (0..<runs).map { _ in run() }.sorted()[runs / 2]
    }

    /// A slow wave with noise and bursts, from a fixed seed.
    private static func series(count: Int) -> [Double] {
        var state: UInt64 = 42
        return (0..<count).map { index in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let noise = Double(state >> 11) / Double(1 << 53)
            let wave = Double(index % 200 < 100 ? index % 100 : 100 - index % 100) / 100
            return 1 + wave + 0.3 * noise + (noise > 0.98 ? 2 : 0)
        }
    }
}
