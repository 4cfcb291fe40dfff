import MeteModel
import MetePartition
import MetePrediction

/// What the agent remembers of one component from tick to tick.
struct ComponentState {
    var forecaster: DemandForecaster
    var watch = GuaranteeWatch()
    var correction = ShareCorrection()
    var verdict = GuaranteeWatch.Verdict(state: .idle, entitled: 0, got: 0, demand: 0)
    var forecast: Forecast?
    var lastBreach: (at: Instant, explanation: String)?
    /// Whether it was in a window since the last look for those that are gone.
    var isPresent = true

    init(tick: Nanoseconds, ceiling: Double) {
        forecaster = DemandForecaster(ForecastSettings(ceiling: ceiling, tick: tick))
    }

    /// Takes in the component's window.
    ///
    /// - Parameter limit: cores above which no demand can be met.
    /// - Returns: why the guarantee is breached, once per second for which it is.
    mutating func observe(_ sample: UsageSample, guarantee: Double, limit: Double, at now: Instant) -> String? {
        isPresent = true
        forecaster.observe(sample.demand(upTo: limit), at: now)
        forecast = forecaster.forecast(at: now)
        let before = watch.breaches
        verdict = watch.observe(sample.cpu, length: sample.window, guarantee: guarantee)
        correction.observe(verdict)
        guard watch.breaches > before else { return nil }
        lastBreach = (now, verdict.explanation)
        return verdict.explanation
    }
}
