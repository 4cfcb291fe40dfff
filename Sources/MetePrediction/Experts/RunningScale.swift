/// Location and spread of a series, learnt as it comes and forgotten exponentially.
///
/// The first samples weigh equally, so that the estimates are unbiased from the start.
struct RunningScale: Sendable {
    private(set) var mean = 0.0
    private var variance = 0.0
    private var seen = 0.0
    /// Samples that the estimates look back on.
    private let memory: Double

    init(memory: Double) {
        self.memory = memory
    }

    /// Standard deviation, never so small that dividing by it is meaningless beside the rounding of the mean.
    var deviation: Double { max(variance.squareRoot(), mean.magnitude * 1e-6, 1e-9) }

    mutating func observe(_ value: Double) {
        seen = min(seen + 1, memory)
        let share = 1 / seen
        let step = value - mean
        mean += share * step
        variance = (1 - share) * (variance + share * step * step)
    }
}
