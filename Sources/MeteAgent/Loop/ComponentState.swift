import MeteModel
import MetePartition

/// What the agent remembers of one component from tick to tick.
struct ComponentState {
    /// Of its forecaster.
    let slot: Int
    var watch = GuaranteeWatch()
    var correction = ShareCorrection()
    var verdict = GuaranteeWatch.Verdict(state: .idle, entitled: 0, got: 0, demand: 0)
    var forecast: Forecast?
    var lastBreach: (at: Instant, explanation: String)?
    /// Whether it was in a window since the last look for those that are gone.
    var isPresent = true

    init(slot: Int) { self.slot = slot }

    /// Takes in the component's window, and what is forecast after it.
    ///
    /// - Returns: why the guarantee is breached, once per second for which it is.
    mutating func observe(
        _ sample: UsageSample, guarantee: Double, forecast: Forecast?, at now: Instant
    ) -> String? {
        isPresent = true
        self.forecast = forecast
        let before = watch.breaches
        verdict = watch.observe(sample.cpu, length: sample.window, guarantee: guarantee)
        correction.observe(verdict)
        guard watch.breaches > before else { return nil }
        lastBreach = (now, verdict.explanation)
        return verdict.explanation
    }
}
